"""Noise never counts: what a template changes from one look to the next costs no vector and opens no version."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.database import Connection
from tests.flows.replay import Replay

pytestmark = pytest.mark.usefixtures("folder")

# in the future whenever this is run, and within what a window may last
_END = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"
_CARDS = {
    "en": [
        ("Front brake pads", "Replaced in an hour, with a year of warranty.", "SAR 249", f"Until {_END}"),
        ("Cabin filter", "Fresh air for the summer, fitted while you wait.", "SAR 89", f"Valid until {_END}"),
        ("Battery check", "Tested free of charge at every branch.", "SAR 0", f"Until {_END}"),
    ],
    "ar": [
        ("فحص البطارية", "فحص شامل في جميع الفروع خلال عشر دقائق.", "٤٩ ريال", f"ساري حتى {_END}"),
        ("تغيير الزيت", "زيت أصلي مع فلتر وضمان ثلاثة أشهر.", "١٩٩ ريال", f"ساري حتى {_END}"),
        ("تلميع المصابيح", "إعادة لمعان المصابيح الأمامية في نصف ساعة.", "٩٩ ريال", f"ساري حتى {_END}"),
    ],
}
_PROSE = {
    "en": "Every branch is open from eight until ten, and on Friday from four. Bring the car's papers with you. "
    "We answer within a day when you write to us about a repair that did not hold.",
    "ar": "جميع الفروع مفتوحة من الثامنة حتى العاشرة ويوم الجمعة من الرابعة. أحضر أوراق السيارة معك. "
    "نرد خلال يوم واحد عندما تكتب إلينا عن إصلاح لم ينجح.",
}


class _Template:
    """A page's template, as it comes out at one look: `chance` fills in what differs from look to look."""

    def __init__(self, chance: random.Random, kinds: frozenset[str]) -> None:
        self._chance = chance
        self._kinds = kinds

    def page(self, language: str) -> str:
        cards = "".join(self._card(f"/{language}/{number}", *card) for number, card in enumerate(_CARDS[language]))
        return (
            f'<!doctype html><html lang="{language}"><head><title>{_CARDS[language][0][0]} - Shop</title>'
            f"{self._head()}</head>{self._comment()}<body{self._attributes('class=page')}>"
            f"{self._hidden()}<main><h1>{_CARDS[language][0][0]} +</h1>{self._advertisement()}"
            f"<section>{cards}</section>"
            f"{self._space()}<p{self._attributes()}>{self._words(_PROSE[language])}</p></main>"
            f"{self._script()}</body></html>"
        )

    def _card(self, path: str, title: str, text: str, price: str, validity: str) -> str:
        href = f'href="{path}{self._tracking()}"'
        return (
            f"{self._space()}<div{self._attributes('class=offer-card')}>{self._comment()}"
            f"<h3><a {href}>{self._words(title)}</a></h3>{self._space()}<p>{self._words(text)}</p>"
            f'<p><span{self._attributes("class=price")}>{price}</span> <em class="validity">{validity}</em></p></div>'
        )

    def _if(self, kind: str) -> bool:
        return kind in self._kinds

    def _token(self) -> str:
        return f"{self._chance.getrandbits(64):x}"

    def _head(self) -> str:
        token = f'<meta name="csrf-token" content="{self._token()}">' if self._if("token") else ""
        stamp = f'<meta name="generated" content="{self._chance.random()}">' if self._if("timestamp") else ""
        style = f"<style>.x{self._token()} {{ color: red }}</style>" if self._if("ad") else ""
        return token + stamp + style

    def _hidden(self) -> str:
        field = f'<form><input type="hidden" name="_token" value="{self._token()}"></form>' if self._if("token") else ""
        seen = f'<div hidden data-x="1">last_seen {self._token()}</div>' if self._if("last_seen") else ""
        return field + seen

    def _comment(self) -> str:
        return f"<!-- rendered in {self._chance.random():.4f} s, cache {self._token()} -->" * self._if("timestamp")

    def _advertisement(self) -> str:
        frame = f'<iframe src="/ads?{self._token()}"></iframe>'
        return f'<div id="ad-{self._token()}" data-query="{self._token()}">{frame}</div>' if self._if("ad") else ""

    def _script(self) -> str:
        if not self._if("last_seen"):
            return ""
        return f'<script>window.state = {{"last_seen": {self._chance.random()}, "nonce": "{self._token()}"}}</script>'

    def _tracking(self) -> str:
        if not self._if("tracking"):
            return ""
        return f"?utm_source={self._token()}&amp;utm_medium=banner&amp;fbclid={self._token()}"

    def _space(self) -> str:
        return self._chance.choice(["", " ", "\n\n  ", "\t\r\n"]) if self._if("space") else "\n"

    def _attributes(self, *fixed: str) -> str:
        given = [f'{name}="{value}"' for name, _, value in (part.partition("=") for part in fixed)]
        if self._if("order"):
            given += ['data-a="1"', 'role="group"', 'lang-x="y"']
            self._chance.shuffle(given)
        if self._if("token"):
            given.append(f'data-key="{self._token()}"')
        return "".join(f" {part}" for part in given)

    def _words(self, text: str) -> str:
        words = text.split(" ")
        if self._if("joiner"):
            words = [word[:1] + self._chance.choice(["", "\u200c"]) + word[1:] for word in words]
            words = [word + self._chance.choice(["", "\u200b", "\u200f", "\u00ad"]) for word in words]
        gaps = [" ", "  ", "\n", "&nbsp;", " \t"] if self._if("space") else [" "]
        return "".join(self._chance.choice(gaps) + word for word in words)


_KINDS = ("token", "timestamp", "ad", "order", "space", "joiner", "tracking", "last_seen")


@pytest.fixture
def shop(folder: Path, db: Connection) -> Replay:
    """A shop whose pages were looked at once, as the template gives them without any noise."""
    replay = Replay(folder, db)
    plain = _Template(random.Random(0), frozenset())
    replay.look({"/en": plain.page("en"), "/ar": plain.page("ar")})
    assert {row for (row,) in db.execute("select validity from kb_store.version")} == {"stated", "standing"}
    assert replay.count("served_entry") == 5  # three offers in two languages each, and what each page says besides
    return replay


@pytest.mark.hazard("C3")
@pytest.mark.parametrize("kind", _KINDS)
def test_each_kind_of_noise_costs_nothing(shop: Replay, kind: str) -> None:
    """Tokens, timestamps, ad ids, attribute order, white space, joiners, tracking parameters, last_seen: 0 and 0."""
    for seed in range(3):
        template = _Template(random.Random(seed), frozenset({kind}))
        assert shop.costs({"/en": template.page("en"), "/ar": template.page("ar")}) == (0, 0)


@pytest.mark.hazard("C3")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), kinds=st.frozensets(st.sampled_from(_KINDS), min_size=1))
def test_any_mixture_of_noise_costs_nothing(shop: Replay, seed: int, kinds: frozenset[str]) -> None:
    """However the template shuffles, the model is not asked and no version is opened."""
    template = _Template(random.Random(seed), kinds)
    assert shop.costs({"/en": template.page("en"), "/ar": template.page("ar")}) == (0, 0)
