"""Questions made of a base's own texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.store.probing import make_probes

TEXT = "The brake pads of the front axle are changed within an hour. A loan car stands ready for whoever needs one."


def test_a_probe_asks_in_other_words_than_its_text() -> None:
    """Some words are the text's own, in their order; some stand elsewhere in the base; some nowhere."""
    texts = [(number, f"{TEXT} Number{number} is told apart by this sentence alone.") for number in range(50)]
    probes = make_probes(texts, seed=1)
    everywhere = {word for _, text in texts for word in text.split()}
    assert len(probes) == 50
    asked = [word for probe in probes for word in probe.words.split()]
    unknown = sum(word not in everywhere for word in asked) / len(asked)
    assert 0.1 < unknown < 0.4
    assert all(set(probe.meaning.split()) <= everywhere for probe in probes)


def test_the_same_texts_give_the_same_probes() -> None:
    """A calibration is repeatable; another seed asks other questions."""
    texts = [(1, TEXT), (2, TEXT[::-1])]
    assert make_probes(texts, seed=7) == make_probes(texts, seed=7)
    assert make_probes(texts, seed=7) != make_probes(texts, seed=8)


def test_what_has_no_sentence_is_not_asked_about() -> None:
    """A price or a name alone is no question."""
    assert make_probes([(1, "149 SAR"), (2, ""), (3, "Open\nFriday")], seed=1) == []


@given(st.lists(st.text(), max_size=5), st.integers())
def test_any_text_gives_probes_that_can_be_asked(texts: list[str], seed: int) -> None:
    """Never empty, at most a question's length, of a text that was given."""
    probes = make_probes(list(enumerate(texts, 1)), seed)
    for probe in probes:
        assert 1 <= probe.passage <= len(texts)
        assert 5 <= len(probe.words.split()) <= 12
        assert 1 <= len(probe.meaning.split()) <= 12
