"""The words dates and windows are written with, English and Arabic: months, weekdays, and what stands before an end.

Every phrase is folded as `datetokens.fold` folds a text, so a table may be written in ordinary spelling. A
language is added by adding its rows here; no rule of the grammar names a word.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["HIJRI", "MONTHS", "PHRASES", "WEEKDAYS", "WEEKENDS", "ZONES", "Kind"]

Kind = Literal[
    "until", "before", "from", "to", "on", "every", "and", "of", "also", "end_of", "weekend", "today",
    "validity", "booking", "part", "other", "not_window",
    "limited", "hijri_era", "common_era", "filler", "noon", "midnight",
    "am", "pm",
]  # fmt: skip

# Language -> spellings of the twelve months, in order; one string a month, forms divided by "|".
MONTHS: dict[str, tuple[str, ...]] = {
    "en": (
        "january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug",
        "september|sept|sep", "october|oct", "november|nov", "december|dec|decmber",
    ),
    "ar": (  # Gulf and Egypt | Levant and Iraq | Maghreb
        "يناير|كانون الثاني|جانفي", "فبراير|شباط|فيفري", "مارس|آذار|اذار", "أبريل|ابريل|إبريل|نيسان|أفريل",
        "مايو|أيار|ايار|ماي", "يونيو|يونيه|حزيران|جوان", "يوليو|يوليه|تموز|جويلية", "أغسطس|اغسطس|آب|أوت",
        "سبتمبر|أيلول|ايلول", "أكتوبر|اكتوبر|تشرين الأول|تشرين أول", "نوفمبر|تشرين الثاني|تشرين ثاني",
        "ديسمبر|كانون الأول|كانون أول",
    ),
}  # fmt: skip

HIJRI: dict[str, tuple[str, ...]] = {
    "en": (
        "muharram", "safar", "rabi al awwal|rabi al-awwal|rabi i|rabi 1",
        "rabi al thani|rabi al-thani|rabi al akhir|rabi ii|rabi 2",
        "jumada al ula|jumada al-ula|jumada al awwal|jumada i|jumada 1",
        "jumada al akhirah|jumada al-akhirah|jumada al thani|jumada al thaniyah|jumada ii|jumada 2", "rajab",
        "shaban|sha'ban|shaaban", "ramadan|ramadhan|ramazan", "shawwal|shawal",
        "dhu al qadah|dhu al-qadah|dhul qadah|dhu al-qi'dah|dhul qidah|zul qadah",
        "dhu al hijjah|dhu al-hijjah|dhul hijjah|dhul-hijjah|zul hijjah",
    ),
    "ar": (
        "محرم|المحرم", "صفر", "ربيع الأول|ربيع أول", "ربيع الآخر|ربيع الثاني|ربيع ثاني",
        "جمادى الأولى|جمادى الأول|جمادي الأولى", "جمادى الآخرة|جمادى الثانية|جمادى الآخر|جمادي الآخرة", "رجب", "شعبان",
        "رمضان", "شوال", "ذو القعدة|ذي القعدة|ذوالقعدة", "ذو الحجة|ذي الحجة|ذوالحجة",
    ),
}  # fmt: skip

# Monday first, as date.weekday() counts.
WEEKDAYS: dict[str, tuple[str, ...]] = {
    "en": (
        "monday|mondays|mon", "tuesday|tuesdays|tue|tues", "wednesday|wednesdays|wed",
        "thursday|thursdays|thu|thurs|thur",
        "friday|fridays|fri", "saturday|saturdays|sat", "sunday|sundays|sun",
    ),
    "ar": (
        "الاثنين|الإثنين|اثنين|إثنين", "الثلاثاء|ثلاثاء", "الأربعاء|أربعاء", "الخميس|خميس", "الجمعة|جمعة", "السبت|سبت",
        "الأحد|أحد",
    ),
}  # fmt: skip

# IANA zones whose weekend is not Saturday and Sunday.
WEEKENDS: dict[str, tuple[int, int]] = {
    "Asia/Riyadh": (4, 5), "Asia/Kuwait": (4, 5), "Asia/Qatar": (4, 5), "Asia/Bahrain": (4, 5), "Asia/Muscat": (4, 5),
    "Africa/Cairo": (4, 5), "Asia/Amman": (4, 5), "Asia/Baghdad": (4, 5), "Asia/Aden": (4, 5),
}  # fmt: skip

# What a text calls a zone -> IANA name.
ZONES: dict[str, str] = {
    "utc": "UTC", "gmt": "UTC", "ksa time": "Asia/Riyadh", "saudi time": "Asia/Riyadh", "riyadh time": "Asia/Riyadh",
    "makkah time": "Asia/Riyadh", "mecca time": "Asia/Riyadh", "بتوقيت السعودية": "Asia/Riyadh",
    "بتوقيت الرياض": "Asia/Riyadh", "بتوقيت مكة": "Asia/Riyadh", "بتوقيت مكة المكرمة": "Asia/Riyadh",
    "بتوقيت غرينتش": "UTC", "dubai time": "Asia/Dubai", "uae time": "Asia/Dubai", "بتوقيت الإمارات": "Asia/Dubai",
}  # fmt: skip

# Language -> kind -> phrases. The longest phrase that matches wins.
PHRASES: dict[str, dict[Kind, str]] = {
    "en": {
        "until": "until|till|til|'til|through|thru|up to|upto|up until|expires|expire|expiring|expiry|expiry date"
        "|expiration|expiration date|ends|ending|end date|last day|last date|no later than|not later than|deadline"
        "|closes"
        "|valid to|valid through|available to|runs to|by",
        "before": "before|prior to",
        "from": "from|between|starting|starts|start|start date|beginning|begins|commencing|commences|effective"
        "|valid from"
        "|available from|as from|as of",
        "to": "to",
        "on": "on|valid on|only on",
        "every": "every|each|on every|valid every",
        "and": "and",
        "of": "of",
        "also": "corresponding to|which is|i.e",
        "end_of": "end of|the end of|end",
        "weekend": "weekend|weekends",
        "today": "today|today only",
        "validity": "valid|validity|offer|offers|promo|promos|promotion|promotions|promotional|sale|discount|discounts"
        "|deal|deals|price|prices|campaign|voucher|vouchers|coupon|coupons|code|available|applies|applicable"
        "|redeemable"
        "|period|special|save|savings|cashback|bundle|package|packages|runs|rate|rates|free",
        "part": "epp|easy payment|easy payment plan|easy payment plans|installment|installments|instalment|instalments"
        "|installment plan|installment plans",
        "booking": "booking|bookings|registration",
        "other": "stay|stays|travel|redemption|redeem|delivery|warranty|check-in|check in|flights",
        "not_window": "born|published|posted|updated|last updated|founded|established|since|dated|issued|copyright"
        "|reviewed|written|opened|manufactured|printed|joined|incorporated",
        "limited": "while stocks last|while stock lasts|while supplies last|until stocks last|limited time only"
        "|limited time"
        "|until further notice|as long as stocks last",
        "hijri_era": "ah|a.h|h|hijri",
        "common_era": "ad|ce|a.d",
        "filler": "the|date|day|is|are|it|at|be|will|and including",
        "noon": "noon|12 noon",
        "midnight": "midnight|12 midnight",
        "am": "am|a.m|a.m.",
        "pm": "pm|p.m|p.m.",
    },
    "ar": {
        "until": "حتى|حتي|لغاية|لغايه|إلى غاية|الى غاية|حتى تاريخ|ينتهي|تنتهي|ينتهي في|تنتهي في|ينتهي العرض"
        "|ينتهي العرض في"
        "|ينتهي بتاريخ|تاريخ الانتهاء|تاريخ انتهاء|انتهاء العرض|آخر موعد|آخر يوم|آخر تاريخ|موعد أقصاه|في موعد أقصاه"
        "|ساري حتى|سارية حتى|صالح حتى|صالحة حتى|ساري لغاية|سارية لغاية|صالح لغاية|صالحة لغاية|وحتى|ولغاية"
        "|تنتهي صلاحيته"
        "|تنتهي الصلاحية|ينتهي مفعوله|صالح إلى|ساري إلى|صالحة إلى|سارية إلى|ينتهي يوم|تنتهي يوم",
        "before": "قبل|قبل تاريخ",
        "from": "من|بين|ما بين|ابتداء من|ابتداءً من|إبتداء من|اعتبارا من|اعتباراً من|بدءا من|بدءاً من|يبدأ|تبدأ"
        "|يبدأ من|تبدأ من|يبدأ في"
        "|تبدأ في|بداية من|من تاريخ|يسري من|تسري من|تاريخ البدء|من يوم",
        "to": "إلى|الى|وإلى|والى|إلى يوم|إلى تاريخ",
        "on": "في|بتاريخ|يوم|في يوم|فقط يوم",
        "every": "كل|كل يوم|في كل|أيام",
        "and": "و",
        "also": "الموافق|الموافقة|الموافق ل|يوافق",
        "end_of": "نهاية|نهاية شهر|آخر شهر|انتهاء شهر|نهايه",
        "weekend": "نهاية الأسبوع|عطلة نهاية الأسبوع|نهايات الأسبوع",
        "today": "اليوم فقط|لليوم فقط|اليوم",
        "validity": "عرض|العرض|عروض|العروض|خصم|الخصم|خصومات|تخفيض|تخفيضات|سعر|السعر|أسعار|الأسعار|ساري|سارية|يسري|تسري"
        "|صالح|صالحة|صلاحية|مجانا|مجاني|كوبون|قسيمة|باقة|حملة|الحملة|وفر|فترة|متاح|متاحة|توفير",
        "booking": "الحجز|حجز|التسجيل",
        "part": "التقسيط|تقسيط",
        "other": "الإقامة|السفر|الاستبدال|الضمان|التوصيل",
        "not_window": "ولد|مواليد|نشر|نشرت|تم النشر|تاريخ النشر|آخر تحديث|تحديث|منذ|تأسست|تأسس|صدر|صدرت|افتتح",
        "limited": "حتى نفاد الكمية|حتى نفاذ الكمية|حتى نفاد الكميات|حتى نفاذ الكميات|لفترة محدودة|لوقت محدود"
        "|لمدة محدودة"
        "|حتى إشعار آخر",
        "hijri_era": "هـ|ه|هجري|هجرية|للهجرة",
        "common_era": "م|ميلادي|ميلادية",
        "filler": "تاريخ|شهر|عام|سنة|لعام|لسنة|الساعة|من شهر|من عام|تمام الساعة|هو",
        "noon": "ظهرا|ظهراً|الظهر",
        "midnight": "منتصف الليل|منتصف ليل",
        "am": "ص|صباحا|صباحاً",
        "pm": "مساء|مساءً|عصرا|عصراً|ليلا|ليلاً",
    },
}
