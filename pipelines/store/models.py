"""The embedding models a base has vectors of: the one served, those kept from before, those being built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.database import Connection
from pipelines.records import FreshetError

__all__ = ["ModelState", "StoredModel", "drop_model", "model_was_served", "stored_models"]

ModelState = Literal["served", "kept", "building"]

_BATCH = 10_000  # vectors a transaction
_SHORTEST = 6  # characters of an identity that may stand for it


@dataclass(frozen=True)
class StoredModel:
    """One model and its vectors."""

    number: int
    name: str
    identity: str
    dimensions: int
    languages: tuple[str, ...]  # empty: all
    state: ModelState
    texts: int  # that have a vector of it
    missing: int  # texts in service that have none

    def as_json(self) -> dict[str, object]:
        """What `model list --json` shows."""
        return {
            "name": self.name,
            "identity": self.identity,
            "dimensions": self.dimensions,
            "languages": list(self.languages),
            "state": self.state,
            "texts": self.texts,
            "missing": self.missing,
        }


def stored_models(conn: Connection) -> list[StoredModel]:
    """Every model of the base, the one served first. For `kb_writer` and `kb_owner`."""
    return [
        StoredModel(number, name, identity, width, tuple(languages), state, texts, missing)
        for number, name, identity, width, languages, state, texts, missing in conn.execute(_STORED).fetchall()
    ]


def model_was_served(conn: Connection, identity: str) -> bool:
    """Whether the base was served with that model before, and kept its vectors."""
    return any(model.identity == identity and model.state == "kept" for model in stored_models(conn))


def drop_model(conn: Connection, named: str) -> StoredModel:
    """Give up a model, by name or the beginning of its identity, and every vector of it; what was dropped.

    Raises FreshetError for the one served, for none and for several of that name. Cut short, it is to be run again.
    """
    dropped = _meant(stored_models(conn), named)
    _require_unserved(conn, dropped, "delete from kb_store.served_vector where model_id = %s")
    deleted = _BATCH
    while deleted == _BATCH:  # the archive serves nothing: no publication need wait for it
        deleted = conn.execute(_DELETE_SOME, (dropped.number, dropped.number, _BATCH)).rowcount
    _require_unserved(
        conn,
        dropped,
        "delete from kb_store.served_vector where model_id = %s",
        "delete from kb_store.embedding where model_id = %s",
        "delete from kb_store.model where model_id = %s",
    )
    return dropped


def _meant(models: list[StoredModel], named: str) -> StoredModel:
    found = [
        model
        for model in models
        if model.name == named or (len(named) >= _SHORTEST and model.identity.startswith(named.lower()))
    ]
    if not found:
        there = ", ".join(f"{model.name} ({model.identity[:12]}, {model.state})" for model in models) or "none"
        raise FreshetError(f"this base has no vectors of a model {named!r}; it has: {there}")
    if len(found) > 1:
        several = ", ".join(f"{model.identity[:12]} ({model.state})" for model in found)
        raise FreshetError(f"{len(found)} models are called {named}: name one by its identity instead: {several}")
    return found[0]


def _require_unserved(conn: Connection, model: StoredModel, *statements: str) -> None:
    """Run the statements while no switch can come in between; raise FreshetError when the model is served."""
    with conn.transaction():
        conn.execute("select kb_store.lock_feed()")
        if conn.execute(_IS_SERVED, (model.number,)).fetchone() == (True,):
            raise FreshetError(
                f"this base is served with {model.name}, which stays: first freshet reindex --model with another"
            )
        for statement in statements:
            conn.execute(statement.encode(), (model.number,))


# A model is switched to only when its vectors lie beside those served, and loses those when it is left: one that has
# vectors but none beside was served before. Its build puts them there in the transaction that stores them.
_STORED = """
select m.model_id, m.name, m.identity, m.dimensions, m.languages,
    case
        when m.active then 'served'
        when n.texts > 0 and not exists (select from kb_store.served_vector v where v.model_id = m.model_id) then 'kept'
        else 'building'
    end,
    n.texts, p.missing
from kb_store.model m
cross join lateral (select count(*) as texts from kb_store.embedding e where e.model_id = m.model_id) n
cross join lateral (
    select count(*) as missing
    from kb_store.served_passage s
    join kb_store.passage t using (passage_id)
    where not exists (
        select from kb_store.embedding e where e.model_id = m.model_id and e.passage_sha256 = t.passage_sha256
    )
) p
order by m.active desc, m.model_id desc
"""

_IS_SERVED = "select exists (select from kb_store.model where model_id = %s and active)"

_DELETE_SOME = """
delete from kb_store.embedding
where model_id = %s and passage_sha256 in (
    select passage_sha256 from kb_store.embedding where model_id = %s limit %s
)
"""
