"""What is fetched, and how politely.

`crawl` runs one job in a process of its own; `read_files` walks folders. The way through:

    crawling   the parent's side: starts, watches and stops the child, reads its captures back
    child      the process: guard first, then Scrapy's engine
    spider     which address next, from `frontier`, and what becomes of its links
    visit      one address from its turn to its outcome: `robots`, `pace`, `fetch`, redirects, `content`
    guard      under every connection, whoever opens it
    spool      captures, written as they come

Only `fetch`, `transport`, `spider`, `settings`, `quiet` and `child` touch Scrapy, and only in the child.
"""

from __future__ import annotations

from spiders.crawling import Crawl, crawl

__all__ = ["Crawl", "crawl"]
