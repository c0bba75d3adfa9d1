"""Blocks of a page: every visible text in order, each once, with its kind and its path."""

from __future__ import annotations

import lxml.html
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from pipelines.web.blocks import read_blocks, visible_text
from pipelines.web.treepaths import Paths


def _tree(body: str) -> HtmlElement:
    return lxml.html.document_fromstring(f"<html><body>{body}</body></html>")


def _blocks(body: str) -> list[tuple[str, int, str]]:
    return [(p.block.kind, p.block.level, p.block.text) for p in read_blocks(_tree(body))]


def test_kinds_and_levels() -> None:
    """Headings carry their level, list items and preformatted text their kind; loose text is a paragraph."""
    body = (
        "<h1>Offers</h1>loose<h3>Oil</h3><p>SAR <b>99</b></p><ul><li>filter<li><p>wash</p><p>wax</p></ul>"
        "<pre>a\n  b</pre><div role=heading aria-level=4>Terms</div><div role=heading>More</div>"
    )
    assert _blocks(body) == [
        ("heading", 1, "Offers"),
        ("paragraph", 0, "loose"),
        ("heading", 3, "Oil"),
        ("paragraph", 0, "SAR 99"),
        ("list_item", 0, "filter"),
        ("list_item", 0, "wash"),
        ("paragraph", 0, "wax"),
        ("preformatted", 0, "a\n  b"),
        ("heading", 4, "Terms"),
        ("heading", 2, "More"),
    ]


def test_definitions_read_as_term_and_meaning() -> None:
    """A dd is understood only with its dt; a term without one stays."""
    body = "<dl><dt>Oil<dd>SAR 99<dd>SAR 120 synthetic<dt>Wash<dt>Wax<dd><p>free</p><p>in May</p><dt>Later</dl>"
    texts = ["Oil: SAR 99", "Oil: SAR 120 synthetic", "Wash, Wax: free", "in May", "Later"]
    assert [text for _, _, text in _blocks(body)] == texts


def test_lines_and_empty_lines() -> None:
    """One br is a space, two are an empty line."""
    assert [text for _, _, text in _blocks("<p>Oil<br>SAR 99<br><br>Wash<br> <br>SAR 30</p>")] == [
        "Oil SAR 99",
        "Wash",
        "SAR 30",
    ]


def test_buttons_only_where_they_head_something() -> None:
    """«Buy» is no text of the page; the button that unfolds an answer carries the question."""
    body = (
        "<p>Wash</p><button>Buy</button><h2><button>Is it open?</button></h2><button aria-expanded=false>Hours</button>"
    )
    assert [text for _, _, text in _blocks(body)] == ["Wash", "Is it open?", "Hours"]


def test_a_heading_nobody_closed_swallows_nothing() -> None:
    """A heading element with structure inside is a container, and its parts keep their kinds."""
    assert _blocks("<h2>Offers<ul><li>Oil</li></ul><p>until May</p></h2>") == [
        ("paragraph", 0, "Offers"),
        ("list_item", 0, "Oil"),
        ("paragraph", 0, "until May"),
    ]


def test_neighbours_are_not_run_together() -> None:
    """Links and images keep a space between them; inline markup inside a word does not make one."""
    assert _blocks("<div><a>Oil</a><a>Wash</a> <b>w</b>ax<img>10 %</div>") == [("paragraph", 0, "Oil Wash wax 10 %")]


_WORDS = st.text("abcdefghijابتث0123456789", min_size=1, max_size=6)
_INLINE = st.sampled_from(["b", "span", "em", "a"])
_BLOCK = st.sampled_from(["div", "p", "section", "li", "blockquote", "h2", "td", "figcaption", "details", "dd"])


@st.composite
def _documents(draw: st.DrawFn, depth: int = 4) -> tuple[str, list[str]]:
    """Markup, and its words in order."""
    parts, words = [], []
    for _ in range(draw(st.integers(1, 3))):
        if depth == 0 or draw(st.booleans()):
            word = draw(_WORDS)
            tag = draw(_INLINE)
            parts.append(draw(st.sampled_from([f" {word} ", f" <{tag}>{word}</{tag}> "])))
            words.append(word)
        else:
            inner, inner_words = draw(_documents(depth=depth - 1))
            tag = draw(_BLOCK)
            parts.append(f"<{tag}>{inner}</{tag}>" if tag != "td" else f"<table><tr><td>{inner}</td></tr></table>")
            words.extend(inner_words)
    return "".join(parts), words


@given(_documents())
def test_no_visible_text_is_lost_or_reordered(document: tuple[str, list[str]]) -> None:
    """Every word of a document stands in its blocks, once and in order."""
    markup, words = document
    texts = [placed.block.text for placed in read_blocks(_tree(markup))]
    assert " ".join(texts).split() == words


@given(_documents())
def test_paths_are_those_of_the_tree(document: tuple[str, list[str]]) -> None:
    """`Paths` gives what lxml's getpath gives, so others can find the element again."""
    tree = _tree(document[0])
    paths, root = Paths(), tree.getroottree()
    assert all(paths.of(element) == root.getpath(element) for element in tree.iter())
    assert all(root.xpath(placed.block.path)[0] is placed.element for placed in read_blocks(tree))


@given(_documents())
def test_noise_changes_no_block(document: tuple[str, list[str]]) -> None:
    """Attributes, white space, comments and scripts change neither kind nor text."""
    markup, _ = document
    noisy = markup.replace("<p>", '<p id="x7" class="b a">\n\t<!-- 17:03:22 --> ').replace(
        "<div>", "<div data-t=9>\r\n  "
    )
    assert _blocks(noisy) == _blocks(markup)


def test_visible_text_of_an_element() -> None:
    """Cells, lines and blocks are separated; what follows the element is not its text."""
    tree = _tree("<div><p>Oil</p>SAR<br>99<td>x</td></div> after")
    assert visible_text(tree.find(".//div")) == "Oil SAR 99 x"  # type: ignore[arg-type]  # it is there
