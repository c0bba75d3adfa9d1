"""The words by which a text shows itself to be an offer, and those that show that it is something else.

All patterns are matched against folded text (`pipelines.windows.datetokens.fold`): lower case, digits of any script
made one, Arabic letter forms made one («حتى» is «حتي», «قسيمة» is «قسيمه»).
"""

from __future__ import annotations

import re

__all__ = [
    "AMOUNT", "CALL", "CURRENCY", "EDITORIAL", "LISTING", "MONEY", "OFFERING", "PAST", "PLAIN_CALL",
    "SAVING", "TIMELY", "says_over",
]  # fmt: skip

CURRENCY = (
    r"(?:sar|s\.r\.?|sr|aed|dhs?|qar|kwd|kd|bhd|bd|omr|jod|jd|egp|le|usd|eur|gbp|php|inr|lkr"
    r"|pkr|rs\.?|mad|try|tl|[₱$€£¥₹﷼⃁]"
    r"|(?:saudi )?riyals?|dirhams?|(?:us )?dollars?|pesos?|euros?"
    r"|ر\.?\s?س\.?|(?:ريالا?|درهما?|دينارا?|جنيها?)(?: (?:سعودي|اماراتي|قطري|عماني|كويتي"
    r"|بحريني|اردني|مصري|يمني)ا?)?|د\.?ا|د\.?ك|د\.?ب|ج\.?م|ر\.?ق|ر\.?ع)"
)
AMOUNT = r"\d[\d,٬]*(?:[.٫]\d+)?"
MONEY = re.compile(
    rf"(?<![^\W\d_])(?:{CURRENCY}\.?\s?{AMOUNT}(?![.,]?\d)|{AMOUNT}\s?{CURRENCY})(?![^\W\d_])(?!\s?(?:m|mn"
    rf"|mln|million|bn|billion|trillion|مليون|ملايين|مليار)(?!\w))|(?<!\w)p\d[\d,]*(?!\w)"
)

_PERCENT = r"\d\s?[%٪]|[%٪]\s?\d"
_SAVED = (
    r"off|discounts?|sav(?:e|ings?)|less|cash\s?back|rebate|instal?lments?|interest|bonus|back"
    r"|خصم|تخفيض|وفر|توفير|كاش|استرداد|تقسيط"
)
# A saving that can be reckoned: a percentage or a sum off, one bought and one given, money back.
SAVING = re.compile(
    r"(?<![\d\w])[-–−]\s?\d{1,2}\s?[%٪]|"
    rf"(?:{_PERCENT}).{{0,40}}(?<!\w)(?:ال)?(?:{_SAVED})|(?<!\w)(?:ب)?(?:{_SAVED}).{{0,40}}(?:{_PERCENT})"
    rf"|(?:{MONEY.pattern}).{{0,20}}\b(?:off|discount|cash\s?back|rebate|credits?|vouchers?|e?gift|savings)\b"
    rf"|(?:\bsave|\bcash\s?back of|\bwin|\bearn|\bget|خصم|وفر|قسيمه|كوبون|هديه).{{0,20}}(?:{MONEY.pattern})"
    r"|\bbuy (?:\d+|one|two|three)\b|\b(?:\d|one|two) for (?:the price of )?(?:\d|one)\b|\b(?:bogo|b1[gt]1|1\+1)\b"
    r"|\bhalf (?:the )?price\b|\b(?:get|with|receive|plus|\+) (?:an? |one |\d )?free\b|^free (?!wi-?fi|parking)\w"
    r"|(?<!\w)اشتر\w*.{0,40}(?:واحصل|مجانا|هديه)|\d\s?\+\s?\d مجان|(?:احصل"
    r"|استلم).{0,40}(?:مجان|هديه)|بدلا? من|نصف السعر"
)
# Words that offers are full of and other texts sometimes hold.
OFFERING = re.compile(
    r"\b(?:offers?|promos?|promotions?|deals?|vouchers?|coupons?|promo codes?|discount(?:s"
    r"|ed)?|cash\s?back|rebates?|free|gifts?|"
    r"freebies|giveaway|raffle|clearance|flash sale|sale|savings|specials?|exclusive|bundle|perks|redeem|rewards?)\b"
    r"|(?<!\w)(?:ال|ب|بال|و|وال)?(?:عرض|عروض|خصم|خصومات|تخفيض|تخفيضات|تنزيلات|كوبون|قسيمه"
    r"|هديه|هدايا|مجانا?|مجانيه?|توفير|كاش باك|باقه)(?!\w)"
)
# A statement of validity: a word for it and something that dates it.
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ramadan|يناير|فبراير|مارس|ابريل|مايو"
    r"|يونيو|يوليو|اغسطس|سبتمبر|اكتوبر|نوفمبر|ديسمبر|رمضان|شوال|محرم|صفر|رجب|شعبان)"
)
# What a word such as «until» stands before: a date, and no amount («until 4.5 litres», «حتى ٥٠٪»).
_DATED = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)\b|\d{{1,2}}\s?[/-]\s?\d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\.\d\d|{_MONTH}|20\d\d|14\d\d"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tomorrow|tonight|midnight|stocks?\b|supplies"
    r"|نفا|نهايه|اليوم|غدا|الجمعه|السبت|الاحد|الاثنين|الثلاثا|الاربعا|الخميس)"
)
_DAY = rf"(?:{_DATED}|\d{{1,2}}[\s./-])"
_RANGE = (
    rf"\b{_MONTH}[a-z]*\.? \d{{1,2}}(?:,? 20\d\d)?\s?(?:to|until|till|through"
    rf"|[-–—])\s?(?:{_MONTH}[a-z]*\.? )?\d{{1,2}}\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: {_MONTH}\w*\.?)?(?: 20\d\d)?\s?(?:to|until|till|through"
    rf"|الي|حتي|[-–—])\s?\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}"
    r"|\b\d{1,2}[./]\d{1,2}[./](?:20)?\d\d\s?(?:to|until|till|الي|حتي|[-–—])\s?\d{1,2}[./]\d{1,2}[./](?:20)?\d\d\b"
    r"|\b20\d\d-\d\d-\d\d\s?(?:to|until|till|الي|حتي|[-–—])\s?20\d\d-\d\d-\d\d\b"
)
TIMELY = re.compile(
    rf"{_RANGE}|"
    rf"\b(?:valid|expir\w+|ends?|ending|last day|runs? from|(?:promo(?:tion)?|offer|booking) period)\b.{{0,40}}?{_DAY}"
    rf"|\b(?:until|till|through|available from)\b.{{0,40}}?{_DATED}"
    r"|\b(?:book|reserve|order|buy|purchase|register|redeem|apply|claim|join|subscribe|sign up"
    rf"|enrol+|pay|spend|visit us)\b.{{0,20}}\b(?:by|before|until)\b.{{0,20}}?{_DATED}"
    r"|\b(?:expires?|ends?|ending) (?:in|within) (?:an?|one|\d+) (?:day|hour|week)s?\b"
    r"|\b(?:an?|one|\d+) (?:day|week|month)s? only\b|لمده (?:يوم\w*|اسبوع\w*|شهر\w*|\d+ (?:يوم|ايام|اسابيع|ساعه)) فقط"
    r"|\b\d+ (?:days?|hours?) (?:left|to go|remaining)\b|\bwhile (?:stocks?|supplies) lasts?\b|\blimited[ -]time\b"
    rf"|(?<!\w)(?:و?صالح|و?ساري|ينتهي|تنتهي|يسري|تاريخ الانتهاء|اخر موعد).{{0,40}}?{_DAY}"
    rf"|(?<!\w)(?:حتي|لغايه|(?:احجز|اشتر|اطلب|سجل|استفد|انضم|ادفع|زورونا)\w* قبل"
    rf"|من \d).{{0,40}}?{_DATED}|لفتره محدوده|متبقي \d|حتي نفاد"
)
# What a button says that takes one to an offer …
CALL = re.compile(
    r"\b(?:redeem|claim|get (?:the |this )?(?:deal|offer|code|coupon|voucher|discount)|grab"
    r"|avail|shop now|book (?:now|online|today|an? \w+)|"
    r"order now|buy now|add to (?:cart|basket|bag)|use (?:code|offer)|reserve|view (?:offer"
    r"|deal|promo)|choose|select (?:plan|package|this)|subscribe|get started|enquire|inquire"
    r"|request an? \w+|see (?:offer|deal)|show code)\b"
    r"|(?<!\w)(?:احجز|اطلب|اشتر|استفد|احصل عل|تسوق|اضف|اظهر الكود|عرض الكود|انسخ|تفاصيل العرض"
    r"|شاهد العرض|اختر|اشترك|ابدا الان)"
)
# … and one that takes one anywhere.
PLAIN_CALL = re.compile(
    r"(?:(?:click|tap) (?:here|to .*)|(?:read|learn|see|view|find out|discover|know|show|load"
    r"|explore)(?: (?:more|all|details?|it|now|less))*|"
    r"more(?: (?:info|information|details?))?|details?|view details?|check it out|go"
    r"|apply(?: now)?|start|continue|next|previous|terms.*|t&cs?|"
    r"(?:shop|book|order|buy|call|contact|try|join|sign up|register|download|get|visit|share"
    r"|whatsapp)(?: (?:now|us|online|today|started|it|here))?|"
    r"اقرا المزيد|(?:ال)?مزيد.*|(?:ال)?تفاصيل.*|اعرف (?:المزيد|اكثر)|المزيد من التفاصيل"
    r"|اضغط هنا|اطلب الان|اطلبه? الان|احجز(?:ي)?(?: ال[ان]\w*| موعدك?)?|"
    r"اشتر(?:ي)? الان|تسوق(?:ي)? الان|اتصل.*|تواصل.*|شارك|مشاركه|عرض التفاصيل|شروط.*|استفد الان|احصل عليه.*|اكتشف.*)\W*"
)
# … and one that takes one to a list of others.
LISTING = re.compile(
    r"(?:show|view|see|browse|explore|discover|shop)? ?all(?: (?:our |the )?\w+)?\W*|(?:show"
    r"|view|see|load) more (?:offers?|promos?|deals?)\W*"
    r"|(?:عرض|شاهد|مشاهده|تصفح|اكتشف|كل|جميع) (?:الكل|كل|جميع|كافه|العروض)(?: \w+)?\W*|المزيد من العروض\W*"
)
EDITORIAL = re.compile(
    r"^(?:how|why|what|when|where|who|which|\d+ (?:\w+ )?(?:ways?|tips?|reasons?|things|signs"
    r"|steps)|top \d+|best \w+|the best|guide|tips|"
    r"everything you|a guide|review|news|meet|inside)\b"
    r"|^(?:كيف|لماذا|ما هو|ما هي|ماذا|متي|اين|هل|افضل|نصائح|دليل|\d+ (?:طرق|نصائح|اسباب|خطوات)|اهم)(?!\w)"
)
_SINCE = r"(?:\W+(?:(?:on|at|since|في|بتاريخ|منذ)\W+)?(?=[^\d]{0,12}\d)[\w ,./-]{1,24})?"
_THING = r"(?:this |the )?(?:offers?|promos?|promotions?|deals?|coupons?|vouchers?|sale|campaign)"
_OVER = re.compile(
    rf"(?:{_THING}\s+)?(?:(?:has|have|is|are|already|now|was)\s+)*(?:expired|ended"
    rf"|sold[ -]?out|no longer (?:available|valid)|"
    rf"out of stock|fully (?:booked|redeemed))(?: {_THING})?{_SINCE}"
    rf"|{_THING}\s+(?:(?:has|have|is|are|already|now)\s+)*(?:closed|over|finished|unavailable){_SINCE}"
    r"|(?:(?:هذا )?(?:ال)?(?:عرض|عروض|كوبون|كميه|كميات|تخفيضات|صلاحيه|فتره العرض)\s*)?(?:ال)?"
    r"(?:منتهي(?:ه)?(?: الصلاحيه)?|انته(?:ي|ت)|نفد(?:ت)?|نفذ(?:ت)?|غير متوفر(?:ه)?|غير متاح(?:ه)?)"
    rf"(?:\s+(?:هذا )?(?:ال)?(?:عرض|عروض|كميه|مخزون|صلاحيه|صلاحيته|كميات|مده العرض|فتره العرض))?(?: حاليا)?{_SINCE}"
)
_STILL = re.compile(r"\b(?:soon|until|when|if|before|not)\b|(?<!\w)(?:قريبا|عند|قبل|حتي|لم)(?!\w)")
# A heading over offers that are over.
PAST = re.compile(
    r"\b(?:past|previous|expired|ended|old|former|closed) (?:offers?|promos?|promotions?"
    r"|deals?|campaigns?|coupons?|sales?|events?)\b"
    r"|^(?:expired|ended|past)$|(?:عروض|العروض|الكوبونات|التخفيضات) (?:ال)?(?:منتهيه|سابقه"
    r"|قديمه|الماضيه)|(?:انتهت|منتهيه)$"
)


def says_over(folded: str) -> bool:
    """Whether a short text of its own (a badge, a line) says that the offer is not to be had any more."""
    text = folded.strip(" .!؟?:-–—*")
    return len(text) <= 60 and bool(_OVER.fullmatch(text)) and not _STILL.search(text)
