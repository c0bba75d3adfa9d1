"""Feeds: files of items that somebody's system writes, read one item at a time.

The way of a feed: bytes on disk → `encodings` (which characters) → `formats` (which format, by content) → `rows`,
`lines`, `trees` or `elements` (one raw item after another) → `mapping` (the source's names to ours, guessed where
they are not given) → `items` (one item to a draft, by `values`, `dates` and `texts`). `opening` leads the way,
`capturing` lays the items beside those known and makes each a page of its own, `pages` reads such a page again.
`pushed` is the other way in: one item a call, without a file.

An item is a page: its mapped fields are the bytes, so what is not mapped is noise that costs nothing, an item's
dates are read from the instant at which its own words were first seen, and an item that went away is proven gone.
"""
