"""A base of an older release is brought up to date with all it holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from pipelines.postgres.migrations import SCHEMA, migrate
from tests.postgres import TestDatabase

_OLD = """
insert into kb_store.source (name, kind, zone, freshness, ttl, ttl_pages)
values ('shop', 'site', 'UTC', '24 hours', '720 hours', '2160 hours');
insert into kb_store.run (source_id, kind, state, generation, finished_at, host, pid)
values (1, 'sync', 'published', 1, now(), 'h', 1);
insert into kb_store.body values (sha256('b'), 1, 'b');
insert into kb_store.page (source_id, url, first_seen, last_attempt, last_outcome, last_verified, body_sha256)
select 1, 'https://shop.test/' || u, now(), now(), 'ok', now(), sha256('b') from unnest(array['en/oil', 'en']) u;
insert into kb_store.reading (page_id, body_sha256, recipe, outcome, title, language, run_id)
select page_id, sha256('b'), 'r', 'ok', '', 'en', 1 from kb_store.page order by page_id;
update kb_store.page p set reading_id = r.reading_id from kb_store.reading r where r.page_id = p.page_id;
insert into kb_store.draft
select reading_id, 0, 'https://shop.test/en/oil', '{"kind": "offer", "language": "en"}' from kb_store.reading;
insert into kb_store.entry (source_id, key, kind) values (1, 'https://shop.test/en/oil', 'offer');
insert into kb_store.version (entry_id, recorded, valid, validity, url, title, description, language, category,
    content_hash, run_id)
values (1, tstzrange(now(), null), '{(,)}', 'open', 'https://shop.test/en/oil', 'Oil', '', 'en', '{}', 'h', 1);
insert into kb_store.change (at, change, entry_id, version_id, run_id) values (now(), 'added', 1, 1, 1);
insert into kb_store.passage (passage_sha256, content, terms) values (sha256('Oil'), 'Oil', '');
insert into kb_store.chunk (version_id, ordinal, heading, body, passage_id) values (1, 0, '', 'Oil', 1);
insert into kb_store.served_entry (entry_id, version_id, source_id, kind, language, category, valid, ttl, verified_at,
    announced)
values (1, 1, 1, 'offer', 'en', '{}', '{(,)}', '720 hours', now(), 'live');
insert into kb_store.served_chunk values (1, 1, 1, null);
insert into kb_store.served_passage (passage_id, length) values (1, 0);
update kb_store.lexical_statistic set passages = 1;
"""


def test_a_base_without_identities_keeps_what_it_serves(empty_database: TestDatabase, tmp_path: Path) -> None:
    """Each draft stands for the entry of its key, and each version speaks its own language."""
    newer = {file.name for file in (SCHEMA / "migrations").glob("*.sql") if file.name >= "0008"}
    shutil.copytree(SCHEMA / "migrations", tmp_path / "migrations", ignore=lambda _, names: newer & set(names))
    with psycopg.connect(empty_database.superuser_url(), autocommit=True) as administrator:
        administrator.execute("create extension vector")
    with empty_database.connect() as conn:
        migrate(conn, schema=tmp_path)
        conn.execute(_OLD)
        assert {f"{name}.sql" for name in migrate(conn)} == newer
        _check(conn)


def _check(conn: Connection) -> None:
    asked = "select title, language, url from kb.offers(language => 'en')"
    assert conn.execute(asked).fetchall() == [("Oil", "en", "https://shop.test/en/oil")]
    asked = "select other_urls, languages, text from kb.entry(1)"
    assert conn.execute(asked).fetchall() == [(["https://shop.test/en"], ["en"], "Oil")]
    assert [(r.name, r.offending) for r in run_checks(conn) if not r.holds] == []
