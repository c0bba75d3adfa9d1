"""`freshet add`: look at an address, propose the source that watches it, and show what it would read.

The way of an address: `looking` (one guarded crawl) → `pages` (how it reads, rendered where needed, and in the
site's other languages) → `proposals` (kind, scope, selectors, suggestions) → `files` (the TOML, proven).
"""
