"""The page in a real browser: nothing fails, nothing is asked elsewhere, and what is over leaves an open page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipelines.database import Connection
from retrieval.keys import create_key
from spiders import render
from tests.retrieval.dashboard.browser import PHONE, chromium, opened
from tests.retrieval.dashboard.conftest import SCRIPT, held_run
from tests.retrieval.http.conftest import OIL
from tests.story import Story, offer, stated

pytestmark = pytest.mark.skipif(render.chromium() is None, reason="no Chromium is installed")

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
REFERENCES = """[...document.querySelectorAll("a[href^='#'], [aria-labelledby], label[for]")].map(
    (one) => one.getAttribute("aria-labelledby") ?? one.htmlFor ?? one.getAttribute("href").slice(1))"""
PAGES = ("/", "/ask", "/ask?q=oil+change&why=1", "/changes", "/sources", "/sources/shop", "/runs", "/runs/1",
         "/entries/1", "/captures/1", "/sign-in")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of this file; each page has a context of its own."""
    with chromium() as started:
        yield started


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_loads_without_a_word_of_complaint(browser: Browser, address: str, language: str) -> None:
    """No error on the console, no request but to the server itself, on a telephone no scrolling sideways."""
    with opened(browser, locale=language, viewport=PHONE) as (page, wrong):
        for path in PAGES:
            page.goto(address + path, wait_until="networkidle")
            assert wrong == [], path
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, path
            lines = page.evaluate("[...document.querySelectorAll('nav a')].map((one) => one.offsetHeight)")
            assert all(height < 50 for height in lines), f"{path}: the name of a page is broken in two"
            assert page.locator("h1").count() == 1, path


def test_every_page_can_be_read_aloud(browser: Browser, address: str, story: Story) -> None:
    """Headings without a gap, ids once, every reference to a part of the page leads there, every header has a scope."""
    held_run(story)
    with opened(browser) as (page, _):
        for path in PAGES:
            page.goto(address + path)
            levels = [1, *page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((one) => +one.tagName[1])")]
            assert all(after <= before + 1 for before, after in pairwise(levels)), path
            ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
            assert len(ids) == len(set(ids)), path
            named = page.evaluate(REFERENCES)
            assert set(named) <= set(ids), path
            assert page.locator("th:not([scope])").count() == 0, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser: Browser, address: str, story: Story, scheme: str) -> None:
    """By the contrast that WCAG asks for; with something held, so that warnings are among it. And the check finds."""
    held_run(story)
    with opened(browser, color_scheme=scheme) as (page, _):
        for path in PAGES:
            page.goto(address + path)
            assert page.evaluate(CONTRAST) == [], path
        page.evaluate("document.querySelector('h1').style.color = 'rgb(128, 128, 128)'")
        page.evaluate("document.querySelector('h1').style.backgroundColor = 'rgb(140, 140, 140)'")
        assert len(page.evaluate(CONTRAST)) == 1


def test_arabic_runs_from_right_to_left(browser: Browser, address: str) -> None:
    """The page's name stands at the right edge, a Latin address within runs its own way."""
    with opened(browser, locale="ar") as (page, wrong):
        page.goto(address + "/sources/shop")
        heading, whole = page.locator(".brand").bounding_box(), page.viewport_size
        assert heading is not None
        assert whole is not None
        assert heading["x"] > whole["width"] / 2
        assert page.locator("td .address").first.evaluate("one => getComputedStyle(one).direction") == "ltr"
        page.get_by_role("link", name="English").click()
        assert page.locator("html").get_attribute("dir") == "ltr"
        page.goto(address + "/")
        assert page.locator("html").get_attribute("lang") == "en"
        assert wrong == []


def test_what_a_run_holds_is_approved_on_the_page(browser: Browser, address: str, story: Story) -> None:
    """The button says what the command does: what was listed goes."""
    held_run(story)
    with opened(browser) as (page, wrong):
        page.goto(address)
        assert page.locator(".held li").count() == 3
        page.get_by_role("button", name="Approve the removal").click()
        page.wait_for_url(address + "/")
        assert page.locator(".held").count() == 0
        assert wrong == []
    assert OIL not in story.served()


def test_an_offer_leaves_an_open_page_when_it_ends(browser: Browser, address: str, story: Story) -> None:
    """By the server's clock, whatever the browser's says, and without anybody doing anything."""
    with opened(browser) as (page, wrong):
        page.clock.install(time="2031-05-01T00:00:00")  # a browser that lives in another year
        page.clock.resume()
        row = story.conn.execute("select clock_timestamp()").fetchone()
        assert row is not None
        ends = row[0] + timedelta(seconds=6)
        url = "https://shop.test/short"
        story.sync({url: [offer(url, "Wiper blades half price", stated(None, ends))]})
        page.goto(address)
        card = page.locator(".offer", has_text="Wiper blades")
        assert card.count() == 1
        card.wait_for(state="detached", timeout=30_000)
        story.conn.execute("select pg_sleep(greatest(extract(epoch from %s - clock_timestamp()), 0))", (ends,))
        page.get_by_text("Wiper blades").wait_for(state="detached", timeout=30_000)
        assert page.locator(".offer", has_text="Engine oil").count() == 1
        assert wrong == []


def test_what_a_site_wrote_is_text(browser: Browser, address: str, story: Story) -> None:
    """S3: a title that is a script is read, not run."""
    url = "https://shop.test/odd"
    story.sync({url: [offer(url, f"Oil {SCRIPT}")]})
    with opened(browser) as (page, wrong):
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        for path in ("/", "/ask?q=oil+alert", "/changes"):
            page.goto(address + path, wait_until="networkidle")
            assert page.get_by_text(SCRIPT).count() >= 1, path
        assert wrong == []


def test_a_person_signs_in_and_out(browser: Browser, address: str, db: Connection) -> None:
    """By a form, with the keyboard alone."""
    worn = create_key(db, "ann", ["read"], None)
    with opened(browser) as (page, wrong):
        page.goto(address)
        page.get_by_label("Key").fill(worn)
        page.keyboard.press("Enter")
        page.wait_for_url(address + "/")
        assert page.get_by_role("heading", level=1).inner_text() == "What is true now"
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        assert wrong == []


def test_the_slider_asks_about_the_past(browser: Browser, address: str) -> None:
    """Moved to its beginning it asks about the first instant that is known of."""
    with opened(browser) as (page, wrong):
        page.goto(address + "/ask")
        page.locator("#slide").focus()
        page.keyboard.press("Home")
        page.wait_for_url("**then=2*")
        assert page.locator(".notice").count() == 1
        assert wrong == []
