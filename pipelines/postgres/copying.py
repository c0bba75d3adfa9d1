"""Everything a base holds, moved into an empty one: what was seen, believed, decided and told, number by number.

One snapshot of the source, one transaction in the target: all of it arrives, or nothing. Only what the owner of the
tables may do is done there, so a managed server needs no superuser; foreign keys and indexes go before the rows and are
made anew behind them, since only a superuser can put them off.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import IsolationLevel, sql

from pipelines.database import Connection, DatabaseError, explained

__all__ = ["CopyError", "copy_base", "require_empty"]

_MAINTENANCE_MEMORY = "256MB"  # what an index of vectors is made in; any managed server grants it


class CopyError(DatabaseError):
    """The base could not be copied; the target holds nothing of it."""


@dataclass(frozen=True)
class _Table:
    """A table of kb_store, and what of it is written."""

    name: str
    columns: tuple[str, ...]  # generated ones make themselves
    identity: str | None  # the column that counts by itself

    @property
    def at(self) -> sql.Identifier:
        """Where it stands."""
        return sql.Identifier("kb_store", self.name)

    @property
    def list(self) -> sql.Composed:
        """Its columns, for a statement."""
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


def require_empty(target: Connection) -> None:
    """Raise CopyError when that database holds a base with anything in it; none, or an empty one, will do."""
    if target.execute("select to_regclass('kb_store.source') is null").fetchone() == (True,):
        return
    if target.execute("select exists (select from kb_store.source)").fetchone() == (True,):
        raise CopyError(
            f"database {target.info.dbname!r} holds a base already, which stays as it is: name an empty database"
        )


def copy_base(source: Connection, target: Connection) -> dict[str, int]:
    """Rows copied, by table. Both are owners' connections in autocommit, at the same version of the schema.

    Raises CopyError when the target is not empty, a run is at work in the source, or anything goes wrong.
    """
    source.isolation_level, source.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with source.transaction(), target.transaction():
            _require_rest(source)
            require_empty(target)
            return _copied(source, target)
    except psycopg.Error as error:
        raise CopyError(f"nothing was copied: {explained(error)}") from error
    finally:
        source.isolation_level, source.read_only = None, None


def _require_rest(source: Connection) -> None:
    if source.execute("select exists (select from kb_store.run where state = 'running')").fetchone() == (True,):
        raise CopyError("a run is at work, and would be copied half done: stop freshet schedule, or wait for its end")


def _copied(source: Connection, target: Connection) -> dict[str, int]:
    tables = [_Table(name, tuple(columns), identity) for name, columns, identity in source.execute(_TABLES).fetchall()]
    target.execute("set local role kb_owner")
    target.execute("select set_config('maintenance_work_mem', %s, true)", (_MAINTENANCE_MEMORY,))
    keys = target.execute(_FOREIGN_KEYS).fetchall()
    for table, name, _ in keys:
        target.execute(sql.SQL("alter table {} drop constraint {}").format(_stored(table), sql.Identifier(name)))
    for name, _ in target.execute(_INDEXES).fetchall():
        target.execute(sql.SQL("drop index {}").format(_stored(name)))
    # the rows that a new base begins with
    target.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(table.at for table in tables)))
    counts = {table.name: _copy(source, target, table) for table in tables}
    for _, definition in source.execute(_INDEXES).fetchall():
        target.execute(definition.encode())
    for table, name, definition in keys:
        constraint = sql.SQL("alter table {} add constraint {} ").format(_stored(table), sql.Identifier(name))
        target.execute(constraint.as_bytes(target) + definition.encode())
    return counts


def _stored(name: str) -> sql.Identifier:
    return sql.Identifier("kb_store", name)


def _copy(source: Connection, target: Connection, table: _Table) -> int:
    """Copy one table and where its numbers stand; how many rows."""
    read = sql.SQL("copy {} ({}) to stdout (format binary)").format(table.at, table.list)
    write = sql.SQL("copy {} ({}) from stdin (format binary)").format(table.at, table.list)
    with source.cursor() as reading, target.cursor() as writing:
        with reading.copy(read) as rows, writing.copy(write) as arriving:
            for part in rows:
                arriving.write(part)
        if reading.rowcount != writing.rowcount:
            raise CopyError(f"{table.name}: {reading.rowcount} rows were read and {writing.rowcount} written")
        count = writing.rowcount
    if table.identity is not None:
        _continue_numbers(source, target, table.name, table.identity)
    return count


def _continue_numbers(source: Connection, target: Connection, table: str, column: str) -> None:
    named = (f"kb_store.{table}", column)
    sequence = source.execute("select pg_get_serial_sequence(%s, %s)", named).fetchone()
    assert sequence is not None
    schema, _, name = str(sequence[0]).partition(".")
    stands = source.execute(sql.SQL("select last_value, is_called from {}").format(sql.Identifier(schema, name)))
    target.execute("select setval(pg_get_serial_sequence(%s, %s), %s, %s)", (*named, *(stands.fetchone() or ())))


# What was migrated and deployed is told by migrating the target.
_TABLES = """
select c.relname,
    array_agg(a.attname order by a.attnum) filter (where a.attgenerated = ''),
    max(a.attname) filter (where a.attidentity <> '')
from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'kb_store'::regnamespace and c.relkind = 'r' and c.relname not in ('migration', 'deployment')
group by c.relname
order by c.relname
"""

_FOREIGN_KEYS = """
select r.relname, c.conname, pg_get_constraintdef(c.oid)
from pg_constraint c
join pg_class r on r.oid = c.conrelid
where c.connamespace = 'kb_store'::regnamespace and c.contype = 'f'
order by 1, 2
"""

# Those that no constraint makes, the index of vectors among them.
_INDEXES = """
select c.relname, pg_get_indexdef(i.indexrelid)
from pg_index i
join pg_class c on c.oid = i.indexrelid
where c.relnamespace = 'kb_store'::regnamespace and i.indisvalid
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
order by 1
"""
