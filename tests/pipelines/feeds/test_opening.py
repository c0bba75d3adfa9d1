"""Opening feeds of every format: by content, one item at a time, what cannot be read told with its place."""

from __future__ import annotations

import codecs
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.feeds.opening import OpenFeed, open_feed
from pipelines.feeds.raw import BrokenFeed, Raw, texts_at

BASE = "https://shop.test/feed"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feed"


def opened(file: Path, body: bytes | str, *, items: str | None = None, **given: str) -> OpenFeed:
    """The feed of these bytes."""
    file.write_bytes(body if isinstance(body, bytes) else body.encode())
    return open_feed(file, BASE, items=items, given=given, charset=None)


def values(feed: OpenFeed) -> list[dict[str, object]]:
    """Its items under our names, the identity left out."""
    return [{k: v for k, v in feed.mapped(raw).items() if k != "key"} for raw in feed.items() if not raw.problem]


def problems(feed: OpenFeed) -> dict[str, str]:
    """Place and problem of the items that cannot be read."""
    return {raw.where: raw.problem for raw in feed.items() if raw.problem}


# ---------------------------------------------------------------- formats by content

ITEMS = [{"title": "Oil change", "price": "149"}, {"title": "غسيل السيارة", "price": "35"}]
JSON = json.dumps(ITEMS, ensure_ascii=False)
XML = "".join(f"<offer><title>{i['title']}</title><price>{i['price']}</price></offer>" for i in ITEMS)
ROWS = "".join(f"{i['title']},{i['price']}\n" for i in ITEMS)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (JSON, "json"),
        (json.dumps({"meta": {"tags": ["a", "b"]}, "data": {"offers": ITEMS}}, ensure_ascii=False, indent=1), "json"),
        ("\n".join(json.dumps(i) for i in ITEMS), "jsonl"),
        (f"<offers>{XML}</offers>", "xml"),
        (f'<?xml version="1.0"?><a><meta><x>1</x></meta><list>{XML}</list></a>', "xml"),
        (f"title,price\n{ROWS}", "csv"),
        (f"title;price\n{ROWS.replace(',', ';')}", "csv"),
        (f"title\tprice\n{ROWS.replace(',', chr(9))}", "csv"),
        (f"sep=|\ntitle|price\n{ROWS.replace(',', '|')}", "csv"),
        (f"title,price\r\n{ROWS}".replace("\n", "\r\n"), "csv"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_format_is_known_by_its_content(file: Path, body: str, kind: str, encoding: str) -> None:
    """The same items come out of every format and every encoding of Unicode."""
    feed = opened(file, body.encode(encoding))
    assert (feed.format, values(feed)) == (kind, ITEMS)


@pytest.mark.parametrize(
    "body", [f"title,price\n{ROWS * 5}", json.dumps(ITEMS * 5, ensure_ascii=False), f"<o>{XML * 5}</o>"]
)
def test_arabic_of_windows_is_read_as_such(file: Path, body: str) -> None:
    """Bytes of windows-1256 that nothing declares come out as the words they are."""
    assert values(opened(file, body.encode("cp1256")))[1]["title"] == "غسيل السيارة"


def test_xml_says_its_encoding(file: Path) -> None:
    """The declaration of an XML document counts, whatever expat knows by itself."""
    body = f'<?xml version="1.0" encoding="windows-1256"?><o>{XML}</o>'.encode("cp1256")
    assert values(opened(file, body))[1]["title"] == "غسيل السيارة"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n ",
        b"<!DOCTYPE html><html><body>Sorry</body></html>",
        b"<html lang='ar'><body><ul><li>a</li><li>b</li></ul></body></html>",
        b"Service Unavailable",
        b"Service Unavailable\nPlease come back later\n",
        b"\x00\x01\x02binary\x00",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        b'"just a string"',
        b"[1, 2, 3]",
        b'{"error": "rate limited"',
        b'{"a": [{"title": "x"}',
        b'[{"title": "x"}] trailing',
        b'[{"title": NaN}]',
        b"<offers><offer><title>x</title></offer>",
        b"<offers><offer><title>x</tit></offer></offers>",
        b"<offers><title>a &nbsp; b</title></offers>",
    ],
)
def test_what_is_no_feed_is_refused(file: Path, body: bytes) -> None:
    """A page, prose, zeros, or a document that is cut is refused whole, with words a person understands."""
    with pytest.raises(BrokenFeed):
        list(opened(file, body).items())


# ---------------------------------------------------------------- hostile documents


@pytest.mark.hazard("D2")
@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r><i><title>&b;</title></i></r>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><i><title>&x;</title></i></r>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:1/evil.dtd"><r><i><title>t</title></i></r>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><r/>',
    ],
)
def test_document_types_are_refused(file: Path, body: str) -> None:
    """Entities neither multiply nor read anything: a document type is refused before it is acted on."""
    with pytest.raises(BrokenFeed, match="document type"):
        opened(file, body)


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" + '{"title":"x","a":' * 50_000,
        "<a>" * 100_000,
        '[{"title": "' + "x" * 20_000_000 + '"}]',
        '[{"title": "x", "n": [' + "1," * 3_000_000 + "1]}]",
        "<r><i><title>" + "x" * 5_000_000 + "</title></i></r>",
        '<r a="' + "x" * 18_000_000 + '"/>',
        '{"title": "' + "x" * 9_000_000 + '"}\n{"title": "y"}\n',
        "[" + "9" * 10_000 + "]",
        '[{"title": "x", "n": ' + "9" * 10_000 + "}]",
    ],
)
def test_bombs_are_refused(file: Path, body: str) -> None:
    """Nesting, endless values and endless items end with an error, not with the machine's memory."""
    with pytest.raises(BrokenFeed):
        list(opened(file, body).items())


def test_a_number_with_an_endless_exponent_stays_short(file: Path) -> None:
    """1e999999 is not written out."""
    feed = opened(file, '[{"title": "x", "price": 1e999999}]')
    assert len(str(values(feed)[0]["price"])) < 20


# ---------------------------------------------------------------- where the items are


def test_a_json_list_is_named_or_the_only_one(file: Path) -> None:
    """Lists inside items and lists of values are not meant; of two lists of objects one must be named."""
    nested = {"offers": [{"title": "a", "variants": [{"title": "v"}]}], "tags": ["x"]}
    assert values(opened(file, json.dumps(nested))) == [{"title": "a"}]
    two = json.dumps({"old": [{"title": "a"}], "data": {"items": [{"title": "b"}]}})
    with pytest.raises(BrokenFeed, match=r"old \(1 objects\), data.items \(1 objects\)"):
        opened(file, two)
    assert values(opened(file, two, items="data.items")) == [{"title": "b"}]
    with pytest.raises(BrokenFeed, match=r"items = 'data.offers' is no list"):
        opened(file, two, items="data.offers")


def test_an_empty_list_is_a_feed_without_items(file: Path) -> None:
    """Nothing in the list is not the same as no list."""
    assert values(opened(file, "[]")) == []
    assert values(opened(file, '{"data": {"items": []}}', items="data.items")) == []
    assert values(opened(file, "<offers></offers>")) == []
    assert values(opened(file, "title,price\n")) == []
    assert values(opened(file, '<rss version="2.0"><channel><title>t</title></channel></rss>')) == []


@pytest.mark.parametrize("items", [None, "catalog.offer", "offer", "catalog"])
def test_an_xml_element_is_named_or_the_repeated_one(file: Path, items: str | None) -> None:
    """The element itself, with or without the root, or the one that holds it."""
    body = f"<catalog>{XML}</catalog>"
    assert values(opened(file, body, items=items)) == ITEMS


def test_a_single_xml_item_is_an_item(file: Path) -> None:
    """A document of one item has nothing that repeats."""
    assert values(opened(file, "<list><offer><title>a</title><price>1</price></offer></list>")) == [
        {"title": "a", "price": "1"}
    ]


def test_xml_attributes_and_nesting(file: Path) -> None:
    """Attributes are reached with @, children with dots, whatever else the element holds."""
    body = (
        '<c><o sku="A1"><name lang="en">Oil</name><offer><price currency="SAR">149.00</price></offer></o>'
        '<o sku="A2"><name>Wash</name></o></c>'
    )
    feed = opened(file, body, key="@sku", title="name", price="offer.price", currency="offer.price.@currency")
    assert [feed.mapped(raw) for raw in feed.items()] == [
        {"key": "A1", "title": "Oil", "price": "149.00", "currency": "SAR"},
        {"key": "A2", "title": "Wash"},
    ]


# ---------------------------------------------------------------- bad rows


def test_a_bad_row_is_told_by_its_line(file: Path) -> None:
    """Too few cells, too many, stray quotes: each is told with its line, blank lines and quoted line ends counted."""
    body = 'id,title,price\n1,"two\nlines",5\n\n2,short\n3,a,b,c\n4,"x"y,1\n5,last,7,,\n'
    feed = opened(file, body)
    assert list(problems(feed)) == ["line 5", "line 6", "line 7"]
    assert [raw.where for raw in feed.items() if not raw.problem] == ["line 2", "line 8"]


def test_a_bad_line_of_json_is_told(file: Path) -> None:
    """JSON Lines go on after a line that is none."""
    feed = opened(file, '{"title": "a"}\n{"title": \n[1]\n\n{"title": "b", "price": 1.10}\n')
    assert list(problems(feed)) == ["line 2", "line 3"]
    assert values(feed) == [{"title": "a"}, {"title": "b", "price": "1.10"}]


@pytest.mark.parametrize(
    "body", ["id,title,price\n1,a,5\n2,b", 'id,title\n1,a\n2,"open\n', '{"title": "a"}\n{"title": "b"}\n{"ti']
)
def test_a_cut_last_line_breaks_the_feed(file: Path, body: str) -> None:
    """A last line that is not whole and not ended was cut: rows until then come, then the feed breaks."""
    feed = opened(file, body)
    items = feed.items()
    assert not next(items).problem
    with pytest.raises(BrokenFeed, match="breaks off"):
        list(items)


def test_a_last_row_without_its_line_end_is_whole(file: Path) -> None:
    """Many writers leave out the last line end."""
    assert len(values(opened(file, "id,title\n1,a\n2,b"))) == 2


def test_broken_bytes_are_a_bad_row(file: Path) -> None:
    """A byte that is no character in a feed that is UTF-8 otherwise costs its row alone."""
    rows = "".join(f"{n},عرض رقم {n}\n" for n in range(400))
    feed = opened(file, f"id,title\n{rows}".encode() + b"x,br\xffken\n")
    assert problems(feed) == {"line 402": "holds bytes that are no characters"}
    assert len(values(feed)) == 400


# ---------------------------------------------------------------- values at paths

TREE: dict[str, Raw] = {
    "a.b": "dotted",
    "Name": {"en": "Oil", "ar": "زيت"},
    "g:price": "5 SAR",
    "list": [{"v": "1"}, {"v": Decimal("2.50")}, {"v": None}, {"v": ""}],
    "link": {"@href": "/x", "#text": "here"},
    "yes": True,
}


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("a.b", ["dotted"]), ("name.en", ["Oil"]), ("price", ["5 SAR"]), ("list.v", ["1", "2.50"]),
        ("list.1.v", ["2.50"]), ("link", ["here"]), ("link.@href", ["/x"]), ("yes", ["true"]), ("no.such", []),
        ("list.9.v", []), ("name", ["Oil زيت"]),
    ],
)  # fmt: skip
def test_values_are_found_by_their_path(path: str, texts: list[str]) -> None:
    """Names as written, in any case, without prefix; lists give all they have."""
    assert texts_at(TREE, path) == texts


# ---------------------------------------------------------------- a property

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text and text
)


@given(st.lists(st.fixed_dictionaries({"title": TEXT, "code": TEXT}), min_size=2, max_size=6))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, str]]) -> None:
    """Whatever texts a feed holds, JSON, JSON Lines and CSV give them back."""
    import csv
    import io

    table = io.StringIO()
    writer = csv.DictWriter(table, ["title", "code"])
    writer.writeheader()
    writer.writerows(items)
    file = tmp_path_factory.mktemp("feeds") / "feed"
    bodies = [json.dumps(items), "\n".join(json.dumps(item) for item in items), table.getvalue()]
    for body in bodies:
        assert values(opened(file, codecs.BOM_UTF8 + body.encode())) == items
