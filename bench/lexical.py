"""Where BM25's terms are kept: sparse vectors or postings, at several sizes of base, and what publishing them takes.

    python -m bench.lexical ../shared/data/retrieval/xquad-en [--sizes 5000 20000 200000]

Texts are made of the set's own: sentences of it in random order, so that words are as frequent as they are, and every
text is analysed, counted and weighed by the functions that publishing uses. The question is a sentence's words; filters
keep one text in a hundred, one in ten, or all. Steps are in seconds of the server's processor. Postings: a table of
(lexeme, text, weight), as the other way to do it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from bench.projects import temporary_project
from pipelines.database import Connection, connect

__all__ = ["processor_seconds", "read_sentences"]

_WAYS = {
    "sparse vectors": """
select count(*) from (
    select p.passage_id, -(p.weights <#> %(asked)s::sparsevec) as points
    from kb_store.served_passage p
    join bench_wanted w on w.passage_id = p.passage_id and w.share = %(share)s
    order by 2 desc limit 100
) best""",
    "postings": """
select count(*) from (
    select p.passage_id, sum(p.weight * a.rarity) as points
    from kb_store.asked_terms(%(query)s) a
    join bench_posting p using (lexeme_id)
    join bench_wanted w on w.passage_id = p.passage_id and w.share = %(share)s
    group by p.passage_id
    order by 2 desc limit 100
) best""",
}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("set", type=Path)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[5_000, 20_000, 200_000])
    given = arguments.parse_args()
    sentences = read_sentences(given.set)
    for size in given.sizes:
        with temporary_project({}) as project, connect(project, role="owner", autocommit=True) as conn:
            _measure(conn, sentences, size)


def _measure(conn: Connection, sentences: Sequence[str], size: int) -> None:
    """Fill a base of `size` texts and print what either way takes."""
    chance = random.Random(size)
    texts = [" ".join(chance.sample(sentences, 5)) for _ in range(size)]
    print(f"\n{size} texts: {_filled(conn, texts)}", flush=True)
    questions = [" ".join(chance.choice(sentences).split()[:10]) for _ in range(30)]
    for way, statement in _WAYS.items():
        took = [_asked(conn, statement, questions, share) for share in (100, 10, 1)]
        print(f"  {way:15} 1 % {took[0]:7.1f} ms   10 % {took[1]:7.1f} ms   all {took[2]:7.1f} ms", flush=True)


def _filled(conn: Connection, texts: Sequence[str]) -> str:
    """Put texts into service as publishing does; what each step took."""
    conn.execute(_TABLES)
    with conn.cursor().copy("copy bench_text (content) from stdin") as rows:
        for text in texts:
            rows.write_row((text,))
    steps = {name: _took(conn, statement) for name, statement in _STEPS.items()}
    conn.execute(_WANTED)
    conn.execute("vacuum analyze")
    sizes = conn.execute(
        "select pg_total_relation_size('kb_store.served_passage') >> 20, pg_total_relation_size('bench_posting') >> 20"
    ).fetchone()
    assert sizes is not None
    ours = sum(seconds for name, seconds in steps.items() if name != "postings")
    told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in steps.items())
    return f"{told}; {len(texts) / ours:.0f} texts/s published; {sizes[0]} MB sparse, {sizes[1]} MB postings"


def _asked(conn: Connection, statement: str, questions: Sequence[str], share: int) -> float:
    """Milliseconds a question takes, the median of them."""
    took = []
    for query in questions:
        row = conn.execute("select weights::text from kb_store.query_terms(%s)", (query,)).fetchone()
        assert row is not None
        started = monotonic()
        conn.execute(statement.encode(), {"asked": row[0], "query": query, "share": share}).fetchall()
        took.append(1000 * (monotonic() - started))
    return statistics.median(took)


def _took(conn: Connection, statement: str) -> float:
    """Seconds of processor that the server's process took for it: what else runs here does not count."""
    started = processor_seconds(conn)
    conn.execute(statement.encode())
    return processor_seconds(conn) - started


def processor_seconds(conn: Connection) -> float:
    """Seconds of processor that the connection's process has used."""
    return int(Path(f"/proc/{conn.info.backend_pid}/schedstat").read_text("ascii").split()[0]) / 1e9


def read_sentences(folder: Path) -> list[str]:
    """The sentences of a set, those of more than thirty characters."""
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    parts = (re.split(r"(?<=[.؟!?])\s+", json.loads(line)["text"]) for line in lines)
    return [sentence for part in parts for sentence in part if len(sentence) > 30]


_TABLES = """
create temporary table bench_text (content text);
create temporary table bench_wanted (share int, passage_id bigint, primary key (share, passage_id));
create temporary table bench_posting (lexeme_id int, passage_id bigint, weight real)
"""

_WANTED = """
insert into bench_wanted
select s.share, p.passage_id
from kb_store.served_passage p
join (values (1), (10), (100)) s(share) on p.passage_id % s.share = 0
"""

_STEPS = {
    "analysed": """
insert into kb_store.passage (passage_sha256, content, terms, analysis)
select distinct on (1) sha256(convert_to(t.content, 'UTF8')), t.content, t.terms, kb_store.analysis()
from (
    select array_agg(content) as contents
    from (select content, row_number() over () / 1000 as part from bench_text) t
    group by part
) b
cross join lateral rows from (unnest(b.contents), kb_store.lexemes_of(b.contents)) t(content, terms)""",
    "known": """
insert into kb_store.lexeme (lexeme)
select distinct t from kb_store.passage p cross join lateral unnest(tsvector_to_array(p.terms)) t
on conflict do nothing""",
    "served": "select kb_store.enter_passages(array(select passage_id from kb_store.passage))",
    "postings": """
insert into bench_posting
select l.lexeme_id, p.passage_id, 1 + coalesce(cardinality(t.positions), 1) / 10.0
from kb_store.passage p cross join lateral unnest(p.terms) t join kb_store.lexeme l using (lexeme);
create index on bench_posting (lexeme_id) include (passage_id, weight)""",
}


if __name__ == "__main__":
    main()
