"""The example site read whole, and what of it is live second by second, told by its own data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from examples.autocare.noise import fill, fresh
from examples.autocare.offers import CONTENT, LANGUAGES, Offer, load_offers
from examples.autocare.pages import Resource, render_site
from examples.autocare.schedule import ZONE
from flows.reading import reading_session
from flows.texts import Texts
from pipelines.database import Connection
from pipelines.records import Capture, Outcome, Page, Reading
from pipelines.settings import load_project
from tests.postgres import Cluster
from tests.story import Story, Told

BASE = "http://127.0.0.1:8753"
EXAMPLE = Path(__file__).parents[2] / "examples" / "autocare"
# An evening on which some offers end within the hour, some with the day, and others begin with the next.
OPENED = datetime(2026, 3, 14, 23, 7, tzinfo=ZONE)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
OFFERS = load_offers()

_STAYING = "".join(file.read_text(encoding="utf-8") for file in CONTENT.glob("*.toml"))
# The last part of an offer's address, the same in both languages.
_SLUG = "regexp_replace(v.url, '^.*/', '')"


@dataclass
class SiteStory(Story):
    """A source of the example, its pages read by the real readers."""

    read_all: Callable[[Iterable[Page]], Iterable[Reading]] = lambda pages: ()

    def _read_all(self, pages: Iterable[Page]) -> Iterable[Reading]:
        return self.read_all(pages)


@pytest.fixture(scope="module")
def conn(migrated_cluster: Cluster) -> Iterator[Connection]:
    """The base as it stood when the site was opened; nothing here changes it."""
    project = load_project(EXAMPLE)
    resources = render_site(BASE, OPENED)
    with migrated_cluster.database() as made, made.connect() as opened, ExitStack() as sessions:
        for source in project.sources.values():
            told = SiteStory(opened, source=source, chunker=Texts(project).chunker(source.rules()))
            told.read_all = sessions.enter_context(reading_session(source))
            allowed = [re.compile(pattern) for pattern in source.allow]
            paths = [path for path in resources if any(pattern.search(path) for pattern in allowed)]
            pages: dict[str, Told] = {BASE + path: _capture(BASE + path, resources[path]) for path in paths}
            assert pages
            told.sync_at(pages, OPENED)
        yield opened


def _capture(url: str, resource: Resource) -> Capture:
    body = resource.body
    if resource.noisy:
        body = fill(body.decode(), fresh(OPENED)).encode()
    return Capture(
        url, Outcome.OK, OPENED, url, 200, resource.media_type.partition(";")[0],
        body=body, body_sha256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


def _live_by_its_own_data(at: datetime) -> set[str]:
    return {offer.slug for offer in OFFERS if offer.span(OPENED).status(at) == "live"}


def test_at_each_second_of_an_hour_the_live_set_is_the_sites_own(conn: Connection) -> None:
    """3,600 instants around ends and starts: the predicate of kb.offers against the site's own data."""
    first = OPENED.replace(minute=30)
    rows = conn.execute(
        f"""
        select g.at, array_agg(distinct {_SLUG}) filter (where v.url is not null)
        from generate_series(%s::timestamptz, %s::timestamptz, interval '1 second') g(at)
        left join (kb_store.served_entry s join kb_store.version v using (version_id))
            on s.kind = 'offer' and kb_store.is_live(s.valid, s.ttl, s.verified_at, g.at)
        group by g.at
        """.encode(),
        (first, first + 3599 * SECOND),
    ).fetchall()
    assert len(rows) == 3600
    sets = {frozenset(slugs) for _, slugs in rows}
    assert len(sets) >= 3
    wrong = {at: _live_by_its_own_data(at) ^ set(slugs) for at, slugs in rows}
    assert {at: slugs for at, slugs in wrong.items() if slugs} == {}


def test_around_each_bound_of_the_site_the_live_set_changes_at_the_very_instant(conn: Connection) -> None:
    """A microsecond before and at every start and end, days and weeks ahead."""
    bounds = {b for offer in OFFERS for b in (offer.span(OPENED).start, offer.span(OPENED).end) if b and b > OPENED}
    assert len(bounds) >= 8
    for bound in sorted(bounds):
        for at in (bound - timedelta(microseconds=1), bound):
            # an offer without an end is served for ttl after the look, which these instants may pass
            dated = {offer.slug for offer in OFFERS if offer.span(OPENED).end}
            assert _slugs(conn, at) & dated == _live_by_its_own_data(at) & dated, at


def _slugs(conn: Connection, at: datetime) -> set[str]:
    rows = conn.execute(
        f"""
        select {_SLUG} from kb_store.served_entry s join kb_store.version v using (version_id)
        where s.kind = 'offer' and kb_store.is_live(s.valid, s.ttl, s.verified_at, %s)
        """.encode(),
        (at,),
    ).fetchall()
    return {slug for (slug,) in rows}


def test_no_live_text_carries_an_offer_that_has_ended(conn: Connection) -> None:
    """Whatever page, list or document: at no instant after its end is any sentence of an offer in a live chunk."""
    ended = [offer for offer in OFFERS if offer.span(OPENED).end]
    for end in sorted({offer.span(OPENED).end or OPENED for offer in ended} | {OPENED}):
        at = max(end, OPENED)
        texts = _live_texts(conn, at)
        over = [offer for offer in ended if (offer.span(OPENED).end or at) <= at]
        found = [(o.slug, said) for o in over for said in _sentences(o) if any(said in text for text in texts)]
        assert found == [], at


def test_no_search_finds_an_offer_that_has_ended(conn: Connection) -> None:
    """Asked for in its own words, in both languages, by words and by vector: it is not among a hundred hits."""
    story = Story(conn)
    for offer in OFFERS:
        end = offer.span(OPENED).end
        if end is None:
            continue
        for language in LANGUAGES:
            words = offer.words.get(language)
            if words:
                hits = _hits(conn, story, max(end, OPENED), f"{words.title} {words.summary}")
                assert not any(offer.path(language) in hit for hit in hits), offer.slug
                assert [(said, hit) for said in _sentences(offer) for hit in hits if said in hit] == []


def _sentences(offer: Offer) -> list[str]:
    """What only this offer says, in all its languages: some titles are also the name of a service that stays."""
    said = [s for words in offer.words.values() for s in (words.title, words.summary, words.terms)]
    return [sentence for sentence in said if sentence not in _STAYING]


def _live_texts(conn: Connection, at: datetime) -> list[str]:
    rows = conn.execute(
        """
        select concat_ws(' ', v.title, v.description, c.heading, c.body, p.content)
        from kb_store.served_entry s
        join kb_store.version v using (version_id)
        join kb_store.served_chunk l on l.entry_id = s.entry_id
        join kb_store.chunk c on c.chunk_id = l.chunk_id
        join kb_store.passage p on p.passage_id = l.passage_id
        where kb_store.is_live(s.valid, s.ttl, s.verified_at, %(at)s) and (l.valid is null or l.valid @> %(at)s)
        """,
        {"at": at},
    ).fetchall()
    return [" ".join(text.split()) for (text,) in rows]


def _hits(conn: Connection, story: Story, at: datetime, query: str) -> list[str]:
    from pgvector import Vector

    rows = conn.execute(
        """
        select v.url || ' ' || c.body
        from kb_store.search_live(%s, %s, %s, 100, kb_store.wanted_of(null, null, null, null, null, null)) h
        join kb_store.chunk c using (chunk_id)
        join kb_store.version v using (version_id)
        """,
        (at.astimezone(UTC), query, Vector(story.encoder.vector(query))),
    ).fetchall()
    return [" ".join(text.split()) for (text,) in rows]
