"""Whatever a bot puts into a parameter is data: no error but a limit's, no row that was not asked for (S4)."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection
from tests.story import Story, offer, page

_SIGNS = (
    "'", '"', "--", ";", "\\", "%", "%s", "$1", "{}", "/*", "$.a[*]", ":*", "<->", "&", "|", "!", "\u202e", "ـ", "زيت",
    "' or 1=1 --", "'; drop table kb_store.entry; --", "){", "null",
)  # fmt: skip
# NUL and lone surrogates never reach the server: the driver refuses them, which a test below holds
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
_HOSTILE = st.lists(st.sampled_from(_SIGNS) | _TEXT, min_size=1, max_size=6).map("".join)
_FUNCTIONS = {
    "search": "select url, source, kind from kb.search(%(query)s, category => %(category)s, language => %(language)s,"
    " source => %(source)s, kind => %(kind)s)",
    "offers": "select url, source, 'offer' from kb.offers(%(category)s, %(language)s, %(source)s)",
}


@pytest.fixture
def bot(db: Connection, as_reader: Connection) -> Connection:
    """A bot of a base with an offer and a page."""
    Story(db).sync({"https://shop.test/a": [offer("https://shop.test/a", "Oil change", category=("oil",))],
                    "https://shop.test/b": [page("https://shop.test/b", "Where we are")]})  # fmt: skip
    return as_reader


@pytest.mark.hazard("S4")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.fixed_dictionaries({"query": _HOSTILE}), filters=st.dictionaries(
    st.sampled_from(("category", "language", "source", "kind")), _HOSTILE, max_size=2))  # fmt: skip
def test_s4_a_parameter_is_data(bot: Connection, asked: dict[str, str], filters: dict[str, str]) -> None:
    """Each function takes it without an error; a filter that names nothing finds nothing."""
    given = {name: [value] if name != "language" else value for name, value in filters.items()}
    parameters: dict[str, Any] = {"category": None, "language": None, "source": None, "kind": None, **asked, **given}
    for function, statement in _FUNCTIONS.items():
        concerned = set(filters) - ({"kind"} if function == "offers" else set())
        rows = bot.execute(statement.encode(), parameters).fetchall()
        assert not concerned or rows == []
    bot.execute("select * from kb.explain(1, %s)", (asked["query"],)).fetchall()


@pytest.mark.hazard("S4")
@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_s4_what_no_text_can_hold_never_arrives(bot: Connection, text: str) -> None:
    """The driver refuses it before anything is sent, and the connection is as good as before."""
    with pytest.raises((psycopg.DataError, UnicodeEncodeError)):
        bot.execute("select url from kb.search(%s)", (text,))
    assert bot.execute("select url from kb.search('oil')").fetchall() == [("https://shop.test/a",)]


@pytest.mark.hazard("S4", "S9")
def test_s4_a_megabyte_is_a_limit_that_says_so(bot: Connection) -> None:
    """As a query and as a filter."""
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="the most is 4000"):
        bot.execute("select url from kb.search(%s)", ("a " * 2**19,))
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="the most is 1000"):
        bot.execute("select url from kb.offers(category => %s)", (["a" * 2**20],))
