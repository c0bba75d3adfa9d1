"""A small garage's site in two languages, and the pages that answer in its place."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["CHALLENGES", "LEGITIMATE", "listing", "offer_page", "shell"]

_NAMES = {
    "en": ("Brake pads", "Oil change", "Wheel alignment", "Battery check", "Cabin filter", "Spark plugs", "Headlights",
           "Tyre rotation", "Coolant flush", "Wiper blades", "Engine scan", "Ceramic coating"),
    "ar": ("فحمات الفرامل", "غيار الزيت", "ترصيص العجلات", "فحص البطارية", "فلتر المكيف", "شمعات الاحتراق", "المصابيح",
           "تدوير الإطارات", "غسيل الرديتر", "مساحات الزجاج", "فحص المحرك", "طلاء السيراميك"),
}  # fmt: skip
_PRICE = {"en": "SAR {}", "ar": "{} ريال"}
_UNTIL = {"en": "Valid until 31 December 2031", "ar": "ساري حتى 31 ديسمبر 2031"}


def shell(main: str, *, language: str = "en", title: str = "Offers", head: str = "", end: bool = True) -> str:
    """A page in the garage's own frame: header, menu, footer."""
    menu = "".join(f'<a href="/{language}/{name}">{name}</a>' for name in ("offers", "branches", "about", "contact"))
    foot = "".join(f'<a href="/{language}/{name}">{name}</a>' for name in ("terms", "privacy", "careers"))
    page = (
        f'<!DOCTYPE html><html lang="{language}"><head><title>{title} | Dune Garage</title>{head}</head>'
        f'<body class="site"><header class="site-header"><nav class="site-nav">{menu}</nav></header>'
        f'<main class="site-main">{main}</main><footer class="site-footer">{foot}</footer>'
    )
    return page + ("</body></html>" if end else "")


def card(number: int, language: str, classes: str) -> str:
    """One offer of the list."""
    name = _NAMES[language][number]
    box, heading, price, until = (f"{classes}{part}" for part in ("offer-card", "title", "price", "validity"))
    return (
        f'<article class="{box}"><h3 class="{heading}"><a href="/{language}/offers/{number}">{name}</a></h3>'
        f'<p class="{price}">{_PRICE[language].format(90 + number)}</p>'
        f'<p class="{until}">{_UNTIL[language]}</p></article>'
    )


def listing(numbers: Iterable[int] = range(12), language: str = "en", classes: str = "") -> str:
    """The list of those offers; `classes` before every class name is another layout."""
    return (
        f'<h1>Offers</h1><div class="{classes}list">' + "".join(card(n, language, classes) for n in numbers) + "</div>"
    )


def offer_page(number: int, language: str = "en") -> str:
    """One offer's own page."""
    name = _NAMES[language][number]
    return shell(
        f'<article class="offer"><h1 class="title">{name}</h1>'
        f'<p class="price">{_PRICE[language].format(90 + number)}</p><p class="validity">{_UNTIL[language]}</p>'
        f"<p>{name}: our people do it while you wait, in every branch.</p></article>",
        language=language,
        title=name,
    )


_FILLER = "<!-- " + "x7 " * 42_000 + "-->"
_BARE = '<!DOCTYPE html><html lang="{}"><head><title>{}</title>{}</head><body>{}</body></html>'

# Made for these tests in the manner of such services; the marks are those their scripts are known by.
CHALLENGES = {
    "cloudflare": _BARE.format(
        "en", "Just a moment...", "", f'{_FILLER}<h1>dunegarage.example</h1><p>Verifying you are human.</p>'
        "<script>window._cf_chl_opt={cvId:'3'};</script>" + _FILLER,
    ),
    "cloudflare-marker-late": _BARE.format(
        "en", "dunegarage.example", "", f"{_FILLER}<p>One moment, please.</p><script>var _cf_chl_opt={{}}</script>",
    ),
    "arabic-browser-check": _BARE.format(
        "ar", "لحظة من فضلك", "", "<p>جارٍ التحقق من متصفحك قبل الوصول إلى الموقع.</p>"
        "<p>يرجى تفعيل ملفات تعريف الارتباط.</p>",
    ),
    "akamai": _BARE.format(
        "en", "", "", '<div id="sec-if-cpt-container"></div><script src="/x?bm-verify=AAQ"></script>',
    ),
    "imperva": _BARE.format(
        "en", "", '<meta name="robots" content="noindex">', '<iframe src="/_Incapsula_Resource?SWUDNSAI=31">Request '
        "unsuccessful. Incapsula incident ID: 7-1</iframe>",
    ),
    "datadome": _BARE.format(
        "en", "dunegarage.example", "", "<p>Please enable JS and disable any ad blocker</p>"
        '<script src="https://ct.captcha-delivery.com/c.js"></script>',
    ),
    "perimeterx": _BARE.format("en", "Access to this page has been denied", "", '<div id="px-captcha"></div>'),
    "aws-waf": _BARE.format(
        "en", "Human Verification", "", '<script>window.gokuProps={"key":"k"};</script><p>Begin</p>',
    ),
    "recaptcha-wall": _BARE.format(
        "en", "dunegarage.example", "", '<form><div class="g-recaptcha" data-sitekey="s"></div>'
        "<button>Continue</button></form>",
    ),
    "hcaptcha-arabic": _BARE.format(
        "ar", "تحقق", "", '<p>يرجى تأكيد أنك لست روبوتًا</p><div class="h-captcha"></div>'
    ),
    "login": shell(
        '<form class="login"><h1>Sign in</h1><input name="u"><input type="password" name="p">'
        "<button>Go</button></form>",
        title="Sign in",
    ),
    "login-arabic": _BARE.format(
        "ar", "تسجيل الدخول", "", '<form><input name="u"><input type="password"><button>دخول</button></form>'
    ),
}  # fmt: skip

_BEACON = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
_WORDS = (
    "We look after cars between the port and the ring road, on every day but Friday, and we say what it costs first. "
)

# Pages of the garage's own that carry such marks, or such words, and are content.
LEGITIMATE = {
    "contact-with-recaptcha": shell(
        f'<h1>Contact</h1><p>{_WORDS}</p><form><textarea></textarea><div class="g-recaptcha"></div></form>',
        title="Contact",
    ),
    "contact-short-with-turnstile": shell(
        '<h1>Contact</h1><p>Write to us.</p><div class="cf-turnstile"></div>', title="Contact"
    ),
    "contact-with-hcaptcha-arabic": shell(
        '<h1>اتصل بنا</h1><p>نرد خلال يوم عمل واحد.</p><div class="h-captcha"></div>', language="ar", title="اتصل بنا"
    ),
    "branches-behind-cloudflare": shell(f"<h1>Branches</h1><p>{_WORDS * 3}</p>{_BEACON}", title="Branches"),
    "offers-with-the-challenge-s-own-script": shell(
        listing([0, 1]) + "<script>window._cf_chl_opt={};</script>", title="Two offers"
    ),
    "about-with-the-challenge-s-own-script": shell(
        f"<h1>About</h1><p>{_WORDS * 2}</p><script>window._cf_chl_opt={{}};</script>", title="About"
    ),
    "our-login-was-always-one": shell('<h1>Members</h1><input type="password">', title="Members"),
    "news-about-robots": shell(
        f"<h1>Are you a robot? Ours polishes your car</h1><p>{_WORDS * 4}</p>", title="Are you a robot?"
    ),
    "news-about-a-moment": shell(f"<h1>Just a moment: meet our people</h1><p>{_WORDS * 4}</p>", title="Just a moment"),
    "lost-and-found": shell(f"<h1>Lost and found</h1><p>{_WORDS * 2} What was not found stays here.</p>", title="Lost"),
    "peugeot": shell(f"<h1>Peugeot 404 restoration</h1><p>{_WORDS * 2}</p>", title="Peugeot 404 restoration"),
    "not-on-friday": shell("<h1>Service not available on Fridays</h1><p>Come on Saturday.</p>", title="Opening hours"),
    "not-on-friday-arabic": shell(
        "<h1>الخدمة غير متاحة يوم الجمعة</h1><p>نراكم يوم السبت.</p>", language="ar", title="أوقات العمل"
    ),
    "no-branch-found": shell("<h1>Find a branch</h1><p>No branches found near you.</p>", title="Find a branch"),
    "robot-wash-arabic": shell(
        f"<h1>غسيل بالروبوت</h1><p>{'نغسل سيارتك آليًا في خمس دقائق دون خدش واحد. ' * 4}</p>",
        language="ar", title="غسيل",
    ),
    "redesigned-with-offers": shell(listing([0, 1, 2], classes="new-"), title="Fresh offers"),
    "short-terms": shell("<h1>Terms</h1><p>Prices include tax.</p>", title="Terms"),
    "an-error-code-explained": shell(f"<h1>What error 404 on your dashboard means</h1><p>{_WORDS}</p>", title="Codes"),
}  # fmt: skip
