"""`freshet add`, end to end: a real site on loopback, a real crawl, a real project."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.settings import load_project
from spiders import render
from tests.badsite import BadSite, document, html, redirect, status
from tests.flows.conftest import Ran, Run

needs_browser = pytest.mark.skipif(render.chromium() is None, reason="no Chromium is installed")


@dataclass(frozen=True)
class Adding:
    """A project and a site, and the command between them."""

    run: Run
    folder: Path
    site: BadSite

    def add(self, path: str, *options: str) -> Ran:
        return self.run("add", self.site.url(path), *options)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "sources").iterdir())


@pytest.fixture
def adding(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Adding]:
    """A project without a database: add needs none."""
    folder = tmp_path / "project"
    (folder / "sources").mkdir(parents=True)
    monkeypatch.setenv("FRESHET_PROJECT", str(folder))
    with BadSite() as site:
        yield Adding(run, folder, site)


TITLES = {
    "en": ("Engine oil change", "Wheel alignment", "Battery check"),
    "ar": ("غيار زيت المحرك", "وزن الأذرعة", "فحص البطارية"),
}


FILLERS = {"en": "We look after your car. ", "ar": "نعتني بسيارتك في كل فروعنا. "}


def listing(language: str, *, until: str, other: str = "", titles: tuple[str, ...] | None = None) -> str:
    """A listing in that language that declares its offers as JSON-LD."""
    offers = [
        {
            "@type": "Offer",
            "name": title,
            "price": f"{at}9",
            "priceCurrency": "SAR",
            "priceValidUntil": until,
            "category": "Workshop",
            "url": f"/{language}/offers/{at}",
        }
        for at, title in enumerate(titles or TITLES[language], 1)
    ]
    graph = json.dumps({"@context": "https://schema.org", "@graph": offers}, ensure_ascii=False).replace("<", "\\u003c")
    cards = "".join(f"<div><h2>{offer['name']}</h2><p>{offer['price']} SAR</p></div>" for offer in offers)
    link = f'<link rel="alternate" hreflang="{other}" href="/{other}/offers">' if other else ""
    direction = ' dir="rtl"' if language == "ar" else ""
    return (
        f'<!doctype html><html lang="{language}"{direction}><head><title>Offers of the garage</title>{link}'
        f'<script type="application/ld+json">{graph}</script></head><body><main>{cards}'
        f"<p>{FILLERS[language] * 30}</p></main></body></html>"
    )


def serve(site: BadSite, path: str, text: str) -> None:
    """The page as it stands, without the frame that `site.page` puts around."""
    site.script(path, document(text.encode(), "text/html; charset=utf-8"))


def bilingual(site: BadSite, until: str) -> None:
    for language, other in (("en", "ar"), ("ar", "en")):
        serve(site, f"/{language}/offers", listing(language, until=until, other=other))
        for at, title in enumerate(TITLES[language], 1):
            serve(site, f"/{language}/offers/{at}", f"<html lang={language}><title>{title}</title><h1>{title}</h1>")


def soon() -> str:
    return (datetime.now(UTC) + timedelta(days=20)).date().isoformat()


# ---------------------------------------------------------------- what is proposed


def test_a_listing_in_two_languages_becomes_one_source(adding: Adding) -> None:
    """The other language is found by hreflang and looked at; the file loads as the source that was shown."""
    bilingual(adding.site, soon())
    ran = adding.add("/en/offers", "--json")
    assert ran.code == 0, ran.err
    told = ran.document
    assert told["source"] == "local-offers"
    assert told["next"] == "freshet sync local-offers"
    assert [page["language"] for page in told["pages"]] == ["en", "ar"]
    assert [offer["title"] for offer in told["offers"]] == [*TITLES["en"], *TITLES["ar"]]
    assert {offer["validity"] for offer in told["offers"]} == {"declared"}
    source = load_project(adding.folder, environment={}).source("local-offers")
    assert source.start_urls == (adding.site.url("/en/offers"), adding.site.url("/ar/offers"))
    assert source.allow == ("^/en/offers(/|$)", "^/ar/offers(/|$)")
    assert source.allow_private == (adding.site.pair,)
    assert source.offers is None  # what is declared needs no selectors
    assert source.file.read_text(encoding="utf-8") == told["toml"]
    assert '# "workshop" = ' in told["toml"] or "# workshop = " in told["toml"]


def test_one_page_is_asked_for_and_robots_first(adding: Adding) -> None:
    """A look costs what it shows: the page, its other language, and robots.txt before each crawl."""
    bilingual(adding.site, soon())
    assert adding.add("/en/offers").code == 0
    assert adding.site.paths() == ["/robots.txt", "/en/offers", "/robots.txt", "/ar/offers"]


def test_what_is_shown_is_a_table_and_the_next_command(adding: Adding) -> None:
    """Title, price, window with what it rests on, category, link; how many; the file as written."""
    bilingual(adding.site, soon())
    ran = adding.add("/en/offers", "--name", "garage")
    assert ran.code == 0
    for wanted in ("Engine oil change", "19 SAR", "(declared)", "workshop", "/en/offers/1", "غيار زيت المحرك"):
        assert wanted in ran.out
    assert "6 offers" in ran.out
    assert "freshet sync garage" in ran.out
    assert adding.files == ["garage.toml"]


def test_a_page_without_offers_becomes_a_source_of_pages_and_says_so(adding: Adding) -> None:
    """An about page is kept as what it is."""
    adding.site.page("/about", f"<h1>About us</h1><p>{'Nine branches, one hotline. ' * 40}</p>")
    ran = adding.add("/about")
    assert ran.code == 0
    assert "no offers found" in ran.out
    assert load_project(adding.folder, environment={}).source("local-about").kind == "site"


def test_a_document_is_watched_by_its_address(adding: Adding) -> None:
    """`kind = "urls"`: a text file, as any document."""
    adding.site.script("/terms.txt", document(b"Terms\n\nOne visit, one coupon.\n", "text/plain"))
    ran = adding.add("/terms.txt", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["kind"] == "urls"
    assert load_project(adding.folder, environment={}).source("local-terms").start_urls


def test_a_sitemap_is_watched_as_one(adding: Adding) -> None:
    """A few of its pages are read for the preview, and no more."""
    for at in range(9):
        serve(adding.site, f"/p/{at}", f"<html lang=en><title>Page {at}</title><p>{'Some words. ' * 30}</p>")
    listed = "".join(f"<url><loc>{adding.site.url(f'/p/{at}')}</loc></url>" for at in range(9))
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    adding.site.script("/sitemap.xml", document(body.encode(), "application/xml"))
    ran = adding.add("/sitemap.xml", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["kind"] == "sitemap"
    assert 1 <= len(ran.document["pages"]) <= 4
    assert load_project(adding.folder, environment={}).source("local-sitemap").kind == "sitemap"


def test_an_ambiguous_date_asks_for_date_order(adding: Adding) -> None:
    """Suggested as a comment, with the date that was seen: nothing is decided for a person."""
    year = datetime.now(UTC).year + 1
    offer = {"@context": "https://schema.org", "@type": "Offer", "name": "Oil change", "price": "99"}
    declared = f'<script type="application/ld+json">{json.dumps(offer)}</script>'
    text = f"<h1>Oil change</h1><p>99 SAR. Valid until 03/04/{year}.</p>"
    serve(adding.site, "/oil", f"<html lang=en><title>Oil change</title>{declared}<body>{text}</body>")
    ran = adding.add("/oil", "--json")
    assert ran.code == 0, ran.err
    assert ran.document["offers"][0]["validity"] == "ambiguous"
    assert '# date_order = "DMY"' in ran.document["toml"]
    assert load_project(adding.folder, environment={}).source("local-oil").date_order is None


def test_a_redirect_to_another_origin_is_followed_and_said(adding: Adding) -> None:
    """The source begins where the page really stands."""
    with BadSite() as moved:
        bilingual(moved, soon())
        adding.site.script("/offers", redirect(moved.url("/en/offers")))
        refused = adding.add("/offers")
        assert refused.code == 1  # only the address that was named is exempt from the guard
        assert "allow_private" in refused.err or "--allow-private" in refused.err
    assert adding.files == []


def test_a_redirect_within_the_site_is_followed_and_said(adding: Adding) -> None:
    """/offers leads to /en/offers, and that is what is watched."""
    bilingual(adding.site, soon())
    adding.site.script("/offers", redirect("/en/offers"))
    ran = adding.add("/offers", "--json")
    assert ran.code == 0, ran.err
    assert any("leads to" in note for note in ran.document["notes"])
    assert load_project(adding.folder, environment={}).source("local-offers").start_urls[0].endswith("/en/offers")


@needs_browser
def test_a_page_that_scripts_build_is_rendered(adding: Adding) -> None:
    """`render = true` is written when only a browser sees the text."""
    text = "Nine branches, one hotline, open from nine to nine. " * 12
    script = f"document.body.innerHTML = '<h1>About</h1><p>{text}</p>'"
    serve(adding.site, "/app", f"<html lang=en><title>App</title><body><p>Loading</p><script>{script}</script></body>")
    ran = adding.add("/app", "--json")
    assert ran.code == 0, ran.err
    assert load_project(adding.folder, environment={}).source("local-app").render


def test_without_a_browser_the_page_of_scripts_says_what_is_missing(
    adding: Adding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source is written as the page reads, with the way out."""
    monkeypatch.setenv("FRESHET_CHROMIUM", "/nowhere/chromium")
    serve(adding.site, "/app", "<html lang=en><title>App</title><body><p>Loading</p><script>1</script></body>")
    ran = adding.add("/app")
    assert ran.code == 0
    assert "FRESHET_CHROMIUM" in ran.out


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (status(404), "404"),
        (status(410), "410"),
        (status(403), "403"),
        (status(500), "500"),
        (document(b"\x89PNG\r\n\x1a\n" + b"x" * 50, "image/png"), "image/png"),
        (html(""), "no offer and no text"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_written(adding: Adding, reply: object, said: str) -> None:
    """Exit 1 with cause and way out."""
    adding.site.script("/offers", reply)  # type: ignore[arg-type]
    ran = adding.add("/offers")
    assert (ran.code, adding.files) == (1, [])
    assert said in ran.err
    assert ran.out == ""


def test_robots_txt_is_obeyed(adding: Adding) -> None:
    """A page that robots.txt forbids is not asked for, not even once."""
    adding.site.script("/robots.txt", document(b"User-agent: *\nDisallow: /", "text/plain"))
    bilingual(adding.site, soon())
    ran = adding.add("/en/offers")
    assert (ran.code, adding.files) == (1, [])
    assert "robots.txt" in ran.err
    assert adding.site.paths() == ["/robots.txt"]


def test_a_site_that_is_down_is_said(run: Run, adding: Adding) -> None:
    """Nobody listens."""
    with BadSite() as gone:
        address = gone.url("/offers")
    ran = run("add", address)
    assert (ran.code, adding.files) == (1, [])
    assert "check the address" in ran.err.lower()


@pytest.mark.parametrize(
    "typed",
    ["ftp://x.test/a", "file:///etc/passwd", "javascript:alert(1)", "http://", "https://user:secret@x.test/", "a b c"],
)
def test_what_is_no_web_address_is_wrong_usage(run: Run, adding: Adding, typed: str) -> None:
    """Exit 2 before anything is asked for; a password is not repeated."""
    ran = run("add", typed)
    assert (ran.code, adding.files) == (2, [])
    assert "secret" not in ran.err


def test_a_name_that_is_taken_is_never_written_over(adding: Adding) -> None:
    """Exit 2 with the way out, before the site is asked; --force writes it anew; a bad name is said too."""
    bilingual(adding.site, soon())
    (adding.folder / "sources" / "garage.toml").write_text('kind = "push"\n')
    taken = adding.add("/en/offers", "--name", "garage")
    assert taken.code == 2
    assert "--force" in taken.err
    assert adding.add("/en/offers", "--name", "GARAGE").code == 2
    assert adding.add("/en/offers", "--name", "../x").code == 2
    assert adding.site.paths() == []
    assert adding.add("/en/offers", "--name", "garage", "--force").code == 0
    assert load_project(adding.folder, environment={}).source("garage").kind == "site"


def test_without_a_project_there_is_nothing_to_add_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2 naming freshet init; a database in the environment makes no project of a folder."""
    monkeypatch.setenv("FRESHET_PROJECT", str(tmp_path))
    for database in ("", "postgresql://x.test/x"):
        monkeypatch.setenv("DATABASE_URL", database)
        ran = run("add", "https://x.test/")
        assert ran.code == 2
        assert "freshet init" in ran.err
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- what is hostile


@pytest.mark.hazard("S3")
def test_nothing_on_a_page_acts_on_the_terminal_or_in_the_file(adding: Adding) -> None:
    """Titles with escape sequences, markup of rich, TOML and direction marks: shown plain, written inert."""
    evil = '\x1b[2J[bold]x[/bold]\u202e"""\n[offers]\nitem = "body" #'
    serve(adding.site, "/o", listing("en", until=soon(), titles=(evil, "Second " + evil, "Third")).replace(
        "Offers of the garage", f"T {evil}"))  # fmt: skip
    ran = adding.add("/o", "--name", "evil")
    assert ran.code == 0, ran.err
    assert not [char for char in ran.out if unicodedata.category(char) in ("Cc", "Cf") and char != "\n"]
    source = load_project(adding.folder, environment={}).source("evil")
    assert source.offers is None
    assert not re.search(r"^\s*item", source.file.read_text(encoding="utf-8"), re.MULTILINE)


def test_what_a_person_had_set_is_kept_when_a_source_is_written_anew(adding: Adding) -> None:
    """--force decides where the pages are and how they are read; categories, terms and limits stay."""
    bilingual(adding.site, soon())
    (adding.folder / "sources" / "garage.toml").write_text(
        'kind = "site"\nstart_urls = ["https://old.test/"]\nallow = ["^/old"]\nttl = "9d"\npermission = "own site"\n'
        'deny = ["^/en/offers/2$"]\nschedule = "5 * * * *"\n'
        '[categories]\noil = ["oil", "زيت"]\n[offers]\nitem = ".gone"\n[guard]\nmin_entries = 3\n',
        encoding="utf-8",
    )
    ran = adding.add("/en/offers", "--name", "garage", "--force", "--json")
    assert ran.code == 0, ran.err
    source = load_project(adding.folder, environment={}).source("garage")
    assert source.ttl == timedelta(days=9)
    assert (source.permission, source.schedule, source.guard.min_entries) == ("own site", "5 * * * *", 3)
    assert (source.deny, source.offers) == (("^/en/offers/2$",), None)
    assert source.allow == ("^/en/offers(/|$)", "^/ar/offers(/|$)")
    assert ran.document["offers"][0]["category"] == ["oil"]
    assert "# workshop" not in ran.document["toml"]
