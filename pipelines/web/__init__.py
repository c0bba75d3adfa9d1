"""An HTML page read: bytes to text, text to tree, the tree's visible blocks, and which of them are the page's own.

`html` puts the steps together.
"""
