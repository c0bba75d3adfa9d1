"""The words that name days by where the reader stands: today, this weekend, in three days, for two weeks.

The tables have the form of those in `datewords` and are folded and joined with them.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["ENDING", "FINISHED_BY", "NUMBERS", "RELATIVE", "UNITS", "WEEKENDS", "RelativeKind", "Unit"]

RelativeKind = Literal[
    "today", "today_only", "tomorrow", "day_after", "this_weekend", "next_weekend", "weekend", "workdays", "this_week",
    "week_end", "this_month", "month_end", "next_month_end", "this_year", "year_end", "hijri_year_end", "this", "next",
    "coming", "only", "left", "feast", "one",
]  # fmt: skip
Unit = Literal["hour", "day", "week", "month", "year"]

# IANA zones whose weekend is Friday and Saturday; everywhere else it is Saturday and Sunday.
# A week ends with its weekend. Source: Unicode CLDR, supplemental weekData.
WEEKENDS: frozenset[str] = frozenset(
    (
        "Asia/Riyadh", "Asia/Kuwait", "Asia/Qatar", "Asia/Bahrain", "Asia/Muscat", "Asia/Aden", "Asia/Amman",
        "Asia/Baghdad", "Asia/Damascus", "Asia/Dhaka", "Asia/Jerusalem", "Africa/Cairo", "Africa/Khartoum",
        "Africa/Tripoli", "Africa/Algiers", "Africa/Djibouti", "Indian/Maldives",
    )
)  # fmt: skip

# Language -> kind -> phrases. The longest phrase that matches wins.
RELATIVE: dict[str, dict[RelativeKind, str]] = {
    "en": {
        "today": "today|tonight|this evening|end of today|end of day|end of the day|close of business today",
        "today_only": "today only|only today|tonight only|only tonight|just today|this day only",
        "tomorrow": "tomorrow|tomorrow night|end of tomorrow",
        "day_after": "day after tomorrow|the day after tomorrow",
        "this_weekend": "this weekend|all weekend|all weekend long|over the weekend|during the weekend"
        "|this coming weekend|weekend only",
        "next_weekend": "next weekend",
        "weekend": "weekends|weekend",
        "workdays": "weekdays|working days|business days",
        "this_week": "this week|all week|all week long|the current week|current week",
        "week_end": "end of week|the end of week|end of the week|the end of the week|end of this week"
        "|the end of this week",
        "this_month": "this month|all month|all month long|the current month|current month|this calendar month",
        "month_end": "end of month|the end of month|end of the month|the end of the month|end of this month"
        "|the end of this month|month end|month-end|month's end|end of the current month",
        "next_month_end": "end of next month|the end of next month",
        "this_year": "this year|the current year|current year",
        "year_end": "end of year|the end of year|end of the year|the end of the year|end of this year"
        "|the end of this year|year end|year-end|year's end",
        "this": "this|this coming|coming|the coming|upcoming",
        "next": "next",
        "only": "only",
        "left": "left|remaining|to go",
    },
    "ar": {
        "today": "اليوم|الليلة|هذا اليوم|هذه الليلة|مساء اليوم|نهاية اليوم|نهاية هذا اليوم",
        "today_only": "اليوم فقط|لليوم فقط|فقط اليوم|فقط لليوم|هذا اليوم فقط|الليلة فقط",
        "tomorrow": "غدا|غد|يوم غد|مساء غد|بكرة|بكره|نهاية يوم غد",
        "day_after": "بعد غد|بعد غدا|بعد بكرة",
        "this_weekend": "نهاية الأسبوع|نهاية هذا الأسبوع|نهاية الأسبوع الحالي|نهاية الأسبوع الجاري|عطلة نهاية الأسبوع"
        "|عطلة نهاية هذا الأسبوع|إجازة نهاية الأسبوع|إجازة نهاية هذا الأسبوع|الويكند|هذا الويكند|ويكند هذا الأسبوع",
        "next_weekend": "نهاية الأسبوع القادم|نهاية الأسبوع المقبل|عطلة نهاية الأسبوع القادم|الويكند القادم",
        "weekend": "نهايات الأسبوع|عطل نهاية الأسبوع|أيام نهاية الأسبوع|نهاية كل أسبوع|نهاية أسبوع|عطلة نهاية أسبوع"
        "|ويكند",
        "workdays": "أيام الأسبوع|أيام العمل|وسط الأسبوع",
        "this_week": "هذا الأسبوع|الأسبوع الحالي|الأسبوع الجاري|خلال الأسبوع الحالي|طوال الأسبوع|طوال هذا الأسبوع",
        "this_month": "هذا الشهر|الشهر الحالي|الشهر الجاري|طوال هذا الشهر",
        "month_end": "نهاية الشهر|نهاية هذا الشهر|نهاية الشهر الحالي|نهاية الشهر الجاري|آخر الشهر|آخر هذا الشهر"
        "|آخر يوم في الشهر|آخر يوم من الشهر"
        "|آخر الشهر الحالي|بنهاية الشهر|بنهاية الشهر الحالي|بنهاية هذا الشهر|مع نهاية الشهر|نهاية شهرنا هذا",
        "next_month_end": "نهاية الشهر القادم|نهاية الشهر المقبل|آخر الشهر القادم",
        "this_year": "هذا العام|هذه السنة|العام الحالي|السنة الحالية|العام الجاري",
        "year_end": "نهاية العام|نهاية السنة|نهاية هذا العام|نهاية هذه السنة|نهاية العام الحالي|نهاية العام الجاري"
        "|نهاية السنة الحالية|آخر السنة|آخر العام|بنهاية العام|بنهاية العام الحالي|مع نهاية العام",
        "hijri_year_end": "نهاية العام الهجري|نهاية السنة الهجرية|نهاية العام الهجري الحالي|نهاية العام الهجري الجاري",
        "this": "هذا|هذه",
        "coming": "القادم|القادمة|المقبل|المقبلة|الحالي|الجاري",
        "only": "فقط",
        "left": "باقي|متبقي|متبقية|تبقى|يتبقى|بقي",
        "one": "واحد|واحدة",  # else read as «and Sunday»
        "feast": "اليوم الوطني|اليوم العالمي|اليوم الوطني السعودي|يوم التأسيس|يوم العلم",
    },
}  # fmt: skip

# Words before a day by which something was, or will be, done: of an offer an end, in a story nothing of the kind.
FINISHED_BY: frozenset[str] = frozenset(("by",))

# First words of the cues that say «it is over then», whatever is spoken of.
ENDING: frozenset[str] = frozenset(
    (
        "ends", "ending", "expires", "expiring", "closes", "closing", "finishes", "ينتهي", "تنتهي", "وينتهي", "وتنتهي",
        "انتهاء", "نهايه",
    )
)  # fmt: skip

UNITS: dict[str, tuple[int, Unit]] = {
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h", "ساعة", "ساعات"), (1, "hour")),
    **dict.fromkeys(("day", "days", "d", "يوم", "يوما", "أيام", "ايام"), (1, "day")),
    **dict.fromkeys(("week", "weeks", "أسبوع", "أسبوعا", "أسابيع"), (1, "week")),
    **dict.fromkeys(("month", "months", "شهر", "شهرا", "أشهر", "شهور"), (1, "month")),
    **dict.fromkeys(("year", "years", "سنة", "سنوات", "عام", "عاما", "أعوام"), (1, "year")),
    "fortnight": (2, "week"), "ساعتين": (2, "hour"), "ساعتان": (2, "hour"), "يومين": (2, "day"), "يومان": (2, "day"),
    "أسبوعين": (2, "week"), "أسبوعان": (2, "week"), "شهرين": (2, "month"), "شهران": (2, "month"),
    "سنتين": (2, "year"), "عامين": (2, "year"),
}  # fmt: skip

NUMBERS: dict[str, int] = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "ninety": 90,
    "ثلاثة": 3, "ثلاث": 3, "أربعة": 4, "أربع": 4, "خمسة": 5, "خمس": 5, "ستة": 6, "ست": 6, "سبعة": 7, "سبع": 7,
    "ثمانية": 8, "تسعة": 9, "عشرة": 10, "عشر": 10, "ثلاثين": 30, "ثلاثون": 30,
}  # fmt: skip
