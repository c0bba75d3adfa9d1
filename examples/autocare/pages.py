"""Everything the site answers with, rendered once for a base address and a moment of opening."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from examples.autocare.markup import declared_end, declared_start, json_ld
from examples.autocare.noise import MARKS
from examples.autocare.offers import LANGUAGES, Offer, load_content, load_offers
from examples.autocare.wording import Language

__all__ = ["DOCUMENTS", "EDITION", "HERE", "Resource", "render_site"]

HERE = Path(__file__).parent
DOCUMENTS = {
    "price_list": "/documents/nashmaq-price-list.xlsx",
    "warranty": "/documents/nashmaq-warranty.pdf",
    "terms_document": "/documents/nashmaq-terms.docx",
}

# When the committed documents were last edited, for Last-Modified and inside them: move it on with their content.
# A file's own time would differ from checkout to checkout.
EDITION = datetime(2026, 1, 4, 9, tzinfo=UTC)
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SECTIONS = ("offers", "services", "branches", "faq")


@dataclass(frozen=True)
class Resource:
    """One answer of the site."""

    body: bytes  # UTF-8 with the marks of `noise` when it is a page
    media_type: str
    etag: str  # weak for pages: their bytes differ at each request, what they say does not
    last_modified: datetime | None = None
    noisy: bool = False  # True: marks are to be filled before it is sent


@dataclass(frozen=True)
class _Site:
    """What every template is told."""

    base: str  # scheme, host and port, no slash
    opened: datetime
    offers: tuple[Offer, ...]
    labels: Mapping[str, Any]
    environment: Environment


def render_site(base: str, opened: datetime) -> dict[str, Resource]:
    """Path -> what stands there, "/404/en" and "/404/ar" included, for a site opened at `opened` (aware)."""
    site = _Site(base, opened, load_offers(), load_content("labels"), _environment())
    resources = dict(_files())
    for language in LANGUAGES:
        resources |= dict(_pages(site, language))
    resources["/sitemap.xml"] = _plain(_sitemap(site, resources), "application/xml")
    resources["/robots.txt"] = _plain(f"User-agent: *\nAllow: /\nSitemap: {base}/sitemap.xml\n", "text/plain")
    return resources


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _pages(site: _Site, language: Language) -> Iterator[tuple[str, Resource]]:
    cards = [_card(site, offer, language) for offer in site.offers if language in offer.words]
    yield f"/{language}/", _page(site, language, "home", "", cards=cards)
    yield f"/{language}/offers", _page(site, language, "list", "offers", cards=cards)
    for card in cards:
        other = [each for each in cards if each["category"] == card["category"] and each is not card]
        yield card["path"], _page(site, language, "offer", f"offers/{card['slug']}", card=card, other=other)
    for name in ("services", "branches", "faq"):
        yield f"/{language}/{name}", _page(site, language, name, name, content=load_content(name))
    if language == "ar":
        yield "/ar/summer-guide", _page(site, "ar", "article", "summer-guide", content=load_content("summer"))
    yield f"/404/{language}", _page(site, language, "missing", None)


def _page(site: _Site, language: Language, template: str, rest: str | None, **content: Any) -> Resource:
    """The page at /<language>/<rest>; without `rest` it has no address of its own."""
    alternates = {} if rest is None else {each: f"/{each}/{rest}" for each in _languages(site, rest)}
    text = site.environment.get_template(f"{template}.html").render(
        language=language,
        labels=site.labels[language],
        categories={key: names[language] for key, names in site.labels["categories"].items()},
        base=site.base,
        path=alternates.get(language),
        alternates=alternates,
        sections=_SECTIONS,
        documents=DOCUMENTS,
        noise=MARKS,
        **content,
    )
    body = text.encode()
    return Resource(body, "text/html; charset=utf-8", f'W/"{_digest(body)}"', noisy=True)


def _languages(site: _Site, rest: str) -> tuple[Language, ...]:
    """The languages in which a page exists."""
    if rest == "summer-guide":
        return ("ar",)
    slug = rest.removeprefix("offers/")
    return next((tuple(offer.words) for offer in site.offers if offer.slug == slug), LANGUAGES)


def _card(site: _Site, offer: Offer, language: Language) -> dict[str, Any]:
    """What the templates show of an offer."""
    words, span, path = offer.words[language], offer.span(site.opened), offer.path(language)
    image = f"/media/{offer.category}.svg"
    seller = site.labels[language]["name"]
    return {
        "slug": offer.slug,
        "path": path,
        "category": offer.category,
        "image": image,
        "price": offer.price,
        "price_before": offer.price_before,
        "code": offer.code,
        "words": words,
        "validity": offer.validity(language, site.opened),
        "microdata": offer.markup == "microdata",
        "declared_start": declared_start(offer, span),
        "declared_end": declared_end(offer, span),
        "json_ld": json_ld(offer, words, site.opened, site.base + path, site.base + image, seller),
    }


def _sitemap(site: _Site, resources: Mapping[str, Resource]) -> str:
    paths = [path for path in resources if path.startswith(("/en/", "/ar/", "/documents/"))]
    return site.environment.get_template("sitemap.xml").render(
        base=site.base,
        entries=[(path, (resources[path].last_modified or site.opened).date().isoformat()) for path in sorted(paths)],
    )


def _files() -> Iterator[tuple[str, Resource]]:
    for file in sorted((HERE / "documents").iterdir()):
        yield f"/documents/{file.name}", _file(file)
    for file in sorted((HERE / "static").rglob("*.*")):
        yield f"/{file.relative_to(HERE / 'static').as_posix()}", _file(file)


def _file(file: Path) -> Resource:
    body = file.read_bytes()
    return Resource(body, _TYPES[file.suffix], f'"{_digest(body)}"', EDITION)


def _plain(text: str, media_type: str) -> Resource:
    body = text.encode()
    return Resource(body, f"{media_type}; charset=utf-8", f'"{_digest(body)}"')


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
