"""Feeds synced end to end: a real server on loopback, a real database, the command line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.badsite import BadSite, Reply, document, redirect, status, truncated
from tests.flows.conftest import Run
from tests.postgres import TestDatabase

Item = dict[str, Any]


def day(days: int) -> str:
    """The date so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def offers() -> list[Item]:
    """Six offers, three in each language, one of them upcoming and one open."""
    return [
        {"sku": "OIL-1", "name": "Engine oil change", "price": "149 SAR", "ends": day(20), "cat": "oil",
         "link": "/en/oil", "body": "Full synthetic oil and a new filter."},
        {"sku": "TYR-4", "name": "Four tyres for the price of three", "price": 1200.50, "ends": day(9), "cat": "tyres",
         "link": "/en/tyres", "body": "Fitting and balancing included."},
        {"sku": "BRK-2", "name": "Brake pads, front axle", "price": 299, "starts": day(5), "ends": day(30),
         "cat": "brakes", "link": "/en/brakes", "body": "Ceramic pads with a year of warranty."},
        {"sku": "OIL-1-AR", "name": "تغيير زيت المحرك", "price": "149 ريال", "ends": day(20), "cat": "زيت",
         "link": "/ar/oil", "body": "زيت تخليقي بالكامل مع فلتر جديد."},
        {"sku": "TYR-4-AR", "name": "أربعة إطارات بسعر ثلاثة", "price": "١٢٠٠٫٥٠ ر.س", "ends": day(9),
         "cat": "إطارات", "link": "/ar/tyres", "body": "يشمل العرض التركيب والترصيص."},
        {"sku": "WSH-1", "name": "غسيل خارجي مجاني مع كل صيانة", "cat": "غسيل", "link": "/ar/wash",
         "body": "لفترة محدودة في جميع الفروع."},
    ]  # fmt: skip


def json_reply(items: object, **headers: str) -> Reply:
    """The items as a JSON document under data.items, with an ETag of its bytes."""
    body = json.dumps({"data": {"items": items}, "generated": datetime.now(UTC).isoformat()}, ensure_ascii=False).encode()
    return document(body, type="application/json", **headers)


@pytest.fixture
def site() -> Iterator[BadSite]:
    with BadSite() as started:
        yield started


@pytest.fixture
def source(folder: Path, site: BadSite) -> Path:
    """A source of kind feed at the site's /feed; its file."""
    file = folder / "sources" / "promos.toml"
    file.write_text(
        f"""
        kind = "feed"
        allow_private = ["127.0.0.1:{site.port}"]
        [feed]
        url = "{site.url("/feed")}"
        entry = "offer"
        items = "data.items"
        [feed.fields]
        key = "sku"
        title = "name"
        price = "price"
        valid_from = "starts"
        valid_until = "ends"
        category = "cat"
        url = "link"
        text = "body"
        """,
        encoding="utf-8",
    )
    return file


def synced(run: Run, *options: str) -> tuple[int, Any]:
    """Exit code and report of one sync."""
    ran = run("sync", "promos", "--json", *options)
    return ran.code, ran.document["runs"][0]


def titles(run: Run, *options: str) -> set[str]:
    """Titles of the offers served."""
    return {offer["title"] for offer in run("offers", "--json", *options).document["offers"]}


def test_the_first_sync_serves_every_item(run: Run, source: Path, site: BadSite) -> None:
    """Every item is one offer with its own values, in both languages; one that has not begun is upcoming."""
    site.script("/feed", json_reply(offers()))
    code, report = synced(run)
    assert (code, report["state"]) == (0, "published"), report
    assert report["entries"]["added"] == 6
    served = {offer["title"]: offer for offer in run("offers", "--json").document["offers"]}
    assert len(served) == 5
    oil = served["تغيير زيت المحرك"]
    assert (oil["price"], oil["currency"], oil["language"], oil["validity"]) == (149, "SAR", "ar", "feed")
    assert oil["url"] == site.url("/ar/oil")
    assert served["Four tyres for the price of three"]["price"] == 1200.5
    assert served["غسيل خارجي مجاني مع كل صيانة"]["validity"] == "open"
    assert "Brake pads, front axle" in titles(run, "--upcoming")
