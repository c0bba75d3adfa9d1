"""What a change costs: the vectors of texts that were never embedded, and no more than one version an entry."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

import pytest

import pipelines.chunking
import pipelines.reading
from pipelines.database import Connection
from pipelines.records import Outcome
from tests.flows.replay import Replay

pytestmark = pytest.mark.usefixtures("folder")

_TOPICS = {
    "Opening hours": "Every branch opens at eight and closes at ten, on Friday from four until midnight.",
    "Warranty": "What we replace is covered for twelve months or twenty thousand kilometres, whichever comes first.",
    "الدفع": "ندفع لك الفرق إذا وجدت سعرا أقل خلال سبعة أيام من تاريخ الفاتورة في أي مركز معتمد.",
    "Towing": "Within the city a tow truck is with you in forty minutes, and the first ten kilometres are free.",
}


@pytest.fixture
def shop(folder: Path, db: Connection) -> Replay:
    return Replay(folder, db)


def offer_page(price: str = "249", until: str = "2027-06-30T23:59:59+03:00", text: str = "Fitted in an hour.") -> str:
    """A page whose price and end stand in its data alone, so that its words stay the same when they change."""
    data = {
        "@context": "https://schema.org", "@type": "Product", "name": "Front brake pads", "description": text,
        "offers": {"@type": "Offer", "price": price, "priceCurrency": "SAR", "validThrough": until},
    }  # fmt: skip
    return (
        f'<html lang="en"><head><title>Front brake pads</title><script type="application/ld+json">{json.dumps(data)}'
        f"</script></head><body><main><h1>Front brake pads</h1><p>{text}</p></main></body></html>"
    )


def topic_page(order: list[str], **changed: str) -> str:
    """A page of sections in that order."""
    said = {**_TOPICS, **changed}
    sections = "".join(f"<section><h2>{topic}</h2><p>{said[topic]}</p></section>" for topic in order)
    return plain_page("Service", sections)


def plain_page(title: str, content: str) -> str:
    """A page of that title with its content below a heading of the same words."""
    head = f'<html lang="en"><head><title>{title}</title></head>'
    return f"{head}<body><main><h1>{title}</h1>{content}</main></body></html>"


@pytest.mark.hazard("C4")
def test_a_price_or_window_changes_the_row_and_asks_no_model(shop: Replay, as_reader: Connection) -> None:
    """What is published and what is embedded are hashed apart."""
    shop.look({"/pads": offer_page()})
    assert shop.costs({"/pads": offer_page(price="199")}) == (0, 1)
    assert shop.costs({"/pads": offer_page(price="199", until="2027-07-31T23:59:59+03:00")}) == (0, 1)
    (served,) = as_reader.execute("select price, valid_until::date::text from kb.offers()").fetchall()
    assert (str(served[0]), served[1]) == ("199", "2027-07-31")
    assert shop.costs({"/pads": offer_page(price="199", until="2027-07-31T23:59:59+03:00")}) == (0, 0)


@pytest.mark.hazard("C4")
def test_one_changed_word_embeds_the_chunk_it_stands_in(shop: Replay) -> None:
    """Of four sections one is embedded anew."""
    order = list(_TOPICS)
    shop.look({"/service": topic_page(order)})
    changed = topic_page(order, Warranty=_TOPICS["Warranty"].replace("twelve", "eighteen"))
    assert shop.costs({"/service": changed}) == (1, 1)
    assert "eighteen months" in shop.embedded[-1]


def test_sections_that_change_places_cost_no_vector(shop: Replay) -> None:
    """A template that shuffles: another version, since the order is published, and not one text for the model."""
    order = list(_TOPICS)
    shop.look({"/service": topic_page(order)})
    for seed in range(3):
        random.Random(seed).shuffle(order)
        assert shop.costs({"/service": topic_page(order)})[0] == 0


def test_a_text_that_moves_or_returns_costs_no_vector(shop: Replay) -> None:
    """Under another address, away and back again, said before and said once more: every vector is there already."""
    order = list(_TOPICS)
    page, other = topic_page(order), topic_page(order, Towing="We do not tow on public holidays any more.")
    shop.look({"/service": page, "/offer": offer_page()})
    assert shop.costs({"/service": Outcome.GONE, "/offer": offer_page(), "/help": page})[0] == 0
    assert shop.costs({"/service": page, "/offer": Outcome.GONE, "/help": Outcome.GONE})[0] == 0
    assert shop.costs({"/service": other, "/offer": offer_page()})[0] == 1
    assert shop.costs({"/service": page, "/offer": offer_page()}) == (0, 1)


def test_one_text_on_many_pages_is_embedded_once(shop: Replay) -> None:
    """Ten branches' pages that say the same cost what one does."""
    page = topic_page(list(_TOPICS))
    texts, _ = shop.costs({f"/branch/{number}": page for number in range(10)})
    assert texts == len(set(shop.embedded)) == len(_TOPICS)


def test_a_new_reading_is_read_from_what_is_stored(shop: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another recipe that reads the same: every page is read again without network, nothing embedded or published."""
    shop.look({"/service": topic_page(list(_TOPICS)), "/pads": offer_page()})
    readings, versions, texts = shop.count("reading"), shop.count("version"), len(shop.embedded)
    monkeypatch.setattr(pipelines.reading, "READING_RECIPE", "another")
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    assert shop.reindex().state == "published"
    assert (shop.count("version"), len(shop.embedded)) == (versions, texts)
    assert shop.count("reading") == readings + 2


def test_a_new_cutting_embeds_only_texts_that_are_new(shop: Replay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks that come out as before keep their vectors, without network; the next sync finds nothing to do."""
    long = " ".join(f"Sentence {number} tells how the car is washed, dried and waxed by hand." for number in range(30))
    paragraphs = "".join(f"<p>{number}. {long[number * 200 : number * 200 + 190]}</p>" for number in range(8))
    pages = {
        "/service": topic_page(list(_TOPICS)),
        "/wash": plain_page("Wash", paragraphs),
    }
    shop.look(pages)
    known = set(shop.embedded)
    monkeypatch.setattr(pipelines.chunking, "_USUAL", 80)
    monkeypatch.setattr(socket.socket, "connect", _no_network)
    report = shop.reindex()
    new = shop.embedded[len(known) :]
    assert report.state == "published"
    assert len(new) == len(set(new)) == report.chunks["embedded"] > 0
    assert not known & set(new)
    assert all(text.startswith("Wash") for text in new)
    assert shop.reindex().chunks["embedded"] == 0


def _no_network(*_: object) -> None:
    raise AssertionError("a reindex asked the network")
