"""Words are cut into the pieces of the model's vocabulary, whatever kind of tokenizer it has."""

from __future__ import annotations

import re

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from pipelines.vectors.models import resolve_model
from pipelines.vectors.tokens import load_tokenizer
from pipelines.vectors.word_pieces import GOES_ON, Splitter, VocabularyItem, known_pieces, vocabulary

_PROSE = """
Synthetic lubricants outlast mineral ones by thousands of kilometres, and viscosity grades such as 5w30 stay thinner in
freezing weather. Microfilters, turbochargers and decarbonisation interest mechanics; motorists want punctual handovers,
transparent estimates, refundable deposits, and a courtesy shuttle between Jeddah, Khobar and the dealership.
"""


def test_words_are_cut_as_wordpiece_cuts_them() -> None:
    """The same pieces, in the same order, as the packaged model's own tokenizer gives."""
    model = resolve_model("all-MiniLM-L6-v2")
    items = vocabulary(model)
    pieces = known_pieces(items, [[item.text] for item in items])
    cut = Splitter(pieces)
    words = re.findall(r"[a-z0-9]+", _PROSE.lower())
    tokens = load_tokenizer(model).encode(" ".join(words), add_special_tokens=False).tokens
    assert [pieces[number].replace(GOES_ON, "##") for number in cut(words)] == tokens


def test_where_no_piece_goes_on_one_that_begins_a_word_does() -> None:
    """A character that has no piece is passed over; nothing else is lost."""
    cut = Splitter(["car", "wash", "-s"])
    assert cut(["carwash", "washs", "qcar", ""]) == [0, 1, 1, 2, 0]


def test_an_item_that_is_no_single_word_is_no_piece() -> None:
    """Punctuation makes no words; two items that fold into one are one."""
    told = (("Oil", False), (",", False), ("oil", False), ("s", True))
    items = [VocabularyItem(text, goes_on) for text, goes_on in told]
    assert known_pieces(items, [["oil"], [], ["oil"], ["s"]]) == ["oil", "-s"]


@pytest.mark.parametrize(
    ("tokenizer", "expected"),
    [
        (
            Tokenizer(models.WordPiece({"[UNK]": 0, "oil": 1, "##s": 2}, unk_token="[UNK]")),
            [("oil", False), ("s", True)],
        ),
        (Tokenizer(models.Unigram([("<unk>", 0.0), ("▁oil", -1.0), ("s", -2.0)], 0)), [("oil", False), ("s", True)]),
        (Tokenizer(models.BPE({"<unk>": 0, "Ġoil": 1, "Ã©": 2}, [], unk_token="<unk>")), [("oil", False), ("é", True)]),
    ],
    ids=["wordpiece", "sentencepiece", "byte-level"],
)
def test_every_kind_of_vocabulary_is_read(
    monkeypatch: pytest.MonkeyPatch, tokenizer: Tokenizer, expected: list[tuple[str, bool]]
) -> None:
    """Its words and parts of words, the frequent ones first, without control tokens."""
    tokenizer.add_special_tokens(["[UNK]" if tokenizer.token_to_id("[UNK]") is not None else "<unk>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    if isinstance(tokenizer.model, models.BPE):
        tokenizer.decoder = decoders.ByteLevel()
    monkeypatch.setattr("pipelines.vectors.word_pieces.load_tokenizer", lambda model: tokenizer)
    found = vocabulary(resolve_model("all-MiniLM-L6-v2"))
    assert [(item.text, item.goes_on) for item in found] == expected
