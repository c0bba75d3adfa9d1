"""`freshet add` of a file of items: its format by content, its fields by their names, its offers shown."""

from __future__ import annotations

import json

import pytest

from pipelines.settings import load_project
from tests.badsite import document
from tests.flows.commands.test_adding import Adding, adding, soon
from tests.flows.conftest import Run

__all__ = ["adding"]  # the fixture


def _items() -> list[dict[str, str]]:
    return [
        {"sku": "OIL-1", "name": "Engine oil change", "price": "189.00", "currency": "SAR", "end_date": soon(),
         "link": "/oil", "category": "Oil"},
        {"sku": "TYR-2", "name": "وزن أذرعة وترصيص", "price": "99", "currency": "SAR", "end_date": soon(),
         "link": "/tyres", "category": "Tyres"},
    ]  # fmt: skip


def _csv() -> bytes:
    rows = [list(_items()[0]), *(list(item.values()) for item in _items())]
    return "\n".join(",".join(str(cell) for cell in row) for row in rows).encode()


def _xml() -> bytes:
    items = "".join(
        f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in item.items())}</item>" for item in _items()
    )
    return f"<?xml version='1.0' encoding='utf-8'?><catalogue>{items}</catalogue>".encode()


@pytest.mark.parametrize(
    ("path", "body", "media_type"),
    [
        ("/offers.csv", _csv(), "text/csv"),
        ("/offers.json", json.dumps({"data": {"items": _items()}}).encode(), "application/json"),
        ("/offers.jsonl", "\n".join(map(json.dumps, _items())).encode(), "application/x-ndjson"),
        ("/offers.xml", _xml(), "application/xml"),
    ],
)
def test_a_file_of_items_becomes_a_feed_of_offers(adding: Adding, path: str, body: bytes, media_type: str) -> None:
    """CSV, JSON, JSON Lines, XML: the same two offers, and the fields that were guessed."""
    adding.site.script(path, document(body, media_type))
    ran = adding.add(path, "--json")
    assert ran.code == 0, ran.err
    assert ran.document["kind"] == "feed"
    assert [(offer["title"], offer["price"]) for offer in ran.document["offers"]] == [
        ("Engine oil change", 189), ("وزن أذرعة وترصيص", 99)]  # fmt: skip
    assert {offer["validity"] for offer in ran.document["offers"]} == {"feed"}
    feed = load_project(adding.folder, environment={}).source(ran.document["source"]).feed
    assert feed is not None
    assert (feed.url, feed.entry) == (adding.site.url(path), "offer")
    assert (feed.fields["key"], feed.fields["title"]) == ("sku", "name")


def test_an_rss_feed_keeps_its_standard_fields(adding: Adding) -> None:
    """What a standard says is not written down as if it had been guessed; news are records."""
    items = "".join(f"<item><title>News {at}</title><link>/n/{at}</link><guid>{at}</guid></item>" for at in range(3))
    body = f"<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"
    adding.site.script("/feed", document(body.encode(), "application/rss+xml"))
    ran = adding.add("/feed", "--json")
    assert ran.code == 0, ran.err
    feed = load_project(adding.folder, environment={}).source(ran.document["source"]).feed
    assert feed is not None
    assert (feed.entry, dict(feed.fields)) == ("record", {})
    assert "# fields" in ran.document["toml"]


def test_a_sitemap_under_another_name_is_a_sitemap(adding: Adding) -> None:
    """Told by its root."""
    adding.site.page("/p", f"<h1>Branches</h1><p>{'Open every day. ' * 30}</p>")
    body = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{adding.site.url('/p')}</loc></url></urlset>"
    adding.site.script("/pages.xml", document(body.encode(), "application/xml"))
    ran = adding.add("/pages.xml", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["kind"] == "sitemap"


@pytest.mark.parametrize("body", [b'{"status": "error"}', b"[]", b'{"items": [{"name": ', b"<a><b/></a>"])
def test_data_that_are_no_feed_are_said(adding: Adding, body: bytes) -> None:
    """Exit 1 with the cause; nothing is written."""
    adding.site.script("/data", document(body, "application/json"))
    ran = adding.add("/data")
    assert (ran.code, adding.files) == (1, [])
    assert "/data" in ran.err


@pytest.mark.usefixtures("folder")
def test_a_sync_of_the_added_feed_serves_what_was_previewed(run: Run, adding: Adding) -> None:
    """End to end."""
    adding.site.script("/offers.csv", document(_csv(), "text/csv"))
    added = run("add", adding.site.url("/offers.csv"), "--project", str(adding.folder), "--json")
    assert added.code == 0, added.err
    synced = run("sync", "--project", str(adding.folder), "--json")
    assert synced.code == 0, synced.err
    served = run("offers", "--project", str(adding.folder), "--json").document["offers"]
    names = ("title", "price", "valid_until", "validity", "category")
    assert sorted(tuple(map(str, (offer[name] for name in names))) for offer in served) == sorted(
        tuple(map(str, (offer[name] for name in names))) for offer in added.document["offers"]
    )
