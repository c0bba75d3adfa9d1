"""A new project, with a commented example."""

from __future__ import annotations

from pathlib import Path

from pipelines.records import FreshetError

__all__ = ["write_project"]


def write_project(directory: Path) -> list[Path]:
    """Write freshet.toml, sources/example.toml and .gitignore; the files written.

    Raises FreshetError when the folder holds a project already, of which nothing is touched, or cannot be written to.
    """
    if (directory / "freshet.toml").exists():
        raise FreshetError(f"{directory / 'freshet.toml'} is there already: this is a project; nothing was written")
    written = []
    for name, text in _FILES.items():
        path = directory / name
        if path.exists():
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise FreshetError(f"{path} cannot be written: {error.strerror}; name a folder that can") from error
        written.append(path)
    return written


_FILES = {
    "freshet.toml": """\
# Settings of this project; every key is optional.
timezone = "Asia/Riyadh"            # zone in which bare dates are meant
languages = ["en", "ar"]

# [database]
# url = "postgresql://user@host/db"   # or DATABASE_URL; absent: an embedded PostgreSQL under .freshet/
# port = 5433                         # embedded only: also listen on 127.0.0.1

# [embedding]
# model = "all-MiniLM-L6-v2"          # packaged, works offline
# backend = "auto"                    # auto | torch | onnx | openvino
""",
    "sources/example.toml": """\
# One watched site. Copy this file for the next one.
kind = "site"                       # site | sitemap | urls | files
start_urls = ["https://www.example.com/offers"]
# allow = ["^/offers"]              # regular expressions on the path; default: below the start URLs
# deny = ["^/offers/archive"]
schedule = "*/30 * * * *"           # cron, used by freshet schedule
permission = "own site"             # own site | contract | public
delay = 1.0                         # seconds between requests
# date_order = "DMY"                # how 03/04/2026 is meant here
# ttl = "30d"                       # offers without a stated end are quoted this long after they were last seen

# [categories]
# oil = ["engine oil", "oil change", "زيت"]

# [offers]                          # CSS selectors, for pages without structured data
# item = ".offer-card"
# title = "h3"
# price = ".price"
# validity = ".validity"
# url = "a::attr(href)"
""",
    ".gitignore": ".freshet/\n",
}
