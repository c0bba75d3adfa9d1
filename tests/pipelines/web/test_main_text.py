"""The page's own text is kept: articles, offer cards and tables; menus, banners and footers are not."""

from __future__ import annotations

import lxml.html
import pytest

from pipelines.web.blocks import read_blocks
from pipelines.web.main_text import main_blocks
from pipelines.web.visibility import visible_tree

_MENU = "<nav><ul><li><a href=/>Home</a><li><a href=/a>Services</a><li><a href=/b>Branches</a></ul></nav>"
_FOOTER = "<footer><p>© Wadi Motors, all rights reserved</p></footer>"
_PASSAGE = (
    "<p>Engine oil ages faster in the heat of the Gulf summer, because short trips in traffic never let the water"
    " in it boil off, and the additives that keep a film between metal and metal are used up part {n}.</p>"
)
_ARTICLE = "<h1>How oil ages</h1>" + "".join(_PASSAGE.format(n=n) for n in range(1, 13))


def _main(body: str, head: str = "") -> list[str]:
    tree = lxml.html.document_fromstring(f"<html><head><title>t</title>{head}</head><body>{body}</body></html>")
    shown, _ = visible_tree(tree)
    return [block.text for block in main_blocks(tree, shown, read_blocks(shown))]


@pytest.mark.parametrize(
    "frame",
    [
        _MENU,
        _FOOTER,
        "<div role=navigation><p>Our many services at a glance</p></div>",
        '<div class="cookie-banner"><p>Choose what we may store on your device today</p></div>',
        "<div><p>We use cookies to make this site better. Read more.</p></div>",
        '<div id="mainNav"><div>Services</div><div>Branches</div></div>',
        '<aside class="side"><p>Follow our channel for news and more</p></aside>',
        "<ul><li><a href=/1>Oil</a><li><a href=/2>Tyres</a><li><a href=/3>Wash</a><li><a href=/4>Jobs</a></ul>",
        "<a href=#c>Skip to main content</a>",
        '<div class="share-buttons"><p>Share this with your friends</p></div>',
        "<p>نستخدم ملفات تعريف الارتباط لتحسين تجربتك</p>",
    ],
)
def test_frames_of_the_site_are_left_out(frame: str) -> None:
    """Menus, banners, footers and the like are no text of the page, whatever says what they are."""
    body = "<main><h1>Oil change</h1><p>SAR 99 with filter, in thirty minutes, at every branch.</p></main>"
    assert _main(frame + body) == ["Oil change", "SAR 99 with filter, in thirty minutes, at every branch."]


def test_an_article_is_cut_out_of_its_page() -> None:
    """Teasers of other articles outside any named region go, the article stays whole and in order."""
    teasers = "".join(
        f"<div class=teaser><a href=/{n}><h3>Why brakes squeal, part {n}</h3></a>"
        f"<p><a href=/>A long look at dust, rust and worn pads, with pictures from the shop, part {n}.</a></p></div>"
        for n in range(4)
    )
    head = '<meta property="og:type" content="article">'
    texts = _main(f"{_MENU}<div><div>{_ARTICLE}</div><div>{teasers}</div></div>{_FOOTER}", head)
    assert [t for t in texts if "part" in t] == [f"{_PASSAGE.format(n=n)[3:-4]}" for n in range(1, 13)]


def test_offer_cards_and_tables_survive_in_an_article() -> None:
    """What article extractors take for decoration is what a bot is asked about."""
    cards = "".join(
        f"<div class=card><h3>{name}</h3><p>{price}</p></div>"
        for name, price in [("Oil change", "SAR 99"), ("Wash", "SAR 30"), ("Brake pads", "20 % off")]
    )
    table = "<table><tr><th>Tyre<th>Price</tr><tr><td>R16<td>SAR 240</tr><tr><td>R18<td>SAR 310</tr></table>"
    head = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    texts = _main(f"{_MENU}<div><div>{_ARTICLE}</div><div>{cards}</div>{table}</div>", head)
    assert {"Oil change", "SAR 99", "Wash", "SAR 30", "20 % off", "Tyre: R16 | Price: SAR 240"} <= set(texts)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_pages_of_cards_keep_every_card(count: int) -> None:
    """A page that is no article keeps all its cards, linked or not, in Arabic too."""
    cards = [f"خصم {n + 1} ٪ على الزيت" for n in range(count)]
    body = "".join(f"<div><a href=/{n}><h3>{text}</h3></a><p>حتى نهاية الشهر</p></div>" for n, text in enumerate(cards))
    assert [t for t in _main(f"{_MENU}<div>{body}</div>{_FOOTER}") if "خصم" in t] == cards


def test_a_list_that_names_prices_is_no_menu() -> None:
    """A restaurant's menu and a list of linked offers are content, whatever their class."""
    items = "".join(f"<li><a href=/{n}>Plan {n} SAR {n}9</a></li>" for n in range(5))
    texts = _main(f'<h1>Plans</h1><div class="menu"><ul>{items}</ul></div><p>All with a free check of the brakes.</p>')
    assert [t for t in texts if "SAR" in t] == [f"Plan {n} SAR {n}9" for n in range(5)]


def test_a_region_that_is_the_page_is_kept_whatever_its_name() -> None:
    """Themes name their page wrapper after its side column; that does not empty the page."""
    body = "<h1>Terms</h1><p>The booklet is valid for six months or ten thousand kilometres.</p>"
    assert len(_main(f'<div class="with-sidebar offcanvas">{body}</div>')) == 2


def test_a_header_that_introduces_the_page_is_kept() -> None:
    """A header with the page's h1 and no menu is content; one with a menu is the site's."""
    assert _main("<header><h1>Summer offers</h1></header><p>Oil SAR 99</p>") == ["Summer offers", "Oil SAR 99"]
    assert _main(f"<header><p>Wadi Motors</p>{_MENU}</header><p>Oil SAR 99</p>") == ["Oil SAR 99"]


def test_a_page_of_links_under_a_heading_is_its_heading_and_its_links() -> None:
    """An index is a page with text, however many links it holds."""
    names = [f"{name}-{number}.html" for name in ("oil", "tyres", "brakes") for number in range(4)]
    links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in names)
    assert _main(f"<h1>Pages</h1><ul>{links}</ul>") == ["Pages", *names]
