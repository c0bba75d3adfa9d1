"""The words dates and windows are written with, English and Arabic: months, weekdays, and what stands before an end.

Every phrase is folded as `datetokens.fold` folds a text, so a table may be written in ordinary spelling. A
language is added by adding its rows here; no rule of the grammar names a word.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["HIJRI", "MONTHS", "PHRASES", "WEEKDAYS", "ZONES", "Kind"]

Kind = Literal[
    "until", "before", "from", "to", "on", "during", "every", "except", "and", "of", "also", "end_of", "middle_of",
    "start_of", "validity", "offer", "booking", "part", "other", "service", "lasting", "hours", "not_window",
    "limited", "hijri_era", "common_era", "filler", "noon", "midnight", "am", "pm",
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
        "shaban|sha'ban|shaaban", "ramadan|ramadhan|ramazan|holy month of ramadan|holy month", "shawwal|shawal",
        "dhu al qadah|dhu al-qadah|dhul qadah|dhu al-qi'dah|dhul qidah|zul qadah",
        "dhu al hijjah|dhu al-hijjah|dhul hijjah|dhul-hijjah|zul hijjah",
    ),
    "ar": (
        "محرم|المحرم", "صفر", "ربيع الأول|ربيع أول", "ربيع الآخر|ربيع الثاني|ربيع ثاني",
        "جمادى الأولى|جمادى الأول|جمادي الأولى", "جمادى الآخرة|جمادى الثانية|جمادى الآخر|جمادي الآخرة", "رجب", "شعبان",
        "رمضان|رمضان المبارك|رمضان الكريم|الشهر الكريم|الشهر الفضيل",
        "شوال", "ذو القعدة|ذي القعدة|ذوالقعدة", "ذو الحجة|ذي الحجة|ذوالحجة",
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
        "until": "until|till|til|'til|through|thru|up to|upto|up until|up till|exp|exp.|expires|expire|expired|expiring"
        "|expiry|expiry date|expiration|expiration date|ends|ended|ending|end on|end date|last day|last date|final day"
        "|final date"
        "|no later than|not later than|not after|deadline|closes|closing|closing date|finishes|concludes|valid to"
        "|valid through|available to|runs to|by",
        "before": "before|prior to",
        "from": "from|between|starting|starts|start|start date|beginning|begins|begin|commencing|commences|effective"
        "|effective date|valid from|available from|as from|as of|launching|kicks off",
        "to": "to",
        "on": "on|valid on|only on",
        "during": "during|throughout|all through|in|within|the month of|month of|the whole of|all of|whole month of",
        "every": "every|each|on every|valid every",
        "except": "except|excepting|excluding|excludes|other than|not valid on|not available on|not applicable on"
        "|not valid during|not applicable during|not applicable|not valid|blackout|blackout dates|black-out dates"
        "|black out dates|blocked dates|blackout period|blackout days|unavailable on|does not apply on|do not apply on"
        "|does not apply during|not available during|will not apply on|no discount on|cannot be used on",
        "and": "and",
        "of": "of",
        "also": "corresponding to|which is|i.e",
        "end_of": "end of|the end of|end",
        "middle_of": "mid|middle of|the middle of",
        "start_of": "beginning of|the beginning of|start of|the start of|early",
        "validity": "valid|validity|available|applies|applicable|redeemable|period|runs|code|voucher|vouchers|coupon"
        "|coupons|campaign",
        "offer": "offer|offers|promo|promos|promotion|promotions|promotional|sale|discount|discounts|deal|deals|price"
        "|prices|special|specials|save|savings|cashback|bundle|package|packages|rate|rates|free|off",
        "part": "epp|easy payment|easy payment plan|easy payment plans|installment|installments|instalment|instalments"
        "|installment plan|installment plans",
        "booking": "booking|bookings|book|registration|register|reservation|reservations|reserve",
        "other": "stay|stays|travel|travelling|traveling|redemption|redeem|redeemed|check-in|check in|flight|flights"
        "|fly"
        "|departure"
        "|departures|trip|trips",
        "service": "delivery|deliveries|deliver|delivered|shipping|ships|shipped|warranty|guarantee|return|returns"
        "|returned|refund|refunds|exchanges|cancel|cancellation|free cancellation|free returns|maintenance|credited"
        "|announced|winners",
        "lasting": "for|for the next|for a period of|for a total of|lasting|lasts|lasts for",
        "hours": "open|opening|opening hours|working hours|business hours|hours|closed|closed on|timings|timing"
        "|open daily|support",
        "not_window": "born|birth|birthday|dob|published|posted|posted by|published by|updated|last updated"
        "|last modified"
        "|founded|established|since|dated|issued|copyright|reviewed|written|opened|manufactured|printed|joined"
        "|incorporated|released|uploaded|created|registered|member since",
        "limited": "while stocks last|while stock lasts|while supplies last|while supply lasts|while quantities last"
        "|while it lasts|while they last|until stocks last|until stock lasts|till stocks last|till stock lasts"
        "|until supplies last|until sold out|limited time only|limited time|limited-time|limited period"
        "|until further notice|as long as stocks last|as long as supplies last",
        "hijri_era": "ah|a.h|h|hijri",
        "common_era": "ad|ce|a.d",
        "filler": "the|date|day|is|are|it|at|be|will|and including|including|inclusive of",
        "noon": "noon|12 noon",
        "midnight": "midnight|12 midnight",
        "am": "am|a.m|a.m.",
        "pm": "pm|p.m|p.m.",
    },
    "ar": {
        "until": "حتى|حتي|لغاية|لغايه|إلى غاية|الى غاية|حتى تاريخ|حتى يوم|لغاية يوم|لغاية تاريخ|لحد|ينتهي|تنتهي"
        "|ينتهي في"
        "|تنتهي في|ينتهي العرض|ينتهي العرض في|ينتهي العرض يوم|ينتهي بتاريخ|تنتهي بتاريخ|انتهى|انتهت|تاريخ الانتهاء"
        "|تاريخ انتهاء|تاريخ انتهاء العرض|تاريخ انتهاء الصلاحية|موعد الانتهاء|انتهاء العرض|نهاية العرض|تاريخ النهاية"
        "|آخر موعد|آخر يوم|آخر تاريخ|آخر أجل|موعد أقصاه|في موعد أقصاه|ساري حتى|سارية حتى|صالح حتى|صالحة حتى|ساري لغاية"
        "|سارية لغاية|صالح لغاية|صالحة لغاية|وحتى|ولغاية|وينتهي|وتنتهي|تنتهي صلاحيته|تنتهي الصلاحية|ينتهي مفعوله"
        "|صالح إلى"
        "|ساري إلى|صالحة إلى|سارية إلى|ينتهي يوم|تنتهي يوم",
        "before": "قبل|قبل تاريخ",
        "from": "من|بين|ما بين|ابتداء من|ابتداءً من|إبتداء من|اعتبارا من|اعتباراً من|بدءا من|بدءاً من|يبدأ|تبدأ"
        "|يبدأ من|تبدأ من|يبدأ في|تبدأ في|يبدأ العرض|بداية من|من تاريخ|يسري من|تسري من|تاريخ البدء|من يوم|بداية العرض"
        "|تاريخ البداية|تاريخ بداية العرض",
        "to": "إلى|الى|وإلى|والى|إلى يوم|إلى تاريخ",
        "on": "في|بتاريخ|يوم|يومي|في يوم|في يومي|فقط يوم|خلال يوم",
        "during": "خلال|طوال|طيلة|طول|على مدار|خلال شهر|طوال شهر|طيلة شهر|في شهر|بشهر|أيام شهر",
        "every": "كل|كل يوم|في كل|أيام|خلال أيام",
        "except": "ما عدا|ماعدا|عدا|باستثناء|بإستثناء|لا يسري|لا تسري|لا يسري في|غير ساري|لا يشمل|باستثناء يوم"
        "|ما عدا يوم"
        "|عدا يوم|باستثناء أيام|ما عدا أيام",
        "and": "و",
        "also": "الموافق|الموافقة|الموافق ل|يوافق",
        "end_of": "نهاية|نهاية شهر|آخر شهر|انتهاء شهر|نهايه|بنهاية|بنهاية شهر|مع نهاية|مع نهاية شهر|ختام شهر",
        "middle_of": "منتصف|منتصف شهر|نصف شهر",
        "start_of": "بداية|بداية شهر|أول شهر|مطلع|مطلع شهر|غرة|غرة شهر",
        "validity": "ساري|سارية|يسري|تسري|صالح|صالحة|صلاحية|كوبون|قسيمة|حملة|الحملة|فترة|الفترة|متاح|متاحة|متوفر"
        "|متوفرة",
        "offer": "عرض|العرض|عروض|العروض|عرضنا|عروضنا|خصم|الخصم|خصومات|الخصومات|تخفيض|تخفيضات|التخفيضات|سعر|السعر|أسعار"
        "|الأسعار|مجانا|مجاني|باقة|وفر|توفير|تنزيلات|التنزيلات",
        "booking": "الحجز|حجز|التسجيل|احجز|للحجز|فترة الحجز|الحجوزات|سجل",
        "part": "التقسيط|تقسيط",
        "other": "الإقامة|إقامة|للإقامة|السفر|سفر|للسفر|فترة السفر|فترة الإقامة|والسفر|والإقامة|الرحلات|المغادرة"
        "|الاستبدال",
        "service": "الضمان|ضمان|بضمان|التوصيل|توصيل|الشحن|شحن|التسليم|الإرجاع|إرجاع|الاسترجاع|استرجاع|الاسترداد|استرداد"
        "|الإلغاء|إلغاء|التبديل|الصيانة|الفائزين|الإعلان عن|يعلن",
        "lasting": "لمدة|ولمدة|على مدى|تستمر|يستمر|تستمر لمدة|يستمر لمدة|مدة العرض|مدته|مدتها",
        "hours": "الدوام|دوام|ساعات العمل|أوقات العمل|أوقات الدوام|مواعيد العمل|مفتوح|نفتح|مغلق|نستقبلكم|إجازة",
        "not_window": "ولد|مواليد|تاريخ الميلاد|نشر|نشرت|تم النشر|تاريخ النشر|آخر تحديث|تحديث|تاريخ التحديث|آخر تعديل"
        "|منذ"
        "|تأسست|تأسس|صدر|صدرت|المصدرة|الصادرة|تاريخ الإصدار|افتتح|كتب|أضيف|تاريخ الإضافة|بواسطة",
        "limited": "حتى نفاد الكمية|حتى نفاذ الكمية|حتى نفاد الكميات|حتى نفاذ الكميات|حتى نفاد المخزون|حتى نفاذ المخزون"
        "|لحين نفاد الكمية|لحين نفاذ الكمية|حتى انتهاء الكمية|حتى إنتهاء الكمية|حتى انتهاء الكميات|لحين انتهاء الكمية"
        "|لفترة محدودة|لوقت محدود|لمدة محدودة|فترة محدودة|مدة محدودة|حتى إشعار آخر",
        "hijri_era": "هـ|ه|هجري|هجرية|للهجرة",
        "common_era": "م|ميلادي|ميلادية",
        "filler": "تاريخ|شهر|عام|سنة|لعام|لسنة|الساعة|من شهر|من عام|تمام الساعة|هو|ال",
        "noon": "ظهرا|ظهراً|الظهر",
        "midnight": "منتصف الليل|منتصف ليل",
        "am": "ص|صباحا|صباحاً",
        "pm": "مساء|مساءً|عصرا|عصراً|ليلا|ليلاً",
    },
}
