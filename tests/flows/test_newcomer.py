"""From nothing to a bot's answer about one's own site in five commands, as they stand in the README."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pipelines.postgres import embedded
from tests.badsite import BadSite, document
from tests.flows.conftest import Run
from tests.postgres import TestDatabase, in_memory

_TREATMENTS = (
    ("whitening", "Teeth whitening in one visit", "تبييض الأسنان في زيارة واحدة", 650),
    ("family", "Check-up and cleaning for the whole family", "فحص وتنظيف أسنان العائلة", 480),
    ("night-guard", "Night guard made to measure", "واقي أسنان ليلي حسب المقاس", 390),
)


@pytest.fixture
def clinic() -> Iterator[str]:
    """A dentist's site in English and Arabic: a list of offers in each, a page for each offer."""
    end = (datetime.now(UTC) + timedelta(days=20)).date()
    with BadSite() as site:
        for language, other in (("en", "ar"), ("ar", "en")):
            cards = "".join(_card(language, one, f"{end:%Y-%m-%d}") for one in _TREATMENTS)
            _serve(
                site,
                language,
                "offers",
                "Offers" if language == "en" else "العروض",
                f'<a href="/{other}/offers">{other.upper()}</a>{cards}',
            )
            for path, english, arabic, _ in _TREATMENTS:
                title = english if language == "en" else arabic
                _serve(site, language, f"offers/{path}", title, f"<h1>{title}</h1><p>{_ABOUT[language]}</p>")
        yield site.url("/en/offers")


_ABOUT = {"en": "Book by telephone or at the desk; bring your file.", "ar": "احجز هاتفيا أو في الاستقبال وأحضر ملفك."}
_WORDS = {"en": ("SAR {n}", "Valid until {day}", "Details"), "ar": ("{n} ريال", "ساري حتى {day}", "التفاصيل")}


def _card(language: str, treatment: tuple[str, str, str, int], day: str) -> str:
    path, english, arabic, cost = treatment
    price, until, details = _WORDS[language]
    return (
        f'<article class="treatment"><h3>{english if language == "en" else arabic}</h3>'
        f'<p class="cost">{price.format(n=cost)}</p><p class="until">{until.format(day=day)}</p>'
        f'<a href="/{language}/offers/{path}">{details}</a></article>'
    )


def _serve(site: BadSite, language: str, path: str, title: str, body: str) -> None:
    alternates = "".join(f'<link rel="alternate" hreflang="{one}" href="/{one}/{path}">' for one in ("en", "ar"))
    text = (
        f'<!doctype html><html lang="{language}"><head><title>{title} | Al Noor Dental</title>{alternates}</head>'
        f"<body><main>{body}</main></body></html>"
    )
    site.script(f"/{language}/{path}", document(text.encode(), "text/html; charset=utf-8"))


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty folder to work in, and no database named anywhere."""
    for name in ("DATABASE_URL", "FRESHET_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FRESHET_EMBEDDING__BACKEND", "onnx")  # a calibration would measure this machine
    with TemporaryDirectory(dir=in_memory()) as folder:
        monkeypatch.chdir(folder)
        yield
        embedded.stop(Path(folder, "shop", ".freshet"))


@pytest.mark.usefixtures("nowhere")
def test_five_commands(run: Run, clinic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends well without an option and without a complaint; the last gives the offer, its price, end and link."""
    for command in ("freshet init shop", "cd shop", f"freshet add {clinic}", "freshet sync"):
        name, *arguments = shlex.split(command)
        if name == "cd":
            monkeypatch.chdir(arguments[0])
            continue
        ran = run(*arguments)
        assert (ran.code, "example" in ran.err) == (0, False), f"{command}: {ran.out}{ran.err}"
    for question, title, path in (
        ("how much does it cost to whiten my teeth?", "Teeth whitening", "/en/offers/whitening"),
        ("كم سعر تبييض الأسنان؟", "تبييض الأسنان", "/ar/offers/whitening"),
    ):
        best = run("search", question).out.split("\n")[:3]
        assert title in best[0]
        assert "650 SAR" in best[0]
        assert "until 20" in best[2]
        assert best[2].endswith(path)


def test_what_a_newcomer_is_told_before_there_is_anything(
    run: Run, database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command that comes too early names the one that comes before it."""
    monkeypatch.setenv("DATABASE_URL", database.url())
    monkeypatch.chdir(tmp_path)
    early = run("add", "https://www.example.com/offers")
    assert (early.code, "freshet init" in early.err) == (2, True)
    assert "next: cd 'my shop', then freshet add URL" in run("init", "my shop").out
    monkeypatch.chdir("my shop")
    assert run("db", "migrate").code == 0
    assert "freshet add URL" in run("sync").err
    assert "nothing synced yet: freshet sync" in run("search", "how much is whitening?").out


def test_a_project_made_where_one_stands_needs_no_change_of_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`freshet init` without a folder."""
    monkeypatch.chdir(tmp_path)
    assert "next: freshet add URL" in run("init").out
