"""A garage's website in English and Arabic, made for these tests: cards that nothing declares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.badsite import BadSite, document

__all__ = ["TITLES", "serve", "serve_garage"]

TITLES = {
    "en": ("Engine oil change", "Wheel alignment and balancing", "Battery check and fitting", "Brake pads, front axle"),
    "ar": ("غيار زيت المحرك", "وزن أذرعة وترصيص", "فحص البطارية وتركيبها", "فحمات أمامية سيراميك"),
}
_WORDS = {
    "en": {"until": "Valid until {day}", "was": "was SAR {n}50", "now": "SAR {n}09", "more": "Book now",
           "title": "This month's offers", "text": "Fitted by our own people, parts included, at every branch.",
           "tags": ("Oil", "Tyres", "Battery", "Brakes")},
    "ar": {"until": "ساري حتى {day}", "was": "بدلا من {n}50 ر.س", "now": "{n}09 ر.س", "more": "احجز الآن",
           "title": "عروض هذا الشهر", "text": "التركيب على يد فنيينا والقطع مشمولة في جميع الفروع.",
           "tags": ("زيوت", "كفرات", "بطاريات", "فرامل")},
}  # fmt: skip
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
NAMED = {name: name for name in ("offer-card", "offer-title", "offer-text", "price-now", "price-was", "valid", "tag")}
HASHED = {name: f"css-{at}x7k{at}q" for at, name in enumerate(NAMED)}


def serve(site: BadSite, path: str, text: str) -> None:
    """The page as it stands, without the frame that `site.page` puts around."""
    site.script(path, document(text.encode(), "text/html; charset=utf-8"))


def serve_garage(site: BadSite, classes: dict[str, str]) -> None:
    """Both listings and a page for each offer; `classes` are the names the cards carry."""
    for language, other in (("en", "ar"), ("ar", "en")):
        serve(site, f"/{language}/offers", _listing(language, other, classes))
        for at, title in enumerate(TITLES[language], 1):
            serve(site, f"/{language}/offers/{at}", _framed(language, title, _detail(language, title)))


def _listing(language: str, other: str, classes: dict[str, str]) -> str:
    cards = "".join(_card(language, at, title, classes) for at, title in enumerate(TITLES[language], 1))
    heading = str(_WORDS[language]["title"])
    switch = f'<a href="/{other}/offers">{other.upper()}</a>'
    return _framed(language, heading, f'<nav>{switch}</nav><h1>{heading}</h1><div class="row gx-4">{cards}</div>')


def _card(language: str, at: int, title: str, classes: dict[str, str]) -> str:
    words = _WORDS[language]
    end = (datetime.now(UTC) + timedelta(days=10 + at)).date()
    day = f"{end.day} {_MONTHS[language].split()[end.month - 1]} {end.year}"
    return (
        f'<div class="col-md-4"><div class="{classes["offer-card"]} p-3"><img src="/img/{at}.jpg" alt="">'
        f'<span class="{classes["tag"]}">{words["tags"][at - 1]}</span>'
        f'<h3 class="{classes["offer-title"]}">{title}</h3><p class="{classes["offer-text"]}">{words["text"]}</p>'
        f'<div><span class="{classes["price-now"]}">{str(words["now"]).format(n=at)}</span> '
        f'<del class="{classes["price-was"]}">{str(words["was"]).format(n=at)}</del></div>'
        f'<p class="{classes["valid"]}">{str(words["until"]).format(day=day)}</p>'
        f'<a class="btn" href="/{language}/offers/{at}">{words["more"]}</a></div></div>'
    )


def _detail(language: str, title: str) -> str:
    return (
        f"<h1>{title}</h1><p>{_WORDS[language]['text']} " + "</p><p>".join([str(_WORDS[language]["text"])] * 4) + "</p>"
    )


def _framed(language: str, title: str, body: str) -> str:
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8"><title>{title}</title>'
        f"</head><body><header><a href='/'>Nine Spokes</a></header><main>{body}</main><footer>© Nine Spokes</footer>"
        "</body></html>"
    )
