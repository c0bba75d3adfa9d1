"""What a document calls itself and its parts: words of offers, of other kinds of document, of sections without
    offers.

All patterns are matched against folded text (`pipelines.windows.datetokens.fold`): small letters, one form of each
Arabic letter, Western digits.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.offers.prices.words import words
from pipelines.records import Block
from pipelines.windows.datetokens import fold

__all__ = [
    "commands_machines",
    "is_filler",
    "is_narrative",
    "is_other_kind",
    "names_field",
    "names_no_offer",
    "speaks_of_all",
    "speaks_of_offers",
]

_FEW_WORDS = 5  # a sentence of twice as many may do without a verb: «10% off until 15 April.»
_LONGEST_TITLE = 120  # characters

# «offer» as a noun: «we offer», «to offer» and «job offer» are none.
_OFFER = words(
    r"""(?<!we )(?<!to )(?<!can )(?<!will )(?<!that )(?<!who )(?<!which )(?<!job )(?<!they )(?<!of )
    \b(?:special )?offers?\b(?! of employment| you\b| letter| document| a\b| an\b| the following)
    |\bpromos?\b|\bpromotions?\b|\bpromotional\b|\bdeals?\b
    |(?<!for )\bsale\b(?! of\b| agreement| contract)|\bdiscount(?:s|ed)?\b|\bvouchers?\b|\bcoupons?\b
    |\bsavings?\b(?! account)|\bclearance\b|\bspecials\b|\bbogo\b|\b\d+ ?% off\b|(?<![ء-ي])(?:[وبفل]?ال|لل
    |[وبف])?(?:عروض|عرض(?:نا|ك)?|خصومات|خصم|تخفيض|تخفيضات|تنزيلات|كوبون|كوبونات|قسيمه|قسائم)(?![ء-ي])(?! سعر
    | اسعار| وظيفي| وظيفه| عمل| تقديمي| فني| مالي)"""
)
_OTHER_KIND = words(
    r"""\binvoices?\b|\bquotations?\b|\bquote (?:no|number|ref)\b|\bpurchase order\b|\bcontract\b|\bagreement\b
    |\bpolicy\b|\bpolicies\b|\bmanual\b|\buser guide\b|\bhandbook\b|\bcurriculum vitae\b|\bresum[eé]\b|^cv\b
    |\bannual report\b|\breport\b|\bminutes of\b|\btenders?\b|\brequest for (?:proposals?|quotations?)\b
    |\bproposal\b|\bstatement of account\b|\breceipt\b|\bemployment\b|\bjob offer\b|\boffer letter\b
    |\bterms (?:and|&) conditions\b|\bterms of (?:use|service)\b|\bwarranty\b|\bbalance sheet\b
    |\bfinancial statements?\b|\bprospectus\b|\bpress release\b|\bstudy\b|\bcase study\b|\bthesis\b
    |\bcatalogue raisonne\b|\bletter of intent\b|\boffer to purchase\b|\bdelivery note\b|\bprice list\b
    |\bprivacy\b|\bminutes\b|\bfor sale\b|\bfor rent\b|\bseminar\b|\bconference\b|\bfees\b|\btuition\b
    |\brelease notes\b|\bchangelog\b|\bspecifications?\b|\blease\b
    |\btenancy\b|\brental agreement\b|\bdata ?sheet\b
    |(?<![ء-ي])(?:ال)?(?:فاتوره|عقد|اتفاقيه|سياسه|دليل|تقرير|محضر|مناقصه|ايصال|ضمان|لائحه|نظام)(?![ء-ي])
    |عرض (?:سعر|اسعار|وظيفي|عمل|فني|مالي)|للبيع|للايجار|ندوه|مؤتمر|(?<![ء-ي])رسوم(?![ء-ي])|السيره الذاتيه
    |سيره ذاتيه|كشف حساب|امر شراء
    |الشروط والاحكام
    |شروط واحكام|قائمه (?:ال)?اسعار|بيان صحفي|طلب عروض|كراسه"""
)
# Lines in the opening of a document that only an invoice, a letter or an application has.
_OTHER_OPENING = words(
    r"""\binvoice (?:no|number|date|#)|\bbill to\b|\bvat (?:no|number|reg)|\bquot(?:e|ation) (?:no|number|ref|date)
    |\bp\.?o\.? (?:no|number)|\bposition of\b|\bemployment\b|\bannual salary\b|\bbasic salary\b|\bhereinafter\b
    |\bdate of birth\b|\bdear (?:mr|mrs|ms|dr|eng)\b|\bin witness whereof\b|\bthis agreement\b
    |\bbids?\b.{0,30}\bsubmi|\bsubmi\w+ .{0,40}(?:bids|offers|tenders)\b|\bwe are pleased to (?:submit|quote)
    |رقم الفاتوره|تاريخ الفاتوره|الرقم الضريبي|الراتب|المسمي الوظيفي|الطرف الاول|رقم العقد|تقديم العروض
    |تاريخ الميلاد|السيد(?:ه)? ?/|يسرنا ان نتقدم"""
)
_NO_OFFER = words(
    r"""^\W*(?:how to\b|contact|call us|book(?:ing)? |visit|about\b|our branches|branch|branches|locations?|find us
    |opening hours|working hours|hours\b|terms\b|general terms|conditions\b|exclusions|notes?\b|faq|questions
    |why\b|follow us|payment|we accept|delivery|table of contents|contents\b|index\b|appendix|annex|disclaimer
    |unsubscribe|our services|our team|privacy|(?:ال)?شروط|(?:ال)?احكام|تواصل|اتصل|للتواصل|للحجز|للاستفسار|طريقه
    |كيف|فروع|فروعنا|الفروع|ساعات|اوقات|مواعيد|من نحن|عن الشركه|ملاحظ|الموقع|تابعونا|زوروا|زورونا|طرق الدفع
    |المحتويات|الفهرس|ملحق)"""
)
_FIELD = words(
    r"""^\W*(?:what you get|what is included|whats included|includes?|included|price|prices|cost|validity|valid
    |offer period|promo(?:tion)? period|period|dates?|details|description|benefits|the offer|offer details
    |how it works|السعر|الاسعار|الصلاحيه|صلاحيه العرض|مده العرض|فتره العرض|التفاصيل|تفاصيل العرض|الوصف|المميزات
    |مميزات العرض|يشمل|يشمل العرض|العرض يشمل|ماذا يشمل العرض)\W*$"""
)
_QUESTION = words(
    r"""^\W*(?:how|what|when|where|who|do|does|can|is|are|why|which|will|هل|كيف|ما|متي|اين|لماذا|كم)\b.*[?؟]\s*$"""
)
_TERSE = words(r"""\b(?:off|until|till|from|instead|sar)\b|خصم|حتي|ريال""")
# Words by which a sentence speaks to a customer: prose without them tells of prices, it does not offer them.
_ADDRESSED = words(
    r"""\b(?:you|your|yours|get|enjoy|save|buy|book|pay|receive|visit|use|try|bring|order|claim|take|choose|grab
    |shop|join|earn|only|now|free|valid)\b|احصل|استمتع|وفر|اشتر|احجز|استخدم|استفد|ادفع|زور|اطلب|اغتنم|سارع|لدينا
    |نقدم|لك(?![ء-ي])|لكم|عملاء|عميل|سيارتك|فقط|الان|مجان|ساري|صالح|العرض"""
)
_ALL = words(
    r"""\b(?:all|these|the above|above|our|both)\b.{0,25}\b(?:offers?|prices|promotions?|deals|discounts|packages)\b
    |\b(?:offers|prices|promotions|deals|discounts|specials|rates|savings)\b|\b(?:sale|promotion|promo|campaign
    |offer) (?:period|runs|dates)\b|\bflyer\b|\bleaflet\b|\bbrochure\b|\bcatalogue\b|(?:جميع|كل|كافه
    |هذه)\s(?:ال)?(?:عروض|اسعار|خصومات|تخفيضات)|(?<![ء-ي])(?:[وب]?ال)?(?:عروض|اسعار|خصومات|تخفيضات|تنزيلات
    |باقات)(?![ء-ي])|فتره (?:العرض|العروض|الحمله)|مده (?:العرض|العروض)"""
)
_FILLER = frozenset(
    """
    a an all and any are as at be by down each excl excluding extra flat for from get incl including inclusive
    instead is just less limited my new no now of off offer on one only or our per pay price prices regular save
    saving savings special starting starts still than the this time to today up upto vat tax value was were with
    you your discount discounts before after until till valid through ends expires expiry date period day days
    hurry original normal old month piece pcs مع من الي علي في او و ب ل فقط الان بعد قبل كان بدل بدلا عن سعر السعر
    بسعر خصم الخصم خصومات تخفيض وفر توفير يصل تصل حتي لغايه لمده شامل شامله الضريبه ضريبه القيمه المضافه يبدا يبدأ
    تبدا ابتداء كل جميع عرض العرض خاص للقطعه شهر شهريا يوميا اليوم الشهر الاسبوع الموسم اسبوع موسم month week
    season weekly monthly ساري ساريه صالح صالحه ينتهي تنتهي تاريخ نهايه
    العروض الاصلي السابق القديم العادي
    """.split()  # noqa: SIM905  # a hundred words read better as a text
)
_INJECTION = words(
    r"""\b(?:ignore|disregard|forget)\b.{0,30}\b(?:instructions?|prompts?|rules|guidelines|context)\b
    |\bsystem prompt\b|\byou are (?:now )?an? (?:ai|assistant|chatbot)\b|\b(?:tell|inform) (?:the |every\s
    |all )?(?:users?|customers?) that\b|(?:تجاهل|انس|اهمل).{0,20}(?:التعليمات|الاوامر|القواعد)"""
)


def speaks_of_offers(text: str) -> bool:
    """Whether a short text (a title, a heading, a line) names offers, discounts or a promotion."""
    return bool(_OFFER.search(fold(text[:300]).text))


def is_other_kind(title: str, opening: Sequence[Block]) -> bool:
    """Whether a document calls itself something that has no offers, in its title or in the lines it opens with."""
    if any(_OTHER_OPENING.search(fold(block.text[:300]).text) for block in opening):
        return True
    lines = [title, *(block.text for at, block in enumerate(opening[:3]) if at == 0 or block.kind == "heading")]
    return any(_is_kind_line(fold(text).text) for text in lines if len(text) <= _LONGEST_TITLE)


def _is_kind_line(folded: str) -> bool:
    found = _OTHER_KIND.search(folded)
    return bool(found) and not _OFFER.search(folded.replace(found[0] if found else "", " "))


def names_no_offer(title: str) -> bool:
    """Whether a heading opens a section that is no offer whatever it holds: contacts, branches, terms, how to
    book."""
    folded = fold(title[:200]).text
    return bool(_NO_OFFER.match(folded) or _QUESTION.match(folded))


def names_field(title: str) -> bool:
    """Whether a heading names a part of the offer above it: «Price», «Validity», «What you get», «مدة العرض»."""
    return bool(_FIELD.match(fold(title[:60]).text))


def is_narrative(kind: str, text: str) -> bool:
    """Whether a block is a sentence that tells of something and speaks to nobody: a report, a study, a contract."""
    if kind != "paragraph" or len(text.split()) < _FEW_WORDS or not text.rstrip().endswith((".", "!", "؟", "?")):
        return False
    folded = fold(text[:600]).text
    brief = len(text.split()) <= 2 * _FEW_WORDS and bool(_TERSE.search(folded))
    return not brief and not _ADDRESSED.search(folded)


def speaks_of_all(text: str) -> bool:
    """Whether a line speaks of all offers of its document («all offers valid until …»), not of one."""
    return bool(_ALL.search(fold(text[:400]).text))


def commands_machines(text: str) -> bool:
    """Whether a text gives orders to programs that read it: no offer is read from such a text."""
    return bool(_INJECTION.search(fold(text[:5_000]).text))


def is_filler(word: str) -> bool:
    """Whether a folded word may stand beside an amount or a date without naming anything."""
    return word in _FILLER or word.isdigit()
