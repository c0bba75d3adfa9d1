"""The language of a text: what its page declares, as long as the script it is written in agrees."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

__all__ = ["language_of"]

# Script (first word of a letter's Unicode name) -> languages usually written in it; the first is the default.
_SCRIPTS = {
    "ARABIC": ("ar", "fa", "ur", "ps", "ckb", "ug", "sd"),
    "LATIN": (),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "be", "kk", "mk", "mn"),
    "GREEK": ("el",),
    "HEBREW": ("he", "yi", "iw"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "BENGALI": ("bn", "as"),
    "TAMIL": ("ta",),
    "SINHALA": ("si",),
    "MALAYALAM": ("ml",),
    "THAI": ("th",),
    "HANGUL": ("ko",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh", "ja", "ko", "yue"),
    "ARMENIAN": ("hy",),
    "GEORGIAN": ("ka",),
    "ETHIOPIC": ("am", "ti"),
}
# Letters that Arabic does not have.
_PERSIAN = re.compile("[پچژگکی]")
_URDU = re.compile("[ٹڈڑںےہھ]")
# Words so common that a paragraph hardly does without; none is shared by two of the languages.
_COMMON = {
    "en": "the and of with for from your this that are you is have will our",
    "fr": "les des est dans pour une avec sur vous nous qui sont votre aux",
    "es": "los las por con una del para como más este sus esta",
    "de": "der die und das ist mit für von auf den nicht ein eine sie",
    "it": "che della per una sono con gli nel alla più delle questo",
    "pt": "uma não com dos para mais são você pelo nas ao seu",
    "nl": "het een van voor niet zijn met dat deze ook naar",
    "tr": "ve bir bu için ile olarak daha çok olan",
    "id": "yang dan untuk dengan dari ini pada tidak dalam anda",
    "tl": "ang mga sa ng na ay para ito mo po",
    "pl": "się nie jest na do że jak przez dla oraz",
    "sv": "och att som för är på med till inte den",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_LETTERS = re.compile(r"[^\W\d_]+")
_SAMPLE = 20_000  # characters looked at; more do not change the answer


def language_of(text: str, declared: str | None = None) -> str:
    """The BCP 47 primary tag of a text's language, "und" when nothing tells.

    `declared` (say html lang) is believed when the text's own script allows it: Arabic text on a page
    that says "en" is "ar". Words decide between languages of the Latin script only when nothing is declared
    or the text plainly contradicts it.
    """
    stated = _primary(declared)
    script = _main_script(text[:_SAMPLE])
    if script is None:
        return stated or "und"
    if script == "LATIN":
        return _latin(text[:_SAMPLE], stated)
    languages = _SCRIPTS[script]
    return stated if stated in languages else _default(script, text[:_SAMPLE])


def _primary(declared: str | None) -> str | None:
    tag = re.split(r"[-_]", (declared or "").strip().lower())[0]
    return tag if re.fullmatch(r"[a-z]{2,3}", tag) else None


def _main_script(text: str) -> str | None:
    letters = Counter(_script(c) for word in _LETTERS.findall(text) for c in word)
    letters.pop(None, None)
    return letters.most_common(1)[0][0] if letters else None


@lru_cache(maxsize=4096)
def _script(letter: str) -> str | None:
    name = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    return name if name in _SCRIPTS else None


def _default(script: str, text: str) -> str:
    if script == "CJK" and re.search("[ぁ-ヿ]", text):
        return "ja"
    if script != "ARABIC":
        return _SCRIPTS[script][0]
    letters = max(1, len(_LETTERS.findall(text)))
    if len(_URDU.findall(text)) > letters / 10:
        return "ur"
    return "fa" if len(_PERSIAN.findall(text)) > letters / 5 else "ar"


def _latin(text: str, stated: str | None) -> str:
    words = Counter(word.lower() for word in _LETTERS.findall(text))
    total = sum(words.values())
    hits = {language: sum(words[w] for w in common) for language, common in _WORDS.items()}
    best = max(hits, key=lambda language: (hits[language], language == "en"))
    clear = hits[best] >= max(3, total / 20)
    if stated is None or stated in _NOT_LATIN:
        return best if clear else "und"
    contradicted = clear and total >= 50 and hits[best] > 5 * hits.get(stated, hits[best])
    return best if contradicted else stated


_NOT_LATIN = frozenset(language for languages in _SCRIPTS.values() for language in languages)
