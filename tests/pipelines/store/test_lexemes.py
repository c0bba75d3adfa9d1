"""What texts and queries are found by: the same on every server, codes kept whole, Arabic by stems and consonants."""

from __future__ import annotations

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection


def lexemes(conn: Connection, text: str) -> dict[str, int]:
    """Each lexeme of a text and how often it stands there."""
    rows = conn.execute(
        "select lexeme, coalesce(cardinality(positions), 1) from unnest(kb_store.lexemes(%s))", (text,)
    ).fetchall()
    return dict(rows)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("5W-30", "5W30 oil", "5w30"),
        ("٥W-30", "5w-30", "5w30"),
        ("R134a", "gas R-134a", "r134a"),
        ("205/55R16", "tyre 205/55 R16", "55"),
        ("W-204", "W204", "w204"),
        ("C200", "the C200's", "c200"),
        ("10,000 km", "10000km", "10000"),
        ("١٠٬٠٠٠ كم", "10000", "10000"),
        ("1,200.50", "1200.50 SAR", "1200.50"),
        ("Wi-Fi", "wifi", "wifi"),
        ("Sunni's", "Sunni", "sunni"),
        ("John’s", "john", "john"),
        ("Café", "cafe", "cafe"),
        ("ends.Next", "next", "next"),
        ("https://shop.test/en/offers", "offers", "offer"),
        ("changing tyres", "change a tyre", "tyre"),
    ],
)
def test_codes_numbers_and_english_meet_however_they_are_written(
    db: Connection, one: str, other: str, shared: str
) -> None:
    """Both ways of writing share the lexeme that tells."""
    assert shared in lexemes(db, one)
    assert shared in lexemes(db, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("والزيت", "زيت"),
        ("بالزيت", "زيت"),
        ("وبزيت", "زيت"),
        ("للسيارات", "سيارة"),
        ("زيوت", "زيت"),
        ("إطارات", "إطار"),
        ("الفروع", "فرع"),
        ("عروض", "عرض"),
        ("الأسعار", "سعر"),
        ("الْعَرَبِيَّة", "العـــربية"),
        ("مكتبه", "مكتبة"),
        ("مستشفي", "مستشفى"),
        ("؟العرض؟", "«العرض»،"),
        ("ﻋﺮﺽ", "عرض"),
        ("عرض\u200f", "عرض"),
        ("بـToyota", "toyota"),
    ],
)
def test_an_arabic_word_meets_its_other_forms(db: Connection, one: str, other: str) -> None:
    """Joined particles, broken plurals, diacritics, tatweel, forms of a letter and punctuation hide no word."""
    assert lexemes(db, one).keys() & lexemes(db, other).keys()


@pytest.mark.parametrize("word", ["زيت", "إطار", "فرع", "بطارية"])
def test_different_arabic_words_stay_different(db: Connection, word: str) -> None:
    """Reducing words does not make one of two that have nothing to do with each other."""
    for other in {"زيت", "إطار", "فرع", "بطارية", "سيارة", "خصم"} - {word}:
        assert not lexemes(db, word).keys() & lexemes(db, other).keys()


def test_what_lexemes_gives_is_pinned_to_its_state(db: Connection) -> None:
    """Whoever changes what a text is found by raises kb_store.analysis: stored texts are then made anew."""
    found = lexemes(db, "Oil change 5W-30 for 99.50 SAR at all branches: تغيير الزيت في جميع الفروع")
    assert db.execute("select kb_store.analysis()").fetchone() == (1,)
    assert found == {
        "oil": 1, "chang": 1, "5w": 1, "30": 1, "5w30": 1, "99": 1, "50": 1, "99.50": 1, "sar": 1, "branch": 1,
        "تغيير": 1, "ـتغر": 1, "زيت": 1, "ـزت": 1, "في": 1, "جميع": 1, "ـجمع": 1, "فروع": 1, "ـفرع": 1, "روع": 1,
    }  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=300))
def test_any_text_has_lexemes(db: Connection, text: str) -> None:
    """No text is refused, and none is made of anything but words: no space, quote or sign of a tsvector."""
    assert not any(set(lexeme) & set(string.whitespace + "'\\:,&|!()") for lexeme in lexemes(db, text))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["زيت", "عرض", "oil", "5W-30", "10,000", "a-b", "\u0661,", "\\", "'", "&"]), max_size=60)
)
def test_lexemes_do_not_depend_on_what_stands_around(db: Connection, words: list[str]) -> None:
    """Two texts set one below the other are found by what either is found by."""
    half = len(words) // 2
    one, other = " ".join(words[:half]), " ".join(words[half:])
    assert lexemes(db, f"{one}\n{other}").keys() == lexemes(db, one).keys() | lexemes(db, other).keys()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(alphabet=st.characters(exclude_characters="\0", codec="utf-8"), max_size=80),
            st.lists(
                st.sampled_from(["زيت", "وبالزيوت", "الإطارات،", "oil", "5W-30", "10,000", "زيت5"]), max_size=20
            ).map(" ".join),
        ),
        max_size=8,
    )
)
def test_many_texts_are_analysed_as_each_alone(db: Connection, texts: list[str]) -> None:
    """Publishing analyses a word once for all texts it stands in; what each is found by, and how often, is the same."""
    together = db.execute("select l::text from kb_store.lexemes_of(%s::text[]) l", (texts,)).fetchall()
    assert [row[0] for row in together] == [
        (db.execute("select kb_store.lexemes(%s)::text", (text,)).fetchone() or ("",))[0] for text in texts
    ]


def test_a_run_of_letters_that_no_word_has_hides_nothing(db: Connection) -> None:
    """A tsvector takes no word longer than 2,046 bytes: such a one is passed over, what stands beside it is found."""
    assert "زيت" in lexemes(db, "ق" * 5000 + " زيت")


def test_texts_of_another_analysis_are_made_anew_on_deployment(db: Connection) -> None:
    """A text whose lexemes an older state made is found by its words from then on."""
    db.execute(
        "insert into kb_store.passage (passage_sha256, content, terms) values (sha256('x'), 'Oil filters', 'filters:1')"
    )
    db.execute("select kb_store.analyse_anew()")
    assert db.execute("select tsvector_to_array(terms), analysis from kb_store.passage").fetchall() == [
        (["filter", "oil"], 1)
    ]
    assert db.execute("select count(*) from kb_store.lexeme where lexeme in ('oil', 'filter')").fetchone() == (2,)
