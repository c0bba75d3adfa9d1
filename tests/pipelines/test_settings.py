"""A project's settings: defaults, what the environment overrides, and errors that name file, key and remedy."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import OfferSelectors
from pipelines.setting_values import duration
from pipelines.settings import Project, SettingsError, Source, load_project


def project(folder: Path, settings: str = "", env: dict[str, str] | None = None, **sources: str) -> Project:
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "freshet.toml").write_text(settings)
    for name, text in sources.items():
        (folder / "sources" / f"{name}.toml").write_text(text)
    return load_project(folder, environment=env or {})


def refusal(folder: Path, settings: str = "", env: dict[str, str] | None = None, **sources: str) -> str:
    with pytest.raises(SettingsError) as refused:
        project(folder, settings, env, **sources)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


SITE = 'kind = "site"\nstart_urls = ["https://shop.test/en/offers"]\n'


def test_every_key_is_optional(tmp_path: Path) -> None:
    """An empty project file gives the documented defaults."""
    found = project(tmp_path)
    assert (found.timezone, found.languages, found.database.url) == ("Asia/Riyadh", ("en", "ar"), None)
    assert (found.embedding.model, found.embedding.backend) == ("all-MiniLM-L6-v2", "auto")
    assert (found.retrieval.min_score, found.history.retention) == (0.0, timedelta(days=730))
    assert (found.demand.enabled, found.api.host, found.api.port, found.webhooks) == (True, "127.0.0.1", 8642, ())
    assert found.state == tmp_path / ".freshet"


def test_a_source_takes_its_name_zone_and_languages_from_around_it(tmp_path: Path) -> None:
    """The name is the file's, zone and languages are the project's, unless the source says otherwise."""
    found = project(tmp_path, 'timezone = "Asia/Dubai"\nlanguages = ["ar"]', shop=SITE, own=SITE + 'timezone = "UTC"')
    assert list(found.sources) == ["own", "shop"]
    assert (found.source("shop").timezone, found.source("shop").languages) == ("Asia/Dubai", ("ar",))
    assert found.source("own").zone.key == "UTC"


def test_a_source_without_more_has_the_documented_defaults(tmp_path: Path) -> None:
    """Durations, limits and guard of a source that names only its kind and start."""
    shop = project(tmp_path, shop=SITE).source("shop")
    assert (shop.freshness, shop.ttl, shop.ttl_pages) == (timedelta(hours=24), timedelta(days=30), timedelta(days=90))
    assert (shop.max_pages, shop.max_depth, shop.delay, shop.verify_tls) == (5000, 8, 1.0, True)
    assert (shop.guard.max_lost_percent, shop.guard.max_lost_count, shop.guard.min_entries) == (20, 10, 1)
    assert (shop.schedule, shop.date_order, shop.reader) == (None, None, None)


def test_a_source_becomes_the_records_others_work_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading rules and crawl job carry what the file says, secrets filled in only there."""
    monkeypatch.setenv("SHOP_TOKEN", "canary-7c1")
    shop = project(
        tmp_path,
        shop=SITE + 'max_depth = 2\nheaders = { Authorization = "env:SHOP_TOKEN" }\n'
        '[categories]\noil = ["engine oil", "زيت"]\n[offers]\nitem = ".card"\nurl = "a::attr(href)"',
    ).source("shop")
    rules, job = shop.rules(), shop.crawl_job(tmp_path)
    assert rules.selectors == OfferSelectors(item=".card", url="a::attr(href)")
    assert rules.categories == {"oil": ("engine oil", "زيت")}
    assert (job.kind, job.limits.depth, job.start_urls) == ("site", 2, ("https://shop.test/en/offers",))
    assert job.headers == {"Authorization": "canary-7c1"}
    assert "canary-7c1" not in repr(shop)


def test_a_secret_whose_variable_is_missing_is_named_when_it_is_needed(tmp_path: Path) -> None:
    """Loading needs no secret; using one that is not there says which variable to set."""
    shop = project(tmp_path, shop=SITE + 'headers = { Authorization = "env:FRESHET_TEST_ABSENT" }').source("shop")
    with pytest.raises(SettingsError, match=r"shop\.toml: headers\.Authorization: .*FRESHET_TEST_ABSENT is not set"):
        shop.crawl_job(tmp_path)


def test_a_page_reader_stands_beside_its_source(tmp_path: Path) -> None:
    """`sources/<name>.py` is found by the file's name."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.py").write_text("")
    assert project(tmp_path, shop=SITE).source("shop").reader == tmp_path / "sources" / "shop.py"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("timezon = 1", "freshet.toml: timezon: unknown key; did you mean timezone? Allowed: api, database"),
        ("[retrieval]\nmin_scor = 1.0", "freshet.toml: retrieval.min_scor: unknown key; did you mean min_score?"),
        ('timezone = "Asia/Ryadh"', "timezone: found 'Asia/Ryadh'; allowed: an IANA zone, as in Asia/Riyadh; did you"),
        ("[retrieval]\nmin_score = 2", "retrieval.min_score: found 2; allowed: less than or equal to 1"),
        ('[embedding]\nbackend = "cuda"', "backend: found 'cuda'; allowed: 'auto', 'torch', 'onnx' or 'openvino'"),
        ("[api]\nport = true", "api.port: found True; allowed: a whole number"),
        ('[api]\nport = "8642"', "api.port: found '8642'; allowed: a whole number"),
        ("[demand]\nenabled = 1", "demand.enabled: found 1; allowed: true or false"),
        ('[history]\nretention = "2 years"', "history.retention: found '2 years'; allowed: a duration"),
        ('languages = "en"', "languages: found 'en'; allowed: a list"),
        ("api = 1", "api: found 1; allowed: a table"),
        ('[[webhook]]\nurl = "ftp://x"', "webhook[0].url: found 'ftp://x'; allowed: an address that begins with http"),
        (
            '[[webhook]]\nurl = "https://x.test"\nevents = ["gone"]',
            "webhook[0].events[0]: found 'gone'; allowed: 'added'",
        ),
        ('[[webhook]]\nurl = "https://x.test"', "webhook[0].secret: this key is required"),
        ('[[webhook]]\nurl = "https://x.test"\nsecret = "s"\nevents = []', "webhook[0].events: allowed: a list of at"),
        (
            '[[webhook]]\nurl = "https://x.test/a"\nsecret = "s"\n[[webhook]]\nurl = "https://x.test/b"\nsecret = "s"',
            "freshet.toml: webhook: allowed: webhooks of different names; 2 are 'x.test'",
        ),
        ("[embedding.models.e5]\ndims = 3", "embedding.models.e5.dims: unknown key; Allowed: dimensions, id"),
        ("directory = 1", "freshet.toml: directory: unknown key"),
        ("a = 1\na = 2", "freshet.toml: not TOML: Cannot overwrite a value"),
    ],
)
def test_a_bad_project_file_names_key_found_and_allowed(tmp_path: Path, settings: str, told: str) -> None:
    """Unknown keys, bad values and doubled keys are refused with what a person needs to correct them."""
    assert told in refusal(tmp_path, settings)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('kind = "sight"', "sources/shop.toml: kind: found 'sight'; allowed: 'site', 'sitemap'"),
        ("", "sources/shop.toml: kind: this key is required"),
        ('kind = "site"', 'sources/shop.toml: kind = "site" needs start_urls'),
        ('kind = "files"', 'kind = "files" needs paths'),
        ('kind = "feed"', 'kind = "feed" needs feed'),
        ('kind = "push"\npaths = ["a"]', 'paths is for kind = files, this one is "push"'),
        (SITE + 'allow = ["("]', "allow[0]: found '('; allowed: a regular expression; this one has: missing )"),
        (SITE + 'schedule = "every hour"', "schedule: found 'every hour'; allowed: a cron line of five fields"),
        (SITE + 'schedule = "61 * * * *"', "schedule: found '61 * * * *'; allowed"),
        (SITE + 'ttl = "0d"', "ttl: found '0d'; allowed: a duration of more than 0"),
        (SITE + 'ttl = "999999999y"', "ttl: found '999999999y'; allowed: a duration"),
        (SITE + 'allow_private = ["127.0.0.1"]', "allow_private[0]: found '127.0.0.1'; allowed: host:port exactly"),
        (SITE + 'name = "a,b"', "name: found 'a,b'; allowed: 1 to 63 letters"),
        (SITE + "max_pages = 0", "max_pages: found 0; allowed: greater than or equal to 1"),
        (SITE + "delay = -1", "delay: found -1; allowed: greater than or equal to 0"),
        (SITE + "start_url = 1", "start_url: unknown key; did you mean start_urls?"),
        (SITE + "[guard]\nmax_lost = 1", "guard.max_lost: unknown key; did you mean max_lost_count?"),
        (SITE + "[offers]\ntitle = 'h3'", "offers.item: this key is required"),
        (
            'kind = "feed"\n[feed]\nurl = "https://x.test/a"\npath = "b"',
            "allowed: exactly one of url and path",
        ),
        ('kind = "feed"\n[feed]\npath = "b"\nfields = { sku = "x" }', "found 'sku'; allowed: 'key', 'title', 'text'"),
        ('kind = "urls"\nstart_urls = ["https:///x"]', "start_urls[0]: found 'https:///x'; allowed: an address"),
        (SITE + 'headers = { "a b" = "x" }', "headers.a b: allowed: a header's name"),
    ],
)
def test_a_bad_source_file_names_key_found_and_allowed(tmp_path: Path, source: str, told: str) -> None:
    """The same for a source, also where keys do not fit its kind."""
    assert told in refusal(tmp_path, shop=source)


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    """Names are compared without regard to case, and both files are named."""
    told = refusal(tmp_path, a=SITE + 'name = "Shop"', b=SITE + 'name = "shop"')
    assert told.startswith("sources/b.toml: name: found 'shop', which sources/a.toml has already")


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        ('[database]\nurl = ["canary-4f"]', SITE),
        ('[[webhook]]\nurl = "https://x.test"\nsecret = { a = "canary-4f" }', SITE),
        ('[[webhook]]\nurl = "https://x.test"\nsecret = ["canary-4f", 7]', SITE),
        ('[[webhook]]\nurl = "https://x.test"\nsecret = "canary-4f"\n' * 2, SITE),
        ("", SITE + 'headers = { Authorization = "canary-4f\\nx" }'),
        ("", 'kind = "site"\nstart_urls = ["https://me:canary-4f@shop.test/"]'),
    ],
)
def test_no_secret_stands_in_an_error(tmp_path: Path, settings: str, source: str) -> None:
    """What may be a secret is never repeated, in whatever way it is wrong."""
    assert "canary" not in refusal(tmp_path, settings, shop=source)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """FRESHET_ variables win over freshet.toml, a variable of our own over DATABASE_URL."""
    env = {
        "FRESHET_API__PORT": "9001",
        "FRESHET_TIMEZONE": "UTC",
        "FRESHET_LANGUAGES": '["ar"]',
        "DATABASE_URL": "postgresql://a.test/a",
        "FRESHET_DATABASE__URL": "postgresql://b.test/b",
    }
    found = project(tmp_path, "[api]\nport = 9000\nhost = '::1'", env)
    assert (found.api.port, found.api.host, found.timezone, found.languages) == (9001, "::1", "UTC", ("ar",))
    assert found.database.url is not None
    assert found.database.url.get_secret_value() == "postgresql://b.test/b"
    assert "b.test" not in repr(found)


def test_variables_that_others_make_are_left_alone(tmp_path: Path) -> None:
    """Kubernetes announces a service `freshet` as FRESHET_PORT; that is no setting. A misspelt one of ours is."""
    project(tmp_path, env={"FRESHET_PORT": "tcp://10.0.0.1:80", "FRESHET_SERVICE_HOST": "x", "FRESHET_API": "x"})
    assert "api.prt: unknown key; did you mean port?" in refusal(tmp_path, env={"FRESHET_API__PRT": "1"})


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    """A database is not made in a folder named by mistake; with a database of its own none is needed."""
    with pytest.raises(SettingsError, match="is not a Freshet project"):
        load_project(tmp_path, environment={})
    with pytest.raises(SettingsError, match="no project folder"):
        load_project(tmp_path / "absent", environment={})
    assert load_project(tmp_path, environment={"DATABASE_URL": "postgresql://x/y"}).sources == {}


def test_the_project_is_named_by_argument_variable_or_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FRESHET_PROJECT wins over the working directory, the argument over both."""
    for name in ("argument", "variable", "here"):
        (tmp_path / name / "sources").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    env = {"FRESHET_PROJECT": str(tmp_path / "variable")}
    assert load_project(tmp_path / "argument", environment=env).directory.name == "argument"
    assert load_project(environment=env).directory.name == "variable"
    assert load_project(environment={}).directory.name == "here"


def test_a_model_entry_hands_on_only_what_it_states(tmp_path: Path) -> None:
    """What an entry leaves out is taken from the model's files, so it must not arrive as a default."""
    found = project(tmp_path, '[embedding.models.e5]\nid = "org/e5"\nlanguages = ["en"]\nquery_prompt = "query: "')
    assert found.embedding.models["e5"].facts() == {"id": "org/e5", "languages": ("en",), "query_prompt": "query: "}


def test_settings_cannot_be_changed_after_loading(tmp_path: Path) -> None:
    """Frozen through and through: what was checked is what is used."""
    found = project(tmp_path, shop=SITE)
    for frozen in (found, found.api, found.source("shop"), found.source("shop").guard):
        with pytest.raises(ValueError, match="frozen"):
            frozen.__setattr__("port", 1)
    with pytest.raises(SettingsError, match=r"no source 'other' in .*; there are: shop"):
        found.source("other")


def test_a_source_that_is_not_crawled_has_no_crawl_job() -> None:
    """Files, feeds and pushes are read without a spider."""
    with pytest.raises(SettingsError, match='files: kind = "files" has no pages to crawl'):
        Source(name="files", kind="files", paths=("docs",)).crawl_job(Path())


@given(st.integers(1, 9), st.sampled_from(["s", "min", "h", "d", "w", "y"]))
def test_a_duration_is_a_number_and_a_unit(number: int, unit: str) -> None:
    """Every whole number with a known unit is read, and twice the number is twice as long."""
    single, double = duration(f"{number}{unit}"), duration(f"{2 * number}{unit}")
    assert isinstance(single, timedelta)
    assert single * 2 == double


@given(st.text(max_size=8).filter(lambda text: not text.strip().endswith(("s", "min", "h", "d", "w", "y"))))
def test_anything_else_is_no_duration(text: str) -> None:
    """No text without a unit at its end passes as a duration."""
    with pytest.raises(ValueError, match="a duration of more than 0"):
        duration(text)


@pytest.mark.parametrize("secret", ["whsec_" + "QUJD" * 8, "QUJD" * 8, "env:HOOK_KEY"])
def test_a_webhook_is_signed_with_the_bytes_of_its_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """Base64 with or without the prefix of Standard Webhooks, or a variable that holds it; it is known by its host."""
    monkeypatch.setenv("HOOK_KEY", "whsec_" + "QUJD" * 8)
    (hook,) = project(tmp_path, f'[[webhook]]\nurl = "https://X.test:9/canary?k=canary"\nsecret = "{secret}"').webhooks
    assert hook.signing_keys() == (b"ABC" * 8,)
    assert hook.known_as == "x.test:9"
    assert "QUJD" not in repr(hook)


@pytest.mark.parametrize("secret", ["canary phrase", "QUJD", "QUJD" * 30, "env:NO_SUCH_VARIABLE"])
def test_a_secret_that_cannot_sign_is_refused_and_not_shown(tmp_path: Path, secret: str) -> None:
    """Too short, too long, not base64, not there: the message says which webhook, and how to make a secret."""
    (hook,) = project(tmp_path, f'[[webhook]]\nname = "bot"\nurl = "https://x.test"\nsecret = "{secret}"').webhooks
    with pytest.raises(
        SettingsError, match=r"webhook bot: secret: (allowed: 24 to 64|environment variable)"
    ) as refused:
        hook.signing_keys()
    assert "canary" not in str(refused.value)


def test_a_webhook_may_have_several_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a receiver changes from one to the next: a list, in its order, each as a single one is given."""
    monkeypatch.setenv("HOOK_KEY", "whsec_" + "QUJD" * 8)
    told = f'[[webhook]]\nurl = "https://x.test"\nsecret = ["env:HOOK_KEY", "{"QUJE" * 8}"]'
    (hook,) = project(tmp_path, told).webhooks
    assert hook.signing_keys() == (b"ABC" * 8, b"ABD" * 8)
    assert "webhook[0].secret: allowed: a list of at least one" in refusal(
        tmp_path, '[[webhook]]\nurl = "https://x.test"\nsecret = []'
    )


@pytest.mark.parametrize("origin", ["https://www.example.com", "http://localhost:3000", "http://[::1]:3000", "*"])
def test_an_origin_is_taken_as_a_browser_sends_it(tmp_path: Path, origin: str) -> None:
    """Scheme, host and port, or any."""
    assert project(tmp_path, f'[api]\ncors = ["{origin}"]').api.cors == (origin,)


@pytest.mark.parametrize(
    "origin", ["https://www.example.com/", "www.example.com", "https://Example.com", "https://x.test/a", "null", ""]
)
def test_an_origin_that_no_browser_sends_is_refused(tmp_path: Path, origin: str) -> None:
    """It would match nothing, without a word."""
    assert "api.cors[0]: found" in refusal(tmp_path, f'[api]\ncors = ["{origin}"]')
