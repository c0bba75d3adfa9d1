"""Mutants of what is read from bytes: pages, dates, embedded texts."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

__all__ = ["MUTANTS"]

_WINDOWS = "tests/pipelines/windows/test_windows.py::"
_JUDGING = "tests/pipelines/test_judging.py::"

MUTANTS = (
    Mutant(
        "zero-extraction-wipes",
        "a page that gives no offer any more is believed",
        "pipelines/judging.py",
        "    if seen.given or not seen.live:\n        return None\n    message = (\n",
        "    if True:\n        return None\n    message = (\n",
        ("tests/pipelines/store/test_publishing.py::test_offers_that_vanish_from_their_page_all_at_once_are_doubted",),
    ),
    Mutant(
        "challenge-is-content",
        "what a guard service shows in the place of a page is stored as the page",
        "pipelines/judging.py",
        "    if accused:\n",
        "    if False:\n",
        (_JUDGING + "test_a_stranger_with_a_mark_is_a_challenge",),
    ),
    Mutant(
        "soft-404-is-content",
        "«not found», told with 200, overwrites the offer",
        "pipelines/judging.py",
        "            or _soft_404(seen, seen.now, knowledge)\n",
        "",
        (_JUDGING + "test_what_any_address_answers_is_missing_unless_it_is_a_start_page",),
    ),
    Mutant(
        "hidden-text-kept",
        "what no reader of the page can see is read",
        "pipelines/web/visibility.py",
        '    if element.get("hidden") is not None or element.get("popover") is not None or hides(style):\n',
        '    if element.get("popover") is not None:\n',
        ("tests/pipelines/web/test_visibility.py::test_text_hidden_by_its_element_is_not_read",),
    ),
    Mutant(
        "day-ends-as-it-begins",
        "a bare end date ends the offer at the first instant of that day",
        "pipelines/windows/dates.py",
        "    if moment is None:\n        return _instant(day + timedelta(days=1), 0, zone)\n",
        "    if moment is None:\n        return _instant(day, 0, zone)\n",
        (_WINDOWS + "test_a_bare_end_date_is_the_end_of_that_day_in_the_source_zone",),
    ),
    Mutant(
        "last-minute-lost",
        "23:59 is an end by the minute, and the last minute of the day is lost",
        "pipelines/windows/dates.py",
        "        return self.minutes >= _LAST_MINUTE\n",
        "        return self.minutes > _LAST_MINUTE\n",
        (_WINDOWS + "test_the_last_minute_of_a_day_is_its_end",),
    ),
    Mutant(
        "ambiguous-takes-the-later",
        "03/04 without an order is served as long as any reading allows",
        "pipelines/windows/stated.py",
        "        ranges = intersect(ranges, reading.window.ranges)\n",
        "        ranges = max(ranges, reading.window.ranges)\n",
        (_WINDOWS + "test_an_ambiguous_date_is_served_only_while_every_reading_agrees",),
    ),
    Mutant(
        "hijri-rolls-over",
        "30 of a Hijri month of 29 days is the first of the next",
        "pipelines/windows/dates.py",
        "    found = Hijri(year, month, day).to_gregorian()\n    return date(found.year, found.month, found.day)\n",
        "    found = Hijri(year, month, 1).to_gregorian()\n"
        "    return date(found.year, found.month, found.day) + timedelta(days=day - 1)\n",
        ("tests/pipelines/windows/test_dates.py::test_hijri_days_are_those_of_umm_al_qura",),
    ),
    Mutant(
        "version-by-place",
        "what an entry is found by is part of its content: each change of a rule opens a version",
        "pipelines/store/planning.py",
        '    proof = {"evidence": _evidence(entry.draft), "content_hash": _content_hash(fields, pieces, variants)}\n',
        '    proof = {"evidence": _evidence(entry.draft),'
        ' "content_hash": _content_hash({**fields, "seen": entry.observed_at}, pieces, variants)}\n',
        ("tests/flows/test_noise.py::test_each_kind_of_noise_costs_nothing",),
    ),
)
