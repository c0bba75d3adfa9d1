"""Offers read from a page: from structured data, from the source's selectors.

`page` puts the readers together, `drafting` makes drafts of what they found.
"""
