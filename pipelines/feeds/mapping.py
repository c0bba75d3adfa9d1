"""From a feed's own names to ours: as the source says, as the standard says, or guessed from names everybody uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.feeds.raw import BrokenFeed, Raw, names_of, texts_at

__all__ = ["Fields", "Mapped", "field_map", "mapped"]

Mapped = dict[str, str | list[str]]  # our field -> text, or texts where several count

# Our field -> paths of theirs: the first that holds something speaks.
Fields = Mapping[str, tuple[str, ...]]

SEVERAL = frozenset({"category", "valid_until"})  # every value counts: all categories, the earliest end
_JOINED = frozenset({"text", "description", "terms", "validity"})  # several values are paragraphs of one

_RSS: Fields = {
    "key": ("guid", "link"),
    "title": ("title",),
    "url": ("link",),
    "description": ("description",),
    "text": ("content:encoded",),
    "category": ("category",),
    "observed_at": ("pubDate", "dc:date"),  # when it was written, from which «until Friday» counts; never a window
    "image": ("enclosure.@url", "media:content.@url", "media:thumbnail.@url"),
    "language": ("dc:language",),
}
_ATOM: Fields = {
    "key": ("id",),
    "title": ("title",),
    "url": ("link.@rel=alternate.@href",),
    "description": ("summary",),
    "text": ("content",),
    "category": ("category.@label", "category.@term"),
    "observed_at": ("published",),
    "language": ("@xml:lang",),
}
# Google's product data specification, the names with and without their prefix.
_MERCHANT_NAMES = {
    "key": "id",
    "title": "title",
    "description": "description",
    "url": "link",
    "image": "image_link",
    "category": "product_type google_product_category",
    "price": "sale_price",
    "price_before": "price",
    "sale_dates": "sale_price_effective_date",
    "valid_until": "expiration_date",
    "availability": "availability",
}
_MERCHANT: Fields = {
    field: tuple(path for name in names.split() for path in (f"g:{name}", name))
    for field, names in _MERCHANT_NAMES.items()
}

# Names people give their columns, best first; compared without case, spaces, signs and prefixes.
_KNOWN: dict[str, str] = {
    "key": "key id sku uid guid product_id item_id offer_id record_id article_number المعرف الرقم رقم_العرض رقم_المنتج",
    "title": "title name headline product_name item_name offer_name offer_title subject heading"
    " العنوان الاسم اسم_العرض اسم_المنتج اسم_الخدمة العرض عنوان اسم",
    "validity": "validity validity_text valid validity_period promo_period offer_period period valid_dates"
    " الصلاحية صلاحية_العرض فترة_العرض مدة_العرض سريان_العرض صلاحية",
    "valid_from": "valid_from start_date starts_at starts start date_from from_date begins begin begin_date"
    " validity_start offer_start promo_start date_start available_from"
    " تاريخ_البداية تاريخ_البدء بداية_العرض يبدأ من_تاريخ",
    "valid_until": "valid_until valid_to valid_through valid_thru end_date ends_at ends end expires_at expires expiry"
    " expiry_date expiration expiration_date expire_date date_to to_date until price_valid_until validity_end offer_end"
    " promo_end date_end available_until تاريخ_الانتهاء تاريخ_النهاية نهاية_العرض ينتهي ينتهي_في حتى_تاريخ",
    "price": "sale_price offer_price promo_price discounted_price special_price price_after current_price price_now"
    " new_price price السعر_بعد_الخصم سعر_العرض السعر_الحالي السعر سعر",
    "price_before": "price_before old_price regular_price list_price original_price compare_at_price was_price"
    " price_was base_price msrp rrp price السعر_قبل_الخصم السعر_السابق السعر_الأصلي السعر_القديم السعر سعر",
    "currency": "currency currency_code price_currency cur العملة عملة",
    "discount_percent": "discount_percent discount_percentage percent_off discount_pct percentage نسبة_الخصم",
    "code": "code promo_code coupon coupon_code voucher voucher_code discount_code كود_الخصم كود رمز_الخصم الكود",
    "category": "category categories product_type category_name product_category department tags tag"
    " google_product_category الفئة القسم التصنيف الفئات التصنيفات",
    "url": "url link href permalink product_url page_url item_url landing_page deeplink الرابط رابط",
    "image": "image image_url image_link img picture photo thumbnail picture_url الصورة صورة رابط_الصورة",
    "terms": "terms conditions terms_and_conditions tnc terms_conditions الشروط الشروط_والأحكام",
    "language": "language lang locale اللغة لغة",
    "observed_at": "observed_at",
    "description": "description summary short_description subtitle excerpt teaser desc الوصف وصف الوصف_المختصر نبذة",
    "text": "text body content full_description long_description details detail description_long التفاصيل النص المحتوى",
    "sale_dates": "sale_price_effective_date",
    "availability": "availability",
}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class _Known:
    """A field's well-known names."""

    field: str
    names: tuple[str, ...]


_GUESSES = tuple(_Known(field, tuple(names.split())) for field, names in _KNOWN.items())


def field_map(given: Mapping[str, str], sample: Sequence[Mapping[str, Raw]], *, standard: str = "") -> Fields:
    """Which of the feed's fields mean what, judged by its first items.

    `given` speaks first. What it leaves out is taken from the standard (`standard`: rss, atom, or empty), for other
    feeds guessed when nothing is given. Raises BrokenFeed when no field is a title, or a given key or title is
    in no item.
    """
    names = dict.fromkeys(name for item in sample for name in names_of(item))
    base = _standard(standard, names)
    if base is None:
        base = {} if given else _guessed(names)
    fields = {**base, **{field: (path,) for field, path in given.items()}}
    for field in ("key", "title"):
        if field in given and sample and not any(texts_at(item, given[field]) for item in sample):
            raise BrokenFeed(
                f"{field} = {given[field]!r} stands in none of its first {len(sample)} items; {_told(names)}"
            )
    if "title" not in fields:
        fields["title"] = _guessed(names).get("title", ())
    if not fields["title"] and sample:
        raise BrokenFeed(f'no field of it is known for a title; {_told(names)}: name one, fields = {{ title = "…" }}')
    return fields


def mapped(item: Mapping[str, Raw], fields: Fields) -> Mapped:
    """The item under our names, without what is empty."""
    found: Mapped = {}
    for field, paths in fields.items():
        values = _values(item, paths, all_of_them=field in SEVERAL)
        if not values:
            continue
        if field in SEVERAL:
            found[field] = list(dict.fromkeys(values))
        else:
            found[field] = "\n\n".join(dict.fromkeys(values)) if field in _JOINED else values[0]
    return found


def _values(item: Mapping[str, Raw], paths: Iterable[str], *, all_of_them: bool) -> list[str]:
    found: list[str] = []
    for path in paths:
        found += texts_at(item, path)
        if found and not all_of_them:
            break
    return found


def _standard(name: str, names: Iterable[str]) -> Fields | None:
    """The mapping of a standard, that of Google's product data first, wherever that stands."""
    has = set(names)
    merchant = any(name.startswith("g:") for name in has) or {"image_link", "availability", "id", "link"} <= has
    of_format = {"rss": _RSS, "atom": _ATOM}.get(name)
    if not merchant:
        return of_format
    base = of_format or {}
    return {**base, **{field: (*paths, *base.get(field, ())) for field, paths in _MERCHANT.items()}}


def _guessed(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    left = sorted(names, key=lambda name: name.count("."))
    fields: dict[str, tuple[str, ...]] = {}
    for known in _GUESSES:
        path = next((path for name in known.names for path in left if _plain(path) == name), None)
        if path is not None:
            fields[known.field] = (path,)
            left.remove(path)
    return fields


def _plain(path: str) -> str:
    """A name as the lists above have it: its last step, words joined by one sign, no case, no prefix."""
    last = path.rpartition(".")[2].lstrip("@").rpartition(":")[2]
    return re.sub(r"[\W_]+", "_", _HUMP.sub("_", last)).strip("_").casefold()


def _told(names: Iterable[str]) -> str:
    return "its fields are " + (", ".join(list(names)[:30]) or "none")
