"""Words and marks of pages that are not what was asked for: challenges, refusals, «not found» told with 200.

None of these proves anything alone: a contact form carries a captcha, an article speaks of lost pages. They are
evidence, weighed in `pipelines.judging`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["asking_words", "guard_marks", "human_tests", "refusing_words"]

# What only the challenge itself of a guard service carries; scripts that such a service adds to every page
# (Cloudflare's jsd/main.js and beacon, PerimeterX's _pxAppId, AWS's token script) are left out.
_GUARDS = {
    "Cloudflare": (
        "cf_chl_opt", "cf-chl-", "orchestrate/chl_page", "orchestrate/jsch", "cf-browser-verification", "jschl_vc",
        "jschl-answer", "cf-challenge-running", "cf-error-details",
    ),
    "Akamai": ("sec-if-cpt-container", "sec-cpt-if", "/_sec/cp_challenge", "bm-verify=", "errors.edgesuite.net"),
    "Imperva": ("_incapsula_resource", "incapsula incident id"),
    "DataDome": ("captcha-delivery.com",),
    "PerimeterX": ("px-captcha", "captcha.px-cdn.net", "captcha.px-cloud.net"),
    "AWS WAF": ("gokuprops", "awswafcaptcha", "aws-waf-captcha", "captcha-sdk.awswaf.com"),
    "Sucuri": ("sucuri_cloudproxy_js", "sucuri website firewall"),
    "DDoS-Guard": ("ddos-guard/js-challenge", "check.ddos-guard.net"),
    "Kasada": ("window.kpsdk",),
    "Imunify360": ("imunify360-webshield", "wsidchk"),
    "F5": ("/tspd/?type=", "bobcmn"),
    "Vercel": ("vercel security checkpoint",),
}  # fmt: skip
_WIDGETS = {
    "reCAPTCHA": ("g-recaptcha", "recaptcha/api.js", "recaptcha/enterprise.js"),
    "hCaptcha": ("h-captcha", "hcaptcha.com/1/api.js"),
    "Turnstile": ("cf-turnstile", "challenges.cloudflare.com"),
    "GeeTest": ("geetest.com", "gt_captcha"),
    "FunCaptcha": ("funcaptcha", "arkoselabs.com"),
}

_ASKING = re.compile(
    r"just a moment|checking (?:your|the|if the) (?:browser|site connection|connection)|verif(?:y|ying) (?:that )?you"
    r"(?:'re| are) (?:a |not a )?(?:human|robot|bot)|are you (?:a )?(?:human|robot)\b|you are (?:not )?a robot\b|"
    r"(?:prove|confirm) (?:that )?you(?:'re| are) (?:a |not a )?(?:human|robot)|attention required\W|"
    r"access (?:to (?:this|the) (?:page|site|website) )?(?:has been |is |was )?denied|pardon our interruption|"
    r"(?:complete|solve) the (?:security check|captcha|challenge)|enable (?:javascript and cookies|"
    r"cookies and javascript|cookies|js and disable)|"
    r"unusual (?:traffic|activity)|ddos protection by|you have been blocked|"
    r"request unsuccessful|needs to review the security of your connection|"
    r"جار[يٍ]? (?:التحقق|فحص|التاكد)(?: من)? (?:ان |انك |متصفح|اتصال|امان|هوي)|"
    r"التحقق من (?:انك|كونك|متصفحك|اتصالك|امان اتصالك)|"
    r"(?:انك|انني|انا|كونك) (?:لست|لسن?ا?) روبوت|لست روبوت|هل انت (?:روبوت|انسان|بشر)|اثبت انك|تاكد انك (?:لست|انسان)|"
    r"(?:تفعيل|تمكين) (?:جافا ?سكر?يبت|javascript|ملفات تعريف الارتباط|الكوكيز|cookies)|"
    r"تم (?:رفض|حظر|منع) (?:ال)?(?:وصول|دخول|طلب)|(?:رفض|منع) الوصول|حركه? ?مرور غير (?:عادي|معتاد|طبيعي)|"
    r"لحظ[هة] من فضلك|لحظات من فضلك|(?:اكمل|اكمال) (?:التحقق|اختبار)"
)
_THING = r"(?:page|offer|deal|promotion|promo|product|item|content|article|listing|coupon|url|link|package|service)"
_LOOKED_FOR = r"(?: (?:that |which )?you(?:'re| are|'ve| have)?(?: \w+){1,4}?)?"
_IS_NOT = (
    r"(?:\w+\W+){0,3}?(?:(?:not|cannot|can't|couldn't|isn't|wasn't|doesn't|don't) (?:\w+ ){0,2}?"
    r"(?:found|available|exists?|valid|located|active)|"
    r"no longer (?:available|exists?|valid|active|here|offered|online)|removed|deleted|withdrawn|unavailable)"
)
_ENDS = r"(?=\W*$|\s*[.!?,;|\u2013\u2014-]| any| on (?:this|our) | at this (?:url|address)| or )"
_THING_AR = (
    r"(?:الصفحه|العرض|المنتج|المحتوي|الرابط|الباقه|الخدمه|القسيمه|المقال|الكوبون)"
    r"(?: (?:التي|الذي|المطلوبه?|تبحث|عنها?|تحاول|الوصول|اليها?|هذه|هذا))*"
)
_IS_NOT_AR = r"(?:غير (?:موجود|متوفر|متاح|صالح)ه?|محذوفه?|ليست? موجوده?|(?:لم|لا) (?:ت?يعد|تعد|ت?يوجد|توجد)(?: \w+)?)"
_ENDS_AR = r"(?=\W*$|\s*[.!?؟،؛|\u2013\u2014-]| حاليا| بعد الان| علي هذا| او )"
_MISSING = re.compile(
    r"^(?:error\W*|http\W*)*404\b|\b404\W+(?:error|page|not)|^(?:sorry\W+)?(?:not|nothing) found\W*$|^خطا 404|"
    rf"^(?:\W|oops|sorry|we're|we are|so|this|that|the|your|requested|current|an?|http|error|404)*{_THING}\b"
    rf"{_LOOKED_FOR}\W+{_IS_NOT}{_ENDS}|"
    r"(?:can't|cannot|couldn't|could not|can not|unable to|didn't|did not) (?:seem to )?(?:find|locate) "
    r"(?:the|that|this|your|what|any such)\b|"
    rf"^(?:\W|عذرا|للاسف|خطا|404|هذا|هذه)*{_THING_AR} {_IS_NOT_AR}{_ENDS_AR}|"
    r"(?:لم (?:يتم العثور|نتمكن من العثور|نعثر)|(?:تعذر|لا يمكن) العثور) علي (?:هذ|ال)|"
    r"^(?:عذرا\W+)?(?:خطا\W+)?غير موجوده?\W*$"
)
_ALEFS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ـ": None, "’": "'"})
_MARKS = re.compile("[\u064b-\u065f\u0670]")


def guard_marks(source: str) -> tuple[str, ...]:
    """Guard services whose challenge the page's source (lower case) names."""
    return _named(source, _GUARDS)


def human_tests(source: str) -> tuple[str, ...]:
    """Tests for humans that the page's source (lower case) loads; they also stand in ordinary forms."""
    return _named(source, _WIDGETS)


def _named(source: str, marks: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(name for name, signs in marks.items() if any(sign in source for sign in signs))


def asking_words(texts: Iterable[str]) -> str:
    """The words with which one of the texts checks its visitor or turns him away; empty when none does."""
    return _first(_ASKING, texts)


def refusing_words(texts: Iterable[str]) -> str:
    """The words with which one of the texts says that what was asked for is not there; empty when none does.

    A list that is empty («no offers at the moment») is another matter and is not meant.
    """
    return _first(_MISSING, texts)


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    found = (pattern.search(_plain(text[:400])) for text in texts)
    return next((match[0].strip()[:80] for match in found if match), "")


def _plain(text: str) -> str:
    """Lower case, Arabic letters in one form each and without vowel signs."""
    return " ".join(_MARKS.sub("", text.casefold()).translate(_ALEFS).split())
