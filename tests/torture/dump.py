"""What a base believes and serves, as lines in which two bases that mean the same do not differ."""

from __future__ import annotations

from pipelines.database import Connection

__all__ = ["canonical", "difference"]

# Each gives lines of JSON without surrogate keys and instants of the recording.
_PARTS = {
    "version": """
        select e.key, to_jsonb(v) - '{version_id,entry_id,recorded,run_id,closed_by}'::text[]
        from kb_store.version v join kb_store.entry e using (entry_id) where upper_inf(v.recorded)""",
    "history": """
        select e.key, v.closed_reason, count(*)
        from kb_store.version v join kb_store.entry e using (entry_id) group by 1, 2""",
    "chunk": """
        select e.key, to_jsonb(c) - '{chunk_id,version_id,passage_id}'::text[], p.content
        from kb_store.chunk c
        join kb_store.passage p using (passage_id)
        join kb_store.version v using (version_id)
        join kb_store.entry e using (entry_id)
        where upper_inf(v.recorded)""",
    "variant": """
        select e.key, to_jsonb(x) - 'version_id'
        from kb_store.version_variant x
        join kb_store.version v using (version_id)
        join kb_store.entry e using (entry_id)
        where upper_inf(v.recorded)""",
    "served entry": """
        select e.key, to_jsonb(s) - '{entry_id,version_id,source_id,verified_at,told_until}'::text[]
        from kb_store.served_entry s join kb_store.entry e using (entry_id)""",
    "served chunk": """
        select e.key, p.content, s.language, s.valid
        from kb_store.served_chunk s
        join kb_store.entry e using (entry_id)
        join kb_store.passage p using (passage_id)""",
    "served passage": """
        select p.content, s.length from kb_store.served_passage s join kb_store.passage p using (passage_id)""",
    "served vector": """
        select m.name, m.active, p.content, v.vector::text
        from kb_store.served_vector v
        join kb_store.model m using (model_id)
        join kb_store.passage p using (passage_id)""",
    "embedding": """
        select m.name, encode(e.passage_sha256, 'hex')
        from kb_store.embedding e join kb_store.model m using (model_id)""",
    "page": """
        select p.url, encode(p.body_sha256, 'hex'), p.etag, p.links, p.missing_since is null,
            p.empty_since is null, p.last_verified is null
        from kb_store.page p""",
    "query table": """
        select m.name, t.recipe, exists (select from kb_store.query_piece q where q.model_id = t.model_id)
        from kb_store.query_table t join kb_store.model m using (model_id)""",
    "function": """
        select oid::regprocedure, md5(prosrc) from pg_proc
        where pronamespace in (to_regnamespace('kb'), to_regnamespace('kb_store'))""",
    "change": """
        select e.key, c.change, count(*) from kb_store.change c join kb_store.entry e using (entry_id) group by 1, 2""",
    # nothing of a run that is over stays behind
    "left over": """
        select 'plan', run_id::text from kb_store.plan_entry
        union all select 'removal', run_id::text from kb_store.plan_removal where not held
        union all select 'running', run_id::text from kb_store.run where state = 'running'
        union all select 'lease', name from kb_store.source where lease_run is not null""",
}  # fmt: skip


def canonical(conn: Connection) -> set[str]:
    """Lines that say what the base believes and serves; equal for bases that nobody could tell apart by asking."""
    return {
        f"{part}: " + " | ".join(map(str, row))
        for part, query in _PARTS.items()
        for row in conn.execute(query.encode()).fetchall()
    }


def difference(found: set[str], wanted: set[str]) -> str:
    """What is there and should not be, and the other way round; empty when they are the same."""
    lines = [f"+ {line[:400]}" for line in sorted(found - wanted)] + [
        f"- {line[:400]}" for line in sorted(wanted - found)
    ]
    return "\n".join(lines[:12])
