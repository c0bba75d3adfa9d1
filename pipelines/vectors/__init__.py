"""Embedding models: which there are, the ways to run them, and which way is fastest here.

`pipelines.embedding` is what others call.
"""
