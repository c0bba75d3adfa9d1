"""Chunks: they give back the text, fit the model, follow the structure, and stay where the text stays."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.chunking import Chunk, chunk_blocks, joined_text, tokens_by_words
from pipelines.records import Block, FreshetError
from pipelines.vectors.models import DEFAULT_MODEL, resolve_model
from pipelines.vectors.tokens import encodable, token_counter

COUNT = token_counter(resolve_model(DEFAULT_MODEL))
KINDS = st.sampled_from(["heading", "paragraph", "list_item", "table_row", "preformatted"])
WORDS = ("the", "oil", "filter", "tyre", "until", "branch", "open", "card", "engine", "زيت", "عرض", "سعر", "فرع")


def chunks_of(*blocks: Block, title: str = "Offers", limit: int = 256) -> tuple[Chunk, ...]:
    return chunk_blocks(blocks, title=title, count_tokens=COUNT, max_tokens=limit)


def paragraph(chance: random.Random, words: int) -> Block:
    return Block("paragraph", " ".join(chance.choice(WORDS) for _ in range(words)) + ".")


def page(chance: random.Random) -> list[Block]:
    """Return a page of sections with paragraphs of 5 to 90 words."""
    blocks: list[Block] = []
    for section in range(5):
        blocks.append(Block("heading", f"Section {section} {chance.choice(WORDS)}", level=2))
        blocks += [paragraph(chance, chance.randint(5, 90)) for _ in range(8)]
    return blocks


BLOCKS = st.lists(
    st.builds(
        Block,
        kind=KINDS,
        text=st.text(alphabet="ab زي.!?|\n\0\ud800😀", max_size=60).map(lambda text: text * 8),
        level=st.integers(1, 4),
        page=st.none() | st.integers(1, 9),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=150)
@given(BLOCKS, st.text(max_size=40), st.sampled_from([24, 64, 256]))
def test_chunks_give_back_the_text_and_fit(blocks: list[Block], title: str, limit: int) -> None:
    """Joined in order the bodies are the text, no chunk exceeds the limit, ordinals and ranges follow on."""
    chunks = chunks_of(*blocks, title=title, limit=limit)
    texts = [encodable(block.text).strip() for block in blocks]
    assert joined_text(chunks) == "\n".join(text for text in texts if text)
    assert all(COUNT(chunk.embedded_text) <= limit for chunk in chunks)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.first_block <= chunk.last_block for chunk in chunks)
    assert all(one.last_block <= two.first_block for one, two in itertools.pairwise(chunks))
    assert chunks == chunks_of(*blocks, title=title, limit=limit)


def test_a_heading_starts_a_chunk_and_is_carried() -> None:
    """Each chunk names the headings it stands below; headings directly below one another stay together."""
    chunks = chunks_of(
        Block("paragraph", "Welcome."),
        Block("heading", "Tyres", level=2),
        Block("heading", "Winter tyres", level=3),
        Block("paragraph", "Four for three."),
        Block("heading", "Oil", level=2),
        Block("list_item", "Filter included."),
    )
    assert [chunk.heading for chunk in chunks] == ["Offers", "Offers > Tyres", "Offers > Oil"]
    assert [chunk.body for chunk in chunks] == [
        "Welcome.",
        "Tyres\nWinter tyres\nFour for three.",
        "Oil\nFilter included.",
    ]
    assert chunks[1].embedded_text == "Offers\nTyres\nWinter tyres\nFour for three."


def test_a_long_section_carries_its_heading_on() -> None:
    """The second chunk of a section is embedded below the section's path."""
    chance = random.Random(1)
    chunks = chunks_of(Block("heading", "Terms", level=2), *(paragraph(chance, 50) for _ in range(12)))
    assert len(chunks) > 3
    assert {chunk.heading for chunk in chunks} == {"Offers > Terms"}
    assert all(chunk.embedded_text.startswith("Offers > Terms\n") for chunk in chunks[1:])


def test_a_page_number_is_the_first_blocks() -> None:
    """A chunk is cited by the page it begins on."""
    chunks = chunks_of(Block("paragraph", "One.", page=3), Block("paragraph", "Two.", page=4))
    assert [(chunk.page, chunk.first_block, chunk.last_block) for chunk in chunks] == [(3, 0, 1)]


def test_a_title_that_is_the_first_heading_comes_once() -> None:
    """A page whose h1 repeats its title does not spend the model's room on it twice."""
    chunks = chunks_of(
        Block("heading", "Offers", level=1), Block("heading", "Oil", level=2), Block("paragraph", "Now.")
    )
    assert [chunk.heading for chunk in chunks] == ["Offers"]
    assert chunks[0].embedded_text == "Offers\nOil\nNow."


def test_a_row_too_long_for_a_chunk_keeps_headers_with_cells() -> None:
    """No cell of a table is parted from its column's name."""
    row = " | ".join(f"Column {i}: {' '.join(['value'] * 20)}" for i in range(30))
    chunks = chunks_of(Block("table_row", row))
    assert len(chunks) > 2
    assert all(chunk.body.startswith("Column") for chunk in chunks)


@pytest.mark.hazard("B5")
@pytest.mark.parametrize("text", ["x" * 2_000_000, "?" * 5_000, "زيت" * 4_000])
def test_text_without_end_is_bounded(text: str) -> None:
    """A token of two megabytes becomes chunks of bounded size, although the tokenizer calls it one unknown word."""
    chunks = chunks_of(Block("paragraph", text), title="t" * 10_000)
    assert max(len(chunk.embedded_text) for chunk in chunks) <= 16 * 256
    assert all(COUNT(chunk.embedded_text) <= 256 for chunk in chunks)
    assert joined_text(chunks) == text


def test_one_edited_paragraph_costs_few_chunks() -> None:
    """Over 60 made-up pages one changed paragraph brings on average at most 1.5 new texts, and never over 4."""
    new = []
    for seed in range(60):
        chance = random.Random(seed)
        before = page(chance)
        place = chance.choice([i for i, block in enumerate(before) if block.kind == "paragraph"])
        after = [*before]
        after[place] = Block("paragraph", before[place].text + " A sentence that was added.")
        known = {chunk.embedded_text for chunk in chunks_of(*before)}
        new.append(sum(chunk.embedded_text not in known for chunk in chunks_of(*after)))
    assert sum(new) / len(new) <= 1.5
    assert max(new) <= 4


def test_white_space_at_the_ends_of_blocks_costs_nothing() -> None:
    """Blank blocks and surrounding white space change no chunk's text."""
    plain = chunks_of(Block("paragraph", "One."), Block("paragraph", "Two."))
    spaced = chunks_of(Block("paragraph", " One.\n"), Block("paragraph", "  "), Block("paragraph", "Two. "))
    assert [chunk.embedded_text for chunk in plain] == [chunk.embedded_text for chunk in spaced]


def test_a_model_without_room_is_refused() -> None:
    """A limit that special tokens fill is an error, not an endless split."""
    with pytest.raises(FreshetError, match="no room"):
        chunks_of(Block("paragraph", "One."), limit=6)


def test_what_is_only_true_together_stays_together_where_it_fits() -> None:
    """An offer's tag, headings and terms make one chunk; one too long is cut as anything else."""
    short = [Block("paragraph", "Engine oil"), Block("heading", "Oil change", 1), Block("paragraph", "SAR 119")]
    (chunk,) = chunk_blocks(short, title="Oil change", count_tokens=COUNT, max_tokens=256, whole=True)
    assert chunk.body == "Engine oil\nOil change\nSAR 119"
    long = [*short, *(Block("paragraph", f"Term number {n} " * 30) for n in range(9))]
    assert len(chunk_blocks(long, title="Oil change", count_tokens=COUNT, max_tokens=256, whole=True)) > 1


def test_where_a_link_in_the_text_leads_is_quoted_and_not_embedded() -> None:
    """Another path or campaign behind a written address: the same cuts, the same embedded texts, the new body."""
    chance = random.Random(7)
    before = page(chance)
    place = next(i for i, block in enumerate(before) if block.kind == "paragraph")
    linked = [f"Terms: https://www.shop.example/{path} apply." for path in ("terms-2025.pdf", "t/2026?utm_source=x")]
    pages = [[*before[:place], Block("paragraph", text), *before[place:]] for text in linked]
    old, new = (chunks_of(*blocks) for blocks in pages)
    assert [chunk.embedded_text for chunk in old] == [chunk.embedded_text for chunk in new]
    assert [chunk.body for chunk in old] != [chunk.body for chunk in new]
    assert any("Terms: shop.example apply." in chunk.embedded_text for chunk in new)


def test_a_language_that_the_model_does_not_cover_is_measured_in_words() -> None:
    """An Arabic paragraph that a reader sees as short stays whole, though the model's tokenizer makes shreds of it."""
    text = "يشمل العرض تغيير زيت المحرك والفلتر وفحص السيارة لجميع العملاء في فروعنا " * 8
    by_words = chunk_blocks([Block("paragraph", text)], title="", count_tokens=tokens_by_words, max_tokens=256)
    assert COUNT(text) > 256
    assert len(by_words) == 1
    assert len(chunks_of(Block("paragraph", text))) > 1


def test_words_count_about_as_tokens_do() -> None:
    """Thirteen tokens for ten words, nothing for nothing, each ideograph a word."""
    assert [tokens_by_words(text) for text in ("", "one two", " ".join(["كلمة"] * 100), "漢字かな")] == [0, 3, 130, 6]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(0, 39))
def test_an_added_sentence_makes_few_chunks_anew_by_words_too(seed: int, place: int) -> None:
    """Where chunks are measured in words, a sentence added to a page of 40 paragraphs changes at most four."""
    chance = random.Random(seed)
    blocks = [paragraph(chance, chance.randint(5, 90)) for _ in range(40)]
    edited = [*blocks[:place], Block("paragraph", blocks[place].text + " جملة جديدة."), *blocks[place + 1 :]]

    def texts(page: list[Block]) -> set[str]:
        cut = chunk_blocks(page, title="عروض", count_tokens=tokens_by_words, max_tokens=256)
        return {chunk.embedded_text for chunk in cut}

    assert len(texts(edited) - texts(blocks)) <= 4
