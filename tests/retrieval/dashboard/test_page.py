"""The page for people, without a browser: who sees what, and what stands in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from pipelines.database import Connection
from pipelines.records import Capture, Evidence, Outcome, Page, Reading
from pipelines.settings import Project
from pipelines.source_settings import Source
from pipelines.store import deciding
from retrieval.dashboard.phrases import arabic
from retrieval.dashboard.viewing import STATIC
from retrieval.http.app import create_app
from retrieval.http.callers import KEY_COOKIE
from retrieval.keys import create_key
from tests.retrieval.dashboard.conftest import SCRIPT, held_run
from tests.retrieval.http.conftest import OIL, running
from tests.story import Story, offer, page, stated

TEMPLATES = STATIC.parent / "templates"
PAGES = ("/", "/ask", "/ask?q=oil+change&why=1", "/ask?then=2026-01-01T10:00", "/changes", "/sources", "/sources/shop",
         "/runs", "/runs/1", "/entries/1", "/captures/1", "/captures/1/seen")  # fmt: skip
# what a key that may only read is not shown: what is not served
BEHIND = ("/changes", "/sources", "/sources/shop", "/runs", "/runs/1", "/captures/1", "/captures/1/seen",
          "/captures/1/bytes")  # fmt: skip


@pytest.mark.hazard("S3")
def test_every_page_is_closed_to_everything_else(http: httpx.Client) -> None:
    """S3: whatever stands in it, no script, style, frame or request of another place."""
    for path in PAGES:
        answer = http.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert ("unsafe" in policy) == policy.startswith("sandbox;")
        assert "no-store" in answer.headers["cache-control"]
        assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|style=\"|javascript:", answer.text), path


@pytest.mark.hazard("S3")
def test_what_was_scraped_stays_text(http: httpx.Client, story: Story) -> None:
    """S3: in a list, a search, an entry, a change, a page of errors."""
    url = "https://shop.test/odd"
    story.sync({url: [offer(url, f"Oil {SCRIPT}. Oil {SCRIPT} again", url="javascript:alert(1)")]})
    number = next(o["entry_id"] for o in http.get("/v1/offers").json()["offers"] if SCRIPT in o["title"])
    for path in ("/", "/ask?q=oil+alert", f"/entries/{number}", "/changes", f"/ask?q={SCRIPT}", f"/ask?why={SCRIPT}"):
        text = http.get(path).text
        assert SCRIPT not in text, path
        assert 'href="javascript:' not in text
    assert "&lt;script&gt;" in http.get("/").text


def test_a_capture_is_shown_without_what_could_act(http: httpx.Client, story: Story) -> None:
    """Scripts, frames, styles from elsewhere, refreshes are taken out, and what is left stands in a sandbox."""
    url = "https://shop.test/page"
    told = (
        '<!doctype html><meta http-equiv=refresh content="0;url=http://other.test/"><base href="http://other.test/">'
        "<link rel=preconnect href=http://other.test><script>alert(1)</script><iframe src=http://other.test></iframe>"
        "<img src=http://other.test/x.png alt=logo><h1>زيت المحرك</h1>"
    ).encode()
    taken = Capture(url, Outcome.OK, story.clock, url, 200, "text/html", body=told, body_sha256=_digest(told))
    _Unread(story.conn).sync({url: taken})
    number = _page_of(story.conn, url)
    seen = http.get(f"/captures/{number}/seen")
    assert "زيت المحرك" in seen.text
    assert "other.test" not in seen.text
    assert "script" not in seen.text
    assert seen.headers["content-security-policy"].startswith("sandbox;")
    assert seen.headers["x-frame-options"] == "SAMEORIGIN"
    raw = http.get(f"/captures/{number}/bytes")
    assert raw.content == told
    assert raw.headers["content-disposition"].startswith("attachment")
    assert f'<iframe class="seen" sandbox src="/captures/{number}/seen"' in http.get(f"/captures/{number}").text


class _Unread(Story):
    """Its pages are stored and say nothing."""

    def _read_all(self, pages: Iterable[Page]) -> Iterable[Reading]:
        return [Reading(Outcome.OK, drafts=(page(one.url, "A page of words"),)) for one in pages]


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _page_of(conn: Connection, url: str) -> int:
    row = conn.execute("select page_id from kb_store.page where url = %s", (url,)).fetchone()
    assert row is not None
    return int(row[0])


# ---------------------------------------------------------------- who sees what


_WAYS = {"httponly", "samesite=strict", "secure"}


def test_who_comes_by_tls_has_a_key_that_goes_by_nothing_else(http: httpx.Client, db: Connection) -> None:
    """TLS ends at a proxy before us: by which way a browser came it says itself."""
    worn = create_key(db, "ann", ["read", "write"], None)
    came = http.post("/sign-in", data={"key": worn}, headers={"Origin": "https://kb.test", "Host": "kb.test"})
    assert came.status_code == 303
    assert {part.strip().lower() for part in came.headers["set-cookie"].split(";")} >= _WAYS


def test_once_there_is_a_key_one_signs_in_with_it(http: httpx.Client, db: Connection) -> None:
    """The key goes into a cookie that scripts cannot read and that pages of other sites do not send along."""
    worn = create_key(db, "ann", ["read", "write"], None)
    away = http.get("/runs")
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?to=%2Fruns")
    assert http.post("/sign-in", data={"key": worn + "x"}).status_code == 401
    came = http.post("/sign-in", data={"key": worn, "to": "/runs"})
    assert (came.status_code, came.headers["location"]) == (303, "/runs")
    kept = came.headers["set-cookie"]
    assert kept.startswith(f"{KEY_COOKIE}={worn};")
    assert {"httponly", "samesite=strict"} == {part.strip().lower() for part in kept.split(";")} & _WAYS
    assert http.get("/runs").status_code == 200
    http.post("/sign-out")
    assert http.get("/runs").status_code == 303


def test_signing_in_leads_nowhere_else(http: httpx.Client, db: Connection) -> None:
    """An address of another site in `to` is the front page."""
    worn = create_key(db, "ann", ["read"], None)
    for to in ("https://other.test/", "//other.test", "/\\other.test", "javascript:alert(1)", ""):
        assert http.post("/sign-in", data={"key": worn, "to": to}).headers["location"] == "/"


@pytest.mark.hazard("S9")
def test_pages_of_other_sites_cannot_decide(http: httpx.Client) -> None:
    """S9: a form elsewhere that posts here is refused."""
    for headers in ({"Origin": "https://other.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/sign-in", "/sign-out", "/runs/1/approve"):
            assert http.post(path, headers=headers).status_code == 403


@pytest.mark.hazard("S6")
def test_a_key_that_only_reads_sees_what_is_served(http: httpx.Client, db: Connection) -> None:
    """Runs, captures and closed versions may hold what is over: they need write or audit."""
    bot, auditor = create_key(db, "bot", ["read"], None), create_key(db, "auditor", ["read", "audit"], None)
    for path in BEHIND:
        assert http.get(path, headers=bearer(bot)).status_code == 403, path
        assert http.get(path, headers=bearer(auditor)).status_code == 200, path
    assert http.get("/", headers=bearer(bot)).status_code == 200


@pytest.mark.hazard("S6")
def test_a_key_of_one_source_sees_that_source(http: httpx.Client, db: Connection, story: Story) -> None:
    """S6: another's pages, runs and entries are as if they were not."""
    del story
    other = Story(db, Source(name="other", kind="site", start_urls=("https://other.test/",)))
    url = "https://other.test/secret"
    other.sync({url: [offer(url, "Secret winter tyres")]})
    other.sync({url: [offer(url, "Secret winter tyres, now cheaper")]})
    worn = bearer(create_key(db, "shop", ["read", "write", "audit"], ["shop"]))
    number = next(o["entry_id"] for o in http.get("/v1/offers", headers=bearer(create_key(db, "all", ["read"], None)))
                  .json()["offers"] if "Secret" in o["title"])  # fmt: skip
    hidden = [f"/entries/{number}", "/sources/other", "/runs/2", f"/captures/{_page_of(db, url)}"]
    assert [http.get(path, headers=worn).status_code for path in hidden] == [404] * 4
    shown = ["/", "/ask?q=secret+winter+tyres", f"/ask?why={url}", f"/ask?why={number}&q=x", "/changes", "/sources",
             "/runs", "/ask?then=2026-01-01T10:00"]  # fmt: skip
    for path in shown:
        text = http.get(path, headers=worn).text.replace("secret+winter+tyres", "").replace(url, "")
        assert "Secret winter" not in text, path
        assert ">other<" not in text, path


def test_approval_needs_scope_write(http: httpx.Client, db: Connection, story: Story) -> None:
    """Who may not write is shown what waits, and cannot approve it."""
    run = held_run(story)
    worn = bearer(create_key(db, "auditor", ["read", "audit"], None))
    text = http.get("/", headers=worn).text
    assert f"/runs/{run}/approve" not in text
    assert f"freshet approve {run}" in text
    assert http.post(f"/runs/{run}/approve", headers=worn).status_code == 403


def test_who_approved_is_kept_with_the_run(http: httpx.Client, db: Connection, story: Story) -> None:
    """By the key's name."""
    run = held_run(story)
    worn = bearer(create_key(db, "nora", ["read", "write"], None))
    assert http.post(f"/runs/{run}/approve", headers=worn).status_code == 303
    verdicts = db.execute("select verdict from kb_store.run where kind = 'approve'").fetchall()
    assert verdicts == [(["approved by key nora"],)]


def test_what_is_held_elsewhere_cannot_be_approved(http: httpx.Client, db: Connection, story: Story) -> None:
    """S6: a key of another source is told that nothing waits."""
    run = held_run(story)
    Story(db, Source(name="other", kind="site", start_urls=("https://other.test/",)))
    worn = bearer(create_key(db, "other", ["read", "write"], ["other"]))
    assert http.post(f"/runs/{run}/approve", headers=worn).status_code == 404


def test_a_server_that_decides_nothing_says_who_does(project: Project, story: Story) -> None:
    """Without what lives in flows the page names the command."""
    run = held_run(story)
    with running(create_app(project)) as address, httpx.Client(base_url=address, trust_env=False) as client:
        assert f"freshet approve {run}" in client.get("/").text
        assert client.post(f"/runs/{run}/approve").status_code == 409


def bearer(key: str) -> dict[str, str]:
    """The header a caller shows a key in."""
    return {"Authorization": f"Bearer {key}"}


# ---------------------------------------------------------------- what stands there


def test_versions_are_told_by_their_differences(http: httpx.Client, story: Story) -> None:
    """On the entry and in the timeline: what was, what is."""
    until = story.clock + timedelta(days=9)
    story.sync({OIL: [offer(OIL, "Engine oil change with filter for sedans", stated(None, until), price=Decimal(99))]})
    number = next(o["entry_id"] for o in http.get("/v1/offers").json()["offers"] if o["url"] == OIL)
    for path in (f"/entries/{number}", "/changes"):
        text = re.sub(r"\s+", " ", http.get(path).text)
        assert re.search(r"<dt>price</dt> <dd><del><span class=\"none\">none</span></del>.{1,80}<ins>99</ins>", text)


def test_the_matched_words_are_marked(http: httpx.Client) -> None:
    """By the base's own analysis: another form of a word is that word."""
    assert "<mark>change</mark>" in http.get("/ask?q=changes").text
    assert "<mark>زيت</mark>" in http.get("/ask", params={"q": "الزيت"}).text


def test_evidence_is_marked_where_it_stands(http: httpx.Client, story: Story) -> None:
    """The text whole, what was read from it marked with the field."""
    url = "https://shop.test/wipers"
    said = "Wiper blades for 35 SAR until Thursday"
    story.sync({url: [offer(url, said, evidence=(Evidence("price", "35 SAR", "text:price"),))]})
    number = next(o["entry_id"] for o in http.get("/v1/offers").json()["offers"] if o["url"] == url)
    assert '<mark title="price">35 SAR</mark> until Thursday' in http.get(f"/entries/{number}").text


def test_what_is_no_more_is_told_with_its_reasons(http: httpx.Client, db: Connection) -> None:
    """An entry that is not served has no text on its page, but says why."""
    number = next(o["entry_id"] for o in http.get("/v1/offers").json()["offers"] if o["url"] == OIL)
    deciding.withdraw(db, number, None, "ann@desk")
    text = http.get(f"/entries/{number}").text
    assert "Not served at this instant." in text
    assert 'class="failed"' in text
    assert http.get("/entries/999").status_code == 404


def test_the_past_is_shown_to_auditors(http: httpx.Client, db: Connection) -> None:
    """The offers of an instant, and an answer as it was then."""
    row = db.execute("select clock_timestamp()").fetchone()
    assert row is not None
    number = next(o["entry_id"] for o in http.get("/v1/offers").json()["offers"] if o["url"] == OIL)
    deciding.withdraw(db, number, None, "ann@desk")
    link, then = f'href="/entries/{number}"', row[0].isoformat()
    assert link not in http.get("/").text
    assert link not in http.get("/ask", params={"q": "oil change"}).text
    assert link in http.get("/ask", params={"then": then}).text
    assert link in http.get("/ask", params={"then": then, "q": "oil change"}).text
    assert http.get("/ask", params={"then": "yesterday"}).status_code == 422
    bot = create_key(db, "bot", ["read"], None)
    assert http.get("/ask", params={"then": then}, headers=bearer(bot)).status_code == 403


@pytest.mark.hazard("S4")
def test_parameters_are_data(http: httpx.Client) -> None:
    """S4: every parameter of every page, whatever it holds."""
    for value in ("'; drop table kb_store.entry; --", "%s{x}", "\u202e", "\\", "9" * 30, "a\0b"):
        for name in ("q", "why", "language", "category", "source", "then"):
            assert http.get("/ask", params={name: value}).status_code in (200, 422), (name, value)
        for path in ("/entries/", "/runs/", "/sources/", "/captures/", "/changes?before="):
            assert http.get(path + quote(value, safe="")).status_code in (404, 422), (path, value)


def test_an_empty_base_says_what_to_do(project: Project, db: Connection) -> None:
    """Nothing synced yet: every page stands, and names the command."""
    del db
    with running(create_app(project)) as address, httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        for path in ("/", "/ask?q=oil", "/changes", "/sources", "/runs"):
            assert client.get(path).status_code == 200
        assert "freshet sync" in client.get("/").text


# ---------------------------------------------------------------- languages


def test_the_language_is_asked_for_chosen_or_the_browsers(http: httpx.Client) -> None:
    """`?lang=` wins and is remembered; else what the browser prefers of the two."""
    assert '<html lang="en" dir="ltr">' in http.get("/").text
    assert '<html lang="ar" dir="rtl">' in http.get("/", headers={"Accept-Language": "fr, ar-SA;q=0.8, en"}).text
    assert '<html lang="ar" dir="rtl">' in http.get("/?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in http.get("/ask").text
    assert '<html lang="en" dir="ltr">' in http.get("/ask?lang=en").text


def _phrases(file: Path) -> Iterator[str]:
    for found in re.finditer(r"\bt\(\s*(?:\"([^\"]+)\"|'([^']+)')", file.read_text(encoding="utf-8")):
        yield found[1] or found[2]


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.html")), ids=lambda file: file.name)
def test_every_phrase_has_its_arabic(file: Path) -> None:
    """With the same values in it."""
    for phrase in _phrases(file):
        assert phrase in arabic()
        assert set(re.findall(r"{\w+}", phrase)) == set(re.findall(r"{\w+}", arabic()[phrase])), phrase


def test_scraped_text_says_its_language(http: httpx.Client) -> None:
    """An Arabic title on an English page is read, and runs, as Arabic."""
    assert '<bdi lang="ar" dir="rtl">تغيير زيت المحرك مع الفلتر</bdi>' in http.get("/").text
