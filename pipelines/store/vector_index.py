"""The index of nearest neighbours over a model's served vectors: made when comparing each would take too long.

It holds the texts up to a number that stands in `kb_store.model.indexed_to`. Later texts are compared one by one, so
publishing never waits for an index (some 500 texts a second would be all); once they are a tenth, the index is made
anew beside the old one, while readers read and syncs publish. Without it every answer is the same, only later.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import sql

from pipelines.database import Connection
from pipelines.failpoints import failpoint

__all__ = ["FEWEST", "keep_vector_index"]

FEWEST = 20_000  # texts; below, all are compared in a few hundredths of a second
_LATER = 0.1  # share of the texts that came after the index was made
_LOCK = 0x686E7377  # "hnsw"
_NEIGHBOURS = 700  # bytes of an element's links while an index is made
_MOST_MEMORY = 2**30  # bytes; what does not fit is made more slowly


@dataclass(frozen=True)
class _State:
    """A model's vectors in service."""

    model: int
    dimensions: int
    indexed_to: int  # number of the last text in the index; 0: there is none
    stands: bool  # that index exists and is whole
    texts: int
    later: int  # of them, those that came after
    last: int  # number of the last text

    @property
    def due(self) -> bool:
        """Whether an index is to be made."""
        return self.texts >= FEWEST and (not self.stands or self.later > _LATER * self.texts)

    @property
    def idle(self) -> bool:
        """Whether there is one that is not worth keeping."""
        return self.indexed_to > 0 and self.texts < FEWEST / 2


def keep_vector_index(conn: Connection, model: int) -> bool:
    """Make, renew or give up the index of the model's served vectors, where that is due; whether anything was done.

    `conn` is in autocommit and belongs to the owner of the tables. Who comes while another makes it does nothing.
    Cut short, it is to be called again. Raises psycopg's errors; what is served stays as it is.
    """
    with _alone(conn) as alone:
        if not alone:
            return False
        state = _state(conn, model)
        if state is not None and state.due:
            _make(conn, state)
            _point_to(conn, model, state.last)
        elif state is not None and state.idle:
            _point_to(conn, model, 0)
        return _drop_others(conn) or (state is not None and state.due)


@contextmanager
def _alone(conn: Connection) -> Iterator[bool]:
    alone = conn.execute("select pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() == (True,)
    try:
        yield alone
    finally:
        if alone and not conn.broken:
            conn.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _state(conn: Connection, model: int) -> _State | None:
    row = conn.execute(_STATE, (model,)).fetchone()
    return None if row is None else _State(*row)


def _make(conn: Connection, state: _State) -> None:
    name = f"served_vector_{state.model}_{state.last}"
    needed = min(int(1.2 * state.texts * (2 * state.dimensions + _NEIGHBOURS)), _MOST_MEMORY)
    conn.execute("select set_config('maintenance_work_mem', %s, false)", (f"{max(needed // 1024, 65_536)}kB",))
    # one that was cut short has the name, and is no use
    conn.execute(sql.SQL("drop index concurrently if exists kb_store.{}").format(sql.Identifier(name)))
    conn.execute(
        sql.SQL(_MAKE).format(name=sql.Identifier(name), width=state.dimensions, model=state.model, last=state.last)
    )
    failpoint("vector index made")


def _point_to(conn: Connection, model: int, last: int) -> None:
    conn.execute("update kb_store.model set indexed_to = %s where model_id = %s", (last, model))


def _drop_others(conn: Connection) -> bool:
    """Drop every index of vectors that no model points to: renewed, given up, cut short; whether there was any."""
    others = conn.execute(_OTHERS).fetchall()
    for (name,) in others:
        conn.execute(sql.SQL("drop index concurrently if exists kb_store.{}").format(sql.Identifier(name)))
    return bool(others)


_STATE = """
select m.model_id, m.dimensions, m.indexed_to,
    exists (
        select from pg_class c
        join pg_index i on i.indexrelid = c.oid
        where c.relnamespace = 'kb_store'::regnamespace and i.indisvalid
            and c.relname = format('served_vector_%%s_%%s', m.model_id, m.indexed_to)
    ),
    count(v), count(v) filter (where v.passage_id > m.indexed_to), coalesce(max(v.passage_id), 0)
from kb_store.model m
left join kb_store.served_vector v using (model_id)
where m.model_id = %s
group by m.model_id
"""

_MAKE = """
create index concurrently {name} on kb_store.served_vector
using hnsw ((vector::halfvec({width})) halfvec_cosine_ops) where model_id = {model} and passage_id <= {last}
"""

_OTHERS = """
select c.relname
from pg_index i
join pg_class c on c.oid = i.indexrelid
join pg_am a on a.oid = c.relam
where i.indrelid = 'kb_store.served_vector'::regclass and a.amname = 'hnsw'
    and not exists (
        select from kb_store.model m where c.relname = format('served_vector_%s_%s', m.model_id, m.indexed_to)
    )
"""
