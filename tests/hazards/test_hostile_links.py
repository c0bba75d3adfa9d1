"""Where a page may not lead: addresses of this machine, other hosts, other ports, names that change (S1, S2)."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.badsite import BadSite, redirect, status
from tests.flows.disguised_pages import listing, shell
from tests.hazards.garage import LIST, OFFERS, Garage, Names

_LINKS = (
    "http://127.0.0.1:{port}/", "http://127.0.0.2:{port}/", "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/", "http://[2002:7f00:1::]:{port}/", "http://2130706433:{port}/",
    "http://0177.0.0.1:{port}/", "http://0x7f.1:{port}/", "http://0.0.0.0:{port}/", "http://169.254.169.254/latest/",
    "http://localhost.:{port}/", "http://user:secret@127.0.0.1:{port}/", "file:///etc/passwd", "gopher://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/", "data:text/html,<p>offer</p>", "//127.0.0.1:{port}/en/offers/x", "javascript:alert(1)",
)  # fmt: skip


@pytest.fixture
def internal() -> Iterator[BadSite]:
    """A server of this machine that nobody was allowed to ask."""
    with BadSite() as site:
        site.otherwise(status(200, b"<h1>Internal</h1>", Content_Type="text/html"))
        yield site


@pytest.mark.hazard("S1", "S2")
def test_s1_nothing_a_site_says_makes_us_ask_another_server(garage: Garage, internal: BadSite) -> None:
    """Links, redirects, refreshes, canonicals, a sitemap, robots.txt and documents lead there: its log stays empty."""
    there = [link.format(port=internal.port) for link in _LINKS]
    links = "".join(f'<a href="{link}">more</a>' for link in there)
    head = f'<link rel="canonical" href="{internal.url("/canonical")}"><link rel="next" href="{internal.url("/next")}">'
    garage.put(LIST, shell(listing() + links + f'<a href="{LIST}/file.pdf">PDF</a>', head=head))
    garage.bad.script(OFFERS[0], redirect(internal.url("/en/offers/0")))
    garage.bad.script(OFFERS[1], redirect(internal.url("/en/offers/1"), 301))
    garage.put(OFFERS[2], shell("<p>On</p>", head=f'<meta http-equiv="refresh" content="0;url={internal.url("/r")}">'))
    garage.bad.script(f"{LIST}/file.pdf", redirect("file:///etc/passwd"))
    robots = f"User-agent: *\nAllow: /\nSitemap: {internal.url('/sitemap.xml')}\n"
    garage.bad.script("/robots.txt", status(200, robots.encode(), Content_Type="text/plain"))
    ran, report = garage.sync()
    assert internal.journal == []
    refused = garage.db.execute("select message from kb_store.attempt where outcome = 'refused_address'").fetchall()
    assert len(refused) >= report["pages"]["outcomes"]["refused_address"] >= 3
    reasons = ("refused, it is loopback", "only http and https")
    assert [message for (message,) in refused if not any(reason in message for reason in reasons)] == []
    assert "secret" not in ran.out + ran.err
    assert len(garage.served()) == 12, "the source's own port is asked all the same"


@pytest.mark.hazard("S1")
def test_s1_a_name_that_changes_its_address_is_not_followed(garage: Garage, names: Names) -> None:
    """Allowed when the crawl began, another address when it is dialled: refused, and the other server hears nothing."""
    with socket.create_server(("127.0.0.2", garage.bad.port)) as other:
        other.setblocking(False)
        names({"garage.test": ["127.0.0.1", "127.0.0.2"]})
        own = f"garage.test:{garage.bad.port}"
        garage.settings |= {"start_urls": f'["http://{own}{LIST}"]', "allow_private": f'["{own}"]'}
        ran, report = garage.sync()
        assert (ran.code, garage.bad.paths()) == (1, [])
        assert "127.0.0.2" in str(report["problems"])
        with pytest.raises(BlockingIOError):
            other.accept()
