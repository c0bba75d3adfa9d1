"""A database whose clock stands where the test has set it: every function reads it, none of them is changed.

`clock_timestamp()` of a schema of the test's own is found before PostgreSQL's, as each function's search_path, and that
of the test's session, is made to begin with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from pipelines.database import Connection
from tests.postgres import Cluster, TestDatabase

__all__ = ["Clock", "stepped_template"]

_INSTALL = """
create schema stepped;
grant usage on schema stepped to public;
create table stepped.clock (at timestamptz not null);
insert into stepped.clock values ('2026-11-22 12:00+00');
grant select, update on stepped.clock to public;
create function stepped.clock_timestamp() returns timestamptz
language sql volatile security definer set search_path = pg_catalog, pg_temp
as 'select at from stepped.clock';
do $$
declare
    pinned record;
begin
    for pinned in
        select p.oid::regprocedure as name, substr(setting, length('search_path=') + 1) as path
        from pg_proc p
        cross join lateral unnest(p.proconfig) setting
        where p.pronamespace in ('kb'::regnamespace, 'kb_store'::regnamespace) and setting like 'search_path=%'
    loop
        execute format('alter function %s set search_path = stepped, %s', pinned.name, pinned.path);
    end loop;
end
$$;
"""


@contextmanager
def stepped_template(cluster: Cluster) -> Iterator[str]:
    """The name of a migrated database with a clock to be set, of which clones are made."""
    with cluster.database() as made:
        with psycopg.connect(made.superuser_url(), autocommit=True) as conn:
            conn.execute(_INSTALL)
        yield made.name


@dataclass
class Clock:
    """The clock of a clone of that template."""

    database: TestDatabase
    conn: Connection
    now: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)
    latest: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)  # that it ever showed

    def __post_init__(self) -> None:
        self.conn.execute("set search_path = stepped, pg_catalog, public")

    def step(self, by: timedelta) -> None:
        """Set it forward, or back."""
        self.now += by
        self.latest = max(self.latest, self.now)
        self._set(self.now)

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """The clock as it will be, for a question or two."""
        self._set(instant)
        try:
            yield
        finally:
            self._set(self.now)

    def _set(self, instant: datetime) -> None:
        self.conn.execute("update stepped.clock set at = %s", (instant,))
