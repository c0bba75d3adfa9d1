"""The pages of a run judged beside what is believed of them: what is not what it seems is not published.

The judgement itself is pure (`pipelines.judging`, `pipelines.straying`); here its evidence is fetched, and its verdict
becomes the outcome of the attempt, which decides all that follows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, fields, replace
from typing import Any
from urllib.parse import urlsplit

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from pipelines.database import Connection
from pipelines.judging import SAME, Knowledge, Seen, judge_page
from pipelines.likeness import PageFeatures, Profile, alike, is_accused, shared_profile
from pipelines.records import FAILED_OUTCOMES, Capture, Outcome
from pipelines.straying import Redirect, is_start_page, judge_redirects
from pipelines.texts import clean
from pipelines.web.features import read_features

__all__ = ["features_from_json", "features_to_json", "judge_attempts", "store_probe"]

_UNJUDGED = frozenset({"feed", "push"})  # an item is one entry, and what it is its settings say


def judge_attempts(conn: Connection, run: int, starts: Collection[str] = ()) -> None:
    """Judge every page of the run whose reading is new, and every page that was sent elsewhere.

    `starts` are the source's start URLs, normalised. Called within the run's fenced transaction.
    """
    seen = _seen(conn, run, frozenset(starts))
    verdicts = _verdicts(seen, _knowledge(conn, run, seen)) | dict(_strayed(conn, run, starts))
    with conn.cursor() as cursor:
        cursor.executemany(
            "update kb_store.attempt set outcome = %s, message = %s where run_id = %s and url = %s",
            [(outcome.value, clean(message), run, url) for url, (outcome, message) in verdicts.items()],
        )
        cursor.executemany(_STAMP, [(outcome.value, run, url) for url, (outcome, _) in verdicts.items()])
    conn.execute(_FOLLOW, {"run": run, "failed": [outcome.value for outcome in FAILED_OUTCOMES]})


def _verdicts(seen: Sequence[Seen], knowledge: Knowledge) -> dict[str, tuple[Outcome, str]]:
    """The verdicts by URL; a doubt about a new page and one about what moved there are one doubt."""
    here = {page.url: page for page in seen if not page.moved_to}
    verdicts = {url: verdict for url, page in here.items() if (verdict := judge_page(page, knowledge))}
    for page in seen:
        verdict = verdicts.get(page.moved_to) or judge_page(page, knowledge) if page.moved_to else None
        if verdict:
            verdicts[page.url] = verdict
            if page.moved_to in here and not here[page.moved_to].known:
                verdicts.setdefault(page.moved_to, verdict)
    return verdicts


def store_probe(conn: Connection, run: int, capture: Capture) -> None:
    """Keep how the site answered an address that cannot exist. Called within the run's fenced transaction."""
    features = read_features(capture) if capture.outcome is Outcome.OK else None
    conn.execute(
        """
        insert into kb_store.probe (run_id, url, outcome, fetched_at, final_url, status, features)
        values (%s, %s, %s, %s, %s, %s, %s)
        on conflict do nothing
        """,
        (
            run,
            clean(capture.url),
            capture.outcome.value,
            capture.fetched_at,
            clean(capture.final_url),
            capture.status,
            None if features is None else Jsonb(features_to_json(features)),
        ),
    )


def features_to_json(features: PageFeatures) -> dict[str, Any]:
    """The features as JSON that PostgreSQL can store."""
    return {name: _cleaned(value) for name, value in asdict(features).items()}


def features_from_json(content: dict[str, Any]) -> PageFeatures:
    """The features that `features_to_json` wrote; what a later Freshet added or dropped is left at its default."""
    known = {field.name for field in fields(PageFeatures)}
    kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in content.items() if k in known}
    return PageFeatures(**kept)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    return [_cleaned(part) for part in value] if isinstance(value, tuple | list) else value


_STAMP = """
update kb_store.page p
set last_outcome = %s
from kb_store.run r
where r.run_id = %s and p.source_id = r.source_id and p.url = %s
"""

# What moved to a page that could not be read is as little known as that page.
_FOLLOW = """
with followed as (
    update kb_store.attempt a
    set outcome = t.outcome, message = t.message
    from kb_store.attempt t
    where a.run_id = %(run)s and a.outcome = 'moved' and t.run_id = a.run_id and t.url = a.final_url
        and t.outcome = any (%(failed)s)
    returning a.url, a.outcome
)
update kb_store.page p
set last_outcome = f.outcome
from followed f, kb_store.run r
where r.run_id = %(run)s and p.source_id = r.source_id and p.url = f.url
"""

_KNOWN = """
select count(*)
from kb_store.run r
join kb_store.attempt a using (run_id)
join kb_store.page p on p.source_id = r.source_id and p.url = a.url
where r.run_id = %s and p.reading_id is not null
"""


def _seen(conn: Connection, run: int, starts: Collection[str]) -> list[Seen]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from kb_store.changed_pages(%s)", (run,)).fetchall()
    pages = [_page(row, starts) for row in rows if row["kind"] not in _UNJUDGED]
    return list(_with_twins(pages))


def _page(row: dict[str, Any], starts: Collection[str]) -> Seen:
    facts = {name: row[name] for name in _FACTS}
    path = urlsplit(row["url"]).path
    start = row["url"] in starts or is_start_page(row["url"])
    seen = Seen(now=_features(row["now"]), before=_features(row["before"]), path=path, start=start, **facts)
    return replace(seen, moved_to=row["moved_to"] or "")


_FACTS = (
    "url", "source", "new_bytes", "given", "live", "kept", "said", "known", "says_empty", "lasting", "settled",
    "expected",
)  # fmt: skip


def _features(content: dict[str, Any] | None) -> PageFeatures | None:
    return None if content is None else features_from_json(content)


def _with_twins(pages: list[Seen]) -> Iterator[Seen]:
    """Each page with the number of others that say the very same now, and said something else before."""
    own = (page for page in pages if not page.moved_to)
    changed = [page.now.sketch for page in own if page.now and page.before and not _says_the_same(page)]
    counted = Counter(changed)
    for page in pages:
        yield replace(page, twins=max(0, counted[page.now.sketch] - 1)) if page.now else page


def _says_the_same(page: Seen) -> bool:
    return page.now is not None and page.before is not None and alike(page.now.sketch, page.before.sketch) >= SAME


def _knowledge(conn: Connection, run: int, seen: list[Seen]) -> Knowledge:
    rows = conn.execute(
        """
        select x.pages, x.titles, x.anchors, x.classes, x.types, x.ended
        from kb_store.run r
        cross join lateral kb_store.source_profiles(r.source_id) x
        where r.run_id = %s
        """,
        (run,),
    )
    profiles = tuple(_profile(*row) for row in rows.fetchall()) or _peers(seen)
    probe = conn.execute("select url, features from kb_store.probe where run_id = %s", (run,)).fetchone()
    if probe is None:
        return Knowledge(profiles)
    return Knowledge(profiles, _features(probe[1]), urlsplit(probe[0]).path)


def _peers(seen: list[Seen]) -> tuple[Profile, ...]:
    """Of a source never read: what those of its pages share, by script, that nothing accuses."""
    clean_pages = [page.now for page in seen if page.now and not is_accused(page.now)]
    scripts = {page.script for page in clean_pages}
    return tuple(filter(None, (shared_profile([p for p in clean_pages if p.script == s]) for s in sorted(scripts))))


def _profile(
    pages: int, titles: list[str], anchors: list[int], classes: list[int], types: list[str], ended: float
) -> Profile:
    return Profile(pages, frozenset(titles), frozenset(anchors), frozenset(classes), frozenset(types), ended)


def _strayed(conn: Connection, run: int, starts: Collection[str]) -> Iterator[tuple[str, tuple[Outcome, str]]]:
    rows = conn.execute("select url, final_url from kb_store.strayed_pages(%s)", (run,)).fetchall()
    if not rows:
        return
    led = "select final_url from kb_store.probe where run_id = %s and final_url <> url"
    probe = conn.execute(led, (run,)).fetchone()
    known = conn.execute(_KNOWN, (run,)).fetchone()
    redirects = [Redirect(url, final_url) for url, final_url in rows]
    judged = judge_redirects(
        redirects, starts=starts, impossible=probe[0] if probe else None, known=known[0] if known else 0
    )
    for url, outcome, message in judged:
        yield url, (outcome, message)
