"""What BM25 knows of the texts in service is what a recount of them finds, whatever was published."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection
from pipelines.postgres.checks import run_checks
from tests.postgres import Cluster
from tests.story import Story, page

WORDS = ("oil", "tyres", "5W-30", "branch", "زيوت", "والعرض", "the", "10,000")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
PAGES = st.dictionaries(st.sampled_from("abcd"), st.lists(TEXTS, min_size=1, max_size=4), min_size=1)
COUNTED = {"document_frequencies_are_a_recount", "lengths_are_a_recount"}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PAGES, min_size=1, max_size=4))
def test_frequencies_and_lengths_are_a_recount(migrated_cluster: Cluster, runs: list[dict[str, list[str]]]) -> None:
    """Document frequencies, the number of texts and their lengths stay in step with any publications."""
    with migrated_cluster.database() as database, database.connect() as conn:
        story = Story(conn)
        for pages in runs:
            urls = {f"https://shop.test/{name}": texts for name, texts in pages.items()}
            story.sync({url: [page(url, *texts)] for url, texts in urls.items()})
            held = {result.name: result.holds for result in run_checks(conn)}
            assert {name for name in COUNTED if held[name]} == COUNTED
            assert _weighed_amiss(conn) == []


def test_weights_follow_the_average(db: Connection) -> None:
    """When texts become longer on average, those served before are weighed anew."""
    story = Story(db)
    story.sync({"https://shop.test/a": [page("https://shop.test/a", "oil", "tyres")]})
    before = db.execute("select min(pivot), max(pivot) from kb_store.served_passage").fetchone()
    story.sync({"https://shop.test/b": [page("https://shop.test/b", "oil change " * 40)]})
    after = db.execute("select min(pivot), max(pivot) from kb_store.served_passage").fetchone()
    assert before is not None
    assert after is not None
    assert before[0] == before[1] < after[0] == after[1]


def _weighed_amiss(conn: Connection) -> list[tuple[object, ...]]:
    """Served texts without a weight, or weighed by an average length that is a tenth off."""
    return conn.execute(
        """select s.passage_id from kb_store.served_passage s, kb_store.lexical_statistic t
            where (s.weights is null) <> (s.length = 0)
               or abs(s.pivot / greatest(t.total_length::real / greatest(t.passages, 1), 1) - 1) > 0.11"""
    ).fetchall()
