"""What could not be looked at is not gone: networks, names, servers and robots.txt that fail (N1, N2, N3, H1, H7)."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from tests.badsite import hang, reset, status, truncated
from tests.flows.disguised_pages import listing, shell
from tests.hazards.garage import LIST, OFFERS, Garage, Names, card, offer_at

_DAY = timedelta(days=1)


@pytest.mark.hazard("N1")
def test_n1_a_site_that_is_down(garage: Garage) -> None:
    """The port is closed: exit 1, one sentence for all pages, every offer stays; the run after it repairs nothing."""
    garage.sync()
    before = garage.served()
    assert len(before) == 12
    garage.bad.close()
    ran, report = garage.sync()
    assert (ran.code, report["state"]) == (1, "failed")
    assert set(report["pages"]["outcomes"]) == {"network"}
    assert "nothing listens there" in garage.told(report, "network", LIST)
    assert garage.served() == before
    assert report["entries"]["withdrawn"] == report["entries"]["suspect"] == 0


@pytest.mark.hazard("N2")
def test_n2_half_the_pages_fail_and_the_list_forgets_them(garage: Garage) -> None:
    """Six of twelve fail, each in its way, and stand on no list: none is retired, however often; six are updated."""
    garage.sync()
    before = garage.served()
    failing = (status(503), status(500), reset(b"<p>cut", 900), truncated(b"<p>cut", 900), status(429), status(403))
    for path, reply in zip(OFFERS[:6], failing, strict=True):
        garage.bad.script(path, reply)
    for number in range(6, 12):
        garage.put(OFFERS[number], offer_at(number, 60 + number))
    cards = "".join(card(number).replace(f"SAR {90 + number}", f"SAR {60 + number}") for number in range(6, 12))
    garage.put(LIST, shell(f'<h1>Offers</h1><div class="list">{cards}</div>'))
    for _ in range(3):
        ran, report = garage.sync()
        assert (ran.code, report["state"]) == (3, "partial")
        assert garage.served() == before
        garage.age(_DAY)
    assert report["pages"]["failed"] == 6
    assert sorted(garage.offers().values()) == [66, 67, 68, 69, 70, 71, *range(90, 96)]
    for number, path in enumerate(OFFERS):
        garage.put(path, offer_at(number))
    garage.put(LIST, shell(listing()))
    ran, report = garage.sync()
    assert (ran.code, report["state"], garage.served()) == (0, "published", before)


@pytest.mark.hazard("N3")
@pytest.mark.parametrize("error", [socket.EAI_NONAME, socket.EAI_AGAIN], ids=["NXDOMAIN", "SERVFAIL"])
def test_n3_a_name_that_does_not_resolve(garage: Garage, names: Names, error: int) -> None:
    """Neither answer of a name server says that a page is gone."""
    names({"garage.test": "127.0.0.1"})
    own = f"garage.test:{garage.bad.port}"
    garage.settings |= {"start_urls": f'["http://{own}{LIST}"]', "allow_private": f'["{own}"]'}
    garage.sync()
    before = garage.served()
    assert len(before) == 12
    names({"garage.test": int(error)})
    for _ in range(2):
        ran, report = garage.sync()
        assert (ran.code, report["state"]) == (1, "failed")
        assert "garage.test does not resolve" in report["problems"][0]["message"]
        assert garage.served() == before
        garage.age(_DAY)
    names({"garage.test": "127.0.0.1"})
    assert garage.sync()[0].code == 0
    assert garage.served() == before


@pytest.mark.hazard("H1")
def test_h1_three_days_of_503(garage: Garage) -> None:
    """Everything stays as it was until ttl ends what states no end; what is dated lives to its end."""
    garage.settings["ttl"] = '"2d"'
    undated = shell('<article class="offer"><h1>Free wash</h1><p class="price">SAR 5</p></article>', title="Free wash")
    garage.put(
        OFFERS[11], undated.replace("</article>", "<p>A wash with each service, as long as you like.</p></article>")
    )
    garage.put(LIST, shell(listing(range(11)) + f'<a href="{OFFERS[11]}">Free wash</a>'))
    garage.sync()
    before = garage.served()
    assert "Free wash" in before
    for path in (LIST, *OFFERS):
        garage.bad.script(path, status(503, Retry_After="86400"))
    garage.bad.otherwise(status(503, Retry_After="86400"))
    garage.bad.script("/robots.txt", status(404))
    asked = len(garage.bad.paths())
    for day in range(3):
        garage.age(_DAY)
        _, report = garage.sync()
        assert set(report["pages"]["outcomes"]) == {"server_error"}
        gone = {"Free wash"} if day >= 1 else set()
        assert set(garage.served()) == set(before) - gone
    assert len(garage.bad.paths()) - asked < 3 * report["pages"]["requested"], "left alone after some refusals"


@pytest.mark.hazard("H7")
@pytest.mark.parametrize(
    "robots", [status(500), status(200, b"<!doctype html><h1>Sorry</h1>"), reset(b"User-agent", 99)]
)
def test_h7_an_unreachable_robots_txt_forbids_everything(garage: Garage, robots: object) -> None:
    """No page is asked for, nothing is retired, and what the run says names robots.txt."""
    garage.sync()
    before = garage.served()
    garage.bad.script("/robots.txt", robots)  # type: ignore[arg-type]  # a reply
    asked = len(garage.bad.paths())
    ran, report = garage.sync()
    assert ran.code != 0
    assert set(garage.bad.paths()[asked:]) == {"/robots.txt"}
    assert "robots.txt" in garage.told(report, "robots_unreachable")
    assert garage.served() == before


@pytest.mark.hazard("H7")
def test_h7_a_disallow_that_comes_later(garage: Garage) -> None:
    """Fetching stops; what was published ages out by its own end or ttl, and is not retired."""
    garage.sync()
    before = garage.served()
    garage.bad.script("/robots.txt", status(200, b"User-agent: *\nDisallow: /en/\n", Content_Type="text/plain"))
    for _ in range(2):
        asked = len(garage.bad.paths())
        garage.sync()
        assert set(garage.bad.paths()[asked:]) == {"/robots.txt"}
        assert garage.served() == before
        garage.age(_DAY)
    garage.age(_DAY * 4000)
    assert len(garage.served()) == 12, "each states its end, and that is not over"


@pytest.mark.hazard("H7")
def test_h7_a_robots_txt_of_30_megabytes(garage: Garage) -> None:
    """Its first half megabyte counts, as RFC 9309 says; the rest is not read."""
    rules = b"User-agent: *\nDisallow: /en/offers/3\n" + b"# nothing\n" * 3 * 2**20
    garage.bad.script("/robots.txt", status(200, rules, Content_Type="text/plain"))
    garage.sync()
    assert OFFERS[3] not in garage.bad.paths()
    assert OFFERS[4] in garage.bad.paths()


@pytest.mark.hazard("N4")
def test_n4_a_page_that_never_comes_costs_its_own_time_alone(garage: Garage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that hangs ends as network at its deadline; the others are published in the same run."""
    garage.sync()
    garage.bad.script(OFFERS[0], hang)
    garage.put(OFFERS[1], offer_at(1, 77))
    garage.put(LIST, shell(listing().replace("SAR 91", "SAR 77")))
    _hurry(monkeypatch)
    ran, report = garage.sync()
    assert (ran.code, report["pages"]["outcomes"]["network"]) == (3, 1)
    assert "no whole answer within" in garage.told(report, "network", OFFERS[0])
    assert (garage.offers()["Oil change"], len(garage.served())) == (77, 12)


def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a page less time than a person would."""
    from dataclasses import replace

    import pipelines.source_settings

    real = pipelines.source_settings.Source.crawl_job

    def hurried(self: pipelines.source_settings.Source, *arguments: object, **options: object) -> object:
        job = real(self, *arguments, **options)  # type: ignore[arg-type]
        return replace(job, limits=replace(job.limits, page_seconds=2.0))

    monkeypatch.setattr(pipelines.source_settings.Source, "crawl_job", hurried)
