"""The settings of one source, as `sources/<name>.toml` gives them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.records import CrawlJob, CrawlLimits, OfferSelectors, ReadingRules
from pipelines.setting_values import (
    Count,
    Duration,
    Flag,
    HeaderName,
    HostPort,
    Language,
    Pattern,
    Schedule,
    Secret,
    SettingsError,
    SourceName,
    Text,
    Url,
    Zone,
    reveal,
)

__all__ = ["FEED_FIELDS", "FeedSettings", "GuardSettings", "OfferSettings", "Source", "SourceSettings"]

_CRAWLED = frozenset({"site", "sitemap", "urls"})

FeedField = Literal[
    "key", "title", "text", "description", "validity", "valid_from", "valid_until", "price", "price_before", "currency",
    "discount_percent", "code", "category", "url", "image", "terms", "language", "observed_at",
]  # fmt: skip
FEED_FIELDS: tuple[str, ...] = FeedField.__args__  # type: ignore[attr-defined]  # a Literal's members, in order


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class OfferSettings(_Table):
    """`[offers]`: CSS selectors, for pages without structured data."""

    item: Text
    title: Text | None = None
    description: Text | None = None
    price: Text | None = None
    price_before: Text | None = None
    validity: Text | None = None
    category: Text | None = None
    code: Text | None = None
    url: Text | None = None
    image: Text | None = None


class FeedSettings(_Table):
    """`[feed]`: where the list of items is, and which of their fields mean what."""

    url: Url | None = None
    path: Text | None = None  # relative to the project
    items: Text | None = None  # where the list is; absent: found by the format
    entry: Literal["offer", "record"] = "record"
    fields: dict[FeedField, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            raise ValueError("exactly one of url and path")
        return self


class GuardSettings(_Table):
    """`[guard]`: when a run's removals wait for a person."""

    max_lost_percent: Annotated[float, Field(strict=True, ge=0, le=100)] = 20
    max_lost_count: Count = 10
    min_entries: Count = 1  # a run that finds fewer publishes no removals


class SourceSettings(_Table):
    """Every key of `sources/<name>.toml`."""

    name: SourceName
    kind: Literal["site", "sitemap", "urls", "files", "feed", "push"]
    start_urls: tuple[Url, ...] = ()
    allow: tuple[Pattern, ...] = ()  # searched in the path; none: below the start URLs
    deny: tuple[Pattern, ...] = ()
    documents: Flag = True
    render: Flag = False
    max_pages: Annotated[Count, Field(ge=1)] = 5000
    max_depth: Count = 8
    schedule: Schedule | None = None  # None: synced by hand or by push alone
    timezone: Zone = "Asia/Riyadh"
    date_order: Literal["DMY", "MDY", "YMD"] | None = None
    languages: tuple[Language, ...] = ("en", "ar")
    freshness: Duration = timedelta(hours=24)
    ttl: Duration = timedelta(days=30)
    ttl_pages: Duration = timedelta(days=90)
    max_window: Duration = timedelta(days=400)
    empty_marker: Text | None = None
    verify_tls: Flag = True
    paths: tuple[Text, ...] = ()  # folders or globs, relative to the project
    user_agent: Annotated[Text, Field(pattern=r"^[\x20-\x7e]*$")] = ""  # empty: the default, which names Freshet
    delay: Annotated[float, Field(strict=True, ge=0, le=3600)] = 1.0  # seconds
    allow_private: tuple[HostPort, ...] = ()
    permission: Literal["own site", "contract", "public"] | None = None  # None: not stated
    headers: dict[HeaderName, Secret] = Field(default_factory=dict)
    categories: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    offers: OfferSettings | None = None
    feed: FeedSettings | None = None
    guard: GuardSettings = GuardSettings()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for key, kinds in _BELONGS.items():
            given = bool(getattr(self, key))
            if self.kind in kinds and not given:
                raise ValueError(f'kind = "{self.kind}" needs {key}')
            if self.kind not in kinds and given:
                raise ValueError(f'{key} is for kind = {" or ".join(sorted(kinds))}, this one is "{self.kind}"')
        return self

    @property
    def is_example(self) -> bool:
        """Whether it watches nothing but hosts reserved for examples (RFC 2606), as in a new project."""
        hosts = [urlsplit(url).hostname or "" for url in self.start_urls]
        return bool(hosts) and all(f".{host}".endswith(_RESERVED) for host in hosts)


_RESERVED = (".example.com", ".example.net", ".example.org")
# Keys that some kinds need and the others cannot use.
_BELONGS = {"start_urls": _CRAWLED, "paths": frozenset({"files"}), "feed": frozenset({"feed"})}


class Source(SourceSettings):
    """One source of a project: its settings, and where they stand."""

    file: Path = Path()  # sources/<name>.toml

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the source's dates are meant."""
        return ZoneInfo(self.timezone)

    @property
    def reader(self) -> Path | None:
        """The source's own page reader, `sources/<name>.py` beside its settings, when there is one."""
        beside = self.file.with_suffix(".py") if self.file.name else None
        return beside if beside is not None and beside.is_file() else None

    def rules(self) -> ReadingRules:
        """What its pages' reading needs to know."""
        return ReadingRules(
            source=self.name,
            zone=self.zone,
            date_order=self.date_order,
            languages=self.languages,
            max_window=self.max_window,
            categories=dict(self.categories),
            selectors=None if self.offers is None else OfferSelectors(**dict(self.offers)),
            empty_marker=self.empty_marker,
        )

    def starts(self) -> frozenset[str]:
        """The start URLs as the crawl knows them; one that cannot be asked for is left out."""
        from pipelines.urls import BadUrl, normalise_url

        found = set()
        for url in self.start_urls:
            try:
                found.add(normalise_url(url))
            except BadUrl:
                continue
        return frozenset(found)

    def crawl_job(self, directory: Path, *, full: bool = False) -> CrawlJob:
        """The crawl of this source into `directory`, its secrets filled in; of a feed, the request for it.

        Raises SettingsError for a kind that is not crawled, or when a header's variable is not set.
        """
        address = self.feed.url if self.feed else None
        if self.kind not in _CRAWLED and address is None:
            raise SettingsError(f'{self.name}: kind = "{self.kind}" has no pages to crawl')
        return CrawlJob(
            source=self.name,
            kind=self.kind,  # type: ignore[arg-type]  # narrowed by the guard above
            start_urls=self.start_urls if address is None else (address,),
            directory=directory,
            allow=self.allow,
            deny=self.deny,
            documents=self.documents,
            render=self.render,
            delay=self.delay,
            user_agent=self.user_agent,
            headers=self.revealed_headers(),
            verify_tls=self.verify_tls,
            allow_private=self.allow_private,
            full=full,
            limits=CrawlLimits(depth=self.max_depth, pages=self.max_pages),
        )

    def revealed_headers(self) -> dict[str, str]:
        """The headers with their secrets in clear; raises SettingsError naming the variable that is not set."""
        return {
            name: reveal(value, f"{self.file.name or self.name}: headers.{name}")
            for name, value in self.headers.items()
        }
