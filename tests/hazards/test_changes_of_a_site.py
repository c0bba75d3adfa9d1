"""What a site takes away or changes, and what that costs (H2, H9, C4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.badsite import status
from tests.flows.disguised_pages import listing, offer_page, shell
from tests.hazards.garage import LIST, OFFERS, UNTIL, Garage, card, offer_at, said

_HOURS = timedelta(hours=2)


@pytest.mark.hazard("H2")
def test_h2_one_404_two_404s_and_a_410(garage: Garage) -> None:
    """Answered once by 404 it stays, the second time, an hour later, it goes; 410 is believed at once."""
    garage.sync()
    before = set(garage.served())
    once, twice, gone = "Brake pads", "Oil change", "Wheel alignment"
    garage.put(LIST, shell(listing(range(3, 12))))
    garage.bad.script(OFFERS[0], status(404), status(200, offer_page(0).encode(), Content_Type="text/html"))
    garage.bad.script(OFFERS[1], status(404))
    garage.bad.script(OFFERS[2], status(410))
    garage.sync()
    assert set(garage.served()) == before - {gone}
    garage.age(_HOURS)
    for _ in range(2):
        garage.sync()
        assert set(garage.served()) == before - {gone, twice}
    assert once in garage.served()
    told = [change for (change,) in garage.db.execute("select change from kb.changes() order by change_id")]
    assert told.count("withdrawn") == 2


@pytest.mark.hazard("C4")
def test_c4_one_price_one_word_one_day(garage: Garage) -> None:
    """Only the changed entry gets a version, only its changed text is embedded; no instant has neither or both."""
    garage.sync()
    day, sooner = said(UNTIL), said(UNTIL - timedelta(days=1))
    page, on_list = offer_page(3).replace("31 December 2031", day), card(3).replace("31 December 2031", day)
    for old, new in (("SAR 93", "SAR 73"), ("while you wait", "while you shop"), (day, sooner)):
        page, on_list = page.replace(old, new), on_list.replace(old, new)
        garage.put(OFFERS[3], page)
        garage.put(LIST, shell(listing().replace(card(3), on_list)))
        _, report = garage.sync()
        assert (report["entries"]["added"], report["entries"]["withdrawn"], report["entries"]["suspect"]) == (0, 0, 0)
        assert report["chunks"]["embedded"] <= 1
    rows = garage.db.execute(
        """
        select count(distinct v.entry_id), count(*),
            bool_and(upper(v.recorded) is not distinct from next.begins or next.begins is null)
        from (
            select v.*, lead(lower(v.recorded)) over (partition by v.entry_id order by v.version_id) as begins
            from kb_store.version v
        ) next
        join kb_store.version v using (version_id)
        where v.entry_id in (select w.entry_id from kb_store.version w where not upper_inf(w.recorded))
        """
    ).fetchone()
    assert rows is not None
    assert (rows[0], rows[2]) == (1, True)
    assert 2 <= rows[1] <= 4
    assert len(garage.served()) == 12


@pytest.mark.hazard("H9")
def test_h9_an_etag_that_stays_though_the_page_changed_is_found_out_within_a_week(garage: Garage) -> None:
    """304 is believed; but a week after it was first seen, and each week again, a page is asked for whole."""
    garage.sync()
    changed = offer_at(4, 55)
    garage.put(LIST, shell(listing().replace("SAR 94", "SAR 55")))

    def lying(talk: object) -> None:
        known = talk.hit.headers.get("if-none-match")  # type: ignore[attr-defined]
        if known:
            talk.answer(304, {"ETag": known})  # type: ignore[attr-defined]
        else:
            talk.answer(200, {"Content-Type": "text/html", "ETag": '"new"'}, changed.encode())  # type: ignore[attr-defined]

    garage.bad.script(OFFERS[4], lying)
    garage.age(timedelta(days=5))
    garage.sync()
    assert [hit for hit in garage.bad.hits(OFFERS[4]) if "if-none-match" in hit.headers]
    asked = len(garage.bad.hits(OFFERS[4]))
    garage.age(timedelta(days=3))
    garage.sync()
    assert "if-none-match" not in garage.bad.hits(OFFERS[4])[asked].headers
    garage.sync()
    assert "if-none-match" in garage.bad.hits(OFFERS[4])[-1].headers
    assert garage.offers()["Cabin filter"] == 55
