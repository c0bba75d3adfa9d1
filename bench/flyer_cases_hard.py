"""Flyers set as printers like them and readers do not: columns, cards side by side, letters of both directions, prose."""

from __future__ import annotations

from bench.flyer_files import as_docx, as_mail, as_markdown, as_pdf, as_rtl_pdf, as_xlsx, seen
from bench.flyer_truth import Case, Truth
from tests.pipelines.documents.raw_pdf import WIDTH, raw_pdf

__all__ = ["hard_flyers", "hard_others"]


def _left(x: float, y: float, text: str, size: float = 11.0) -> tuple[float, float, float, list[str]]:
    return x, y, size, list(text)


def _right(x: float, y: float, text: str, size: float = 11.0) -> tuple[float, float, float, list[str]]:
    return x - len(text) * WIDTH * size, y, size, list(seen(text))


def hard_flyers() -> list[Case]:
    """The flyers."""
    return [*_placed(), *_prose(), *_lists(), *_tables()]


def _placed() -> list[Case]:
    march = "2026-03-31"
    return [
        Case(
            "bilingual-columns.pdf",
            raw_pdf(
                [
                    _left(40, 740, "Tyre offers", 20),
                    _right(560, 740, "عروض الإطارات", 20),
                    _left(40, 690, "Balancing of four wheels", 14),
                    _right(560, 690, "ترصيص أربع عجلات", 14),
                    _left(40, 665, "SAR 60 instead of SAR 90"),
                    _right(560, 665, "60 ريال بدلا من 90 ريال"),
                    _left(40, 610, "Valid until 31 March 2026"),
                    _right(560, 610, "ساري حتى 31 مارس 2026"),
                ]
            ),
            (Truth("Balancing", "60", "90", end=march), Truth("ترصيص", "60", "90", end=march)),
            any_of=1,
        ),
        Case(
            "cards.pdf",
            raw_pdf(
                [
                    _left(150, 760, "Offers of the week", 22),
                    _left(120, 730, "All offers valid until 31 March 2026"),
                    _left(50, 680, "Radiator flush", 14),
                    _left(330, 680, "Seat shampoo", 14),
                    _left(50, 655, "With new coolant"),
                    _left(330, 655, "Five seats and carpet"),
                    _left(50, 625, "SAR 95", 18),
                    _left(330, 625, "SAR 145", 18),
                    _left(50, 540, "Bumper repair", 14),
                    _left(330, 540, "Window tinting", 14),
                    _left(50, 515, "Scratches and dents"),
                    _left(330, 515, "Heat film, all sides"),
                    _left(50, 485, "SAR 280", 18),
                    _left(330, 485, "SAR 450", 18),
                ]
            ),
            (
                Truth("Radiator flush", "95", end=march),
                Truth("Seat shampoo", "145", end=march),
                Truth("Bumper repair", "280", end=march),
                Truth("Window tinting", "450", end=march),
            ),
        ),
        Case(
            "leaders.pdf",
            as_pdf(
                [
                    ("h1", "Promotional prices"),
                    ("p", "From 1 March 2026 to 20 March 2026"),
                    ("p", "Engine tune-up .......... SAR 250"),
                    ("p", "Timing belt .......... SAR 540"),
                    ("p", "Fuel pump .......... SAR 410"),
                ]
            ),
            (
                Truth("Engine tune-up", "250", end="2026-03-20"),
                Truth("Timing belt", "540", end="2026-03-20"),
                Truth("Fuel pump", "410", end="2026-03-20"),
            ),
        ),
        Case(
            "two-parts-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "عروض الأسبوع الأول"),
                    ("p", "العروض سارية حتى 8 مارس 2026"),
                    ("h2", "شحن بطارية"),
                    ("price", "30 ريال"),
                ],
                [
                    ("h1", "عروض الأسبوع الثاني"),
                    ("p", "العروض سارية حتى 15 مارس 2026"),
                    ("h2", "تبديل مساحات"),
                    ("price", "45 ريال"),
                ],
            ),
            (Truth("شحن بطارية", "30", end="2026-03-08"), Truth("تبديل مساحات", "45", end="2026-03-15")),
        ),
        Case(
            "forms-ar.pdf",
            raw_pdf(
                [
                    _right(560, 740, "خصم على فحص الفرامل", 20),
                    _left(360, 700, "2026 سرام 18 ﻲﻬﺘﻨﻳ"),
                    _right(560, 660, "خصم 25% لجميع السيارات"),
                ]
            ),
            (Truth("فحص الفرامل", discount="25", end="2026-03-18"),),
        ),
    ]


def _prose() -> list[Case]:
    return [
        Case(
            "mall.docx",
            as_docx(
                ("h1", "March discounts at the mall"),
                ("h2", "Coffee corner"),
                ("p", "Enjoy 20% off all hot drinks until 15 March 2026. Show this page at the counter."),
                ("h2", "Shoe house"),
                ("p", "Buy two pairs and get the third free. The promotion ends on 22 March 2026."),
                ("h2", "Opening hours"),
                ("p", "Daily from 10:00 to 23:00."),
            ),
            (Truth("Coffee", discount="20", end="2026-03-15"), Truth("Shoe", end="2026-03-22")),
        ),
        Case(
            "bank.pdf",
            as_pdf(
                [
                    ("h1", "10% cashback on school supplies"),
                    ("p", "Pay with your card at any bookshop and get 10% cashback, up to SAR 100."),
                    ("p", "Minimum spend: SAR 500."),
                    ("p", "Offer period: 1 March 2026 - 30 April 2026"),
                ]
            ),
            (Truth("cashback", discount="10", end="2026-04-30"),),
        ),
        Case(
            "long.docx",
            as_docx(
                ("h1", "Summer air conditioning offer"),
                ("p", "Stay cool this season with our full service."),
                ("h2", "What you get"),
                ("li", "Gas refill"),
                ("li", "Leak test"),
                ("li", "Filter cleaning"),
                ("h2", "Price"),
                ("p", "SAR 199 instead of SAR 280"),
                ("h2", "Validity"),
                ("p", "01/06/2026 - 31/08/2026"),
                ("h2", "Terms"),
                ("li", "Not with other offers."),
            ),
            (Truth("air conditioning", "199", "280", end="2026-08-31"),),
        ),
        Case(
            "letter.eml",
            as_mail(
                "25% off this weekend",
                (
                    "Dear customer,\n\nuntil Sunday 8 March 2026 you get 25% off every wash programme.\n\nCode: WASH25\n\nSee you soon\nAutoCare\n"
                ),
            ),
            (Truth("", discount="25", end="2026-03-08", code="WASH25"),),
        ),
        Case(
            "letter-ar.txt",
            (
                "عروض نهاية الأسبوع\n\nغسيل بالبخار بـ ٥٥ ريال بدلاً من ٨٠ ريال حتى السبت ٧ مارس ٢٠٢٦\n\n"
                "تلميع الجنوط بـ ٩٠ ريال حتى السبت ١٤ مارس ٢٠٢٦\n\nللحجز: ٩٢٠٠١٢٣٤٥\n"
            ).encode(),
            (Truth("غسيل بالبخار", "55", "80", end="2026-03-07"), Truth("تلميع الجنوط", "90", end="2026-03-14")),
        ),
    ]


def _lists() -> list[Case]:
    return [
        Case(
            "terms.docx",
            as_docx(
                ("h1", "Brake fluid promotion"),
                ("p", "Only SAR 70."),
                ("li", "At all branches"),
                ("li", "Not with other discounts"),
                ("li", "Valid until 31 March 2026"),
            ),
            (Truth("Brake fluid", "70", end="2026-03-31"),),
        ),
        Case(
            "sizes.docx",
            as_docx(
                ("h1", "Offers in March"),
                ("p", "Valid through 31 March 2026."),
                ("h2", "Oil change"),
                ("li", "Small car SAR 129"),
                ("li", "Large car SAR 169"),
                ("h2", "Polish"),
                ("p", "SAR 250"),
            ),
            (
                Truth("Small car", "129", end="2026-03-31"),
                Truth("Large car", "169", end="2026-03-31"),
                Truth("Polish", "250", end="2026-03-31"),
            ),
        ),
        Case(
            "bullets-ar.docx",
            as_docx(
                ("h1", "تخفيضات الصيف"),
                ("p", "من ١ إلى ١٥ مارس ٢٠٢٦"),
                ("li", "غسيل وتلميع ٩٩ ريال بدلاً من ١٥٠ ريال"),
                ("li", "تعبئة فريون ١٢٠ ريال"),
                ("li", "خصم ٢٠٪ على قطع الغيار"),
            ),
            (
                Truth("غسيل وتلميع", "99", "150", end="2026-03-15"),
                Truth("تعبئة فريون", "120", end="2026-03-15"),
                Truth("قطع الغيار", discount="20", end="2026-03-15"),
            ),
        ),
        Case(
            "ended.md",
            as_markdown(
                ("h1", "Our offers"),
                ("h2", "Snow chains"),
                ("p", "SAR 90. Offer ended."),
                ("h2", "Sun shades"),
                ("p", "SAR 35 until 30 April 2026"),
            ),
            (Truth("Snow chains", "90", end="never"), Truth("Sun shades", "35", end="2026-04-30")),
        ),
        Case(
            "plain.md",
            as_markdown(
                ("h1", "Lunch deals"),
                ("li", "Family box – 49.99 SAR (was 69.99 SAR)"),
                ("li", "Kids menu – 19.50 SAR"),
                ("p", "Deals run until 12 April 2026."),
            ),
            (Truth("Family box", "49.99", "69.99", end="2026-04-12"), Truth("Kids menu", "19.5", end="2026-04-12")),
        ),
    ]


def _tables() -> list[Case]:
    return [
        Case(
            "titled.xlsx",
            as_xlsx(
                [
                    ("Spring offers, valid until 10 April 2026", ""),
                    ("", ""),
                    ("Service", "Price"),
                    ("Wheel paint", "SAR 320"),
                    ("Undercoating", "SAR 610"),
                ]
            ),
            (Truth("Wheel paint", "320", end="2026-04-10"), Truth("Undercoating", "610", end="2026-04-10")),
        ),
        Case(
            "bilingual-table.docx",
            as_docx(
                ("h1", "Ramadan offers عروض رمضان"),
                ("p", "Valid until 19 March 2026 - سارية حتى ١٩ مارس ٢٠٢٦"),
                [
                    ("Service", "الخدمة", "Price", "Old price"),
                    ("Steam wash", "غسيل بالبخار", "SAR 60", "SAR 85"),
                    ("Wax", "تشميع", "SAR 110", "SAR 140"),
                ],
            ),
            (Truth("Steam wash", "60", "85", end="2026-03-19"), Truth("Wax", "110", "140", end="2026-03-19")),
        ),
        Case(
            "numbers.xlsx",
            as_xlsx(
                [
                    ("Product", "Regular price (SAR)", "Sale price (SAR)", "Ends"),
                    ("Jump starter", "349", "279", "31/03/2026"),
                    ("Tyre inflator", "120.50", "89.50", "15/04/2026"),
                ],
                "Sale",
            ),
            (
                Truth("Jump starter", "279", "349", end="2026-03-31"),
                Truth("Tyre inflator", "89.5", "120.5", end="2026-04-15"),
            ),
        ),
        Case(
            "offers.csv",
            (
                "title,price,discount,valid_until\nOzone treatment,75 SAR,30%,2026-03-25\nLeather care,95 SAR,15%,2026-04-02\n"
            ).encode(),
            (
                Truth("Ozone", "75", discount="30", end="2026-03-25"),
                Truth("Leather", "95", discount="15", end="2026-04-02"),
            ),
        ),
    ]


def hard_others() -> list[Case]:
    """Documents that speak of discounts, dates and prices and offer nothing."""
    return [
        Case(
            "minutes.docx",
            as_docx(
                ("h1", "Minutes of the marketing meeting"),
                ("h2", "Promotions"),
                ("p", "We plan 20% off tyres until 31 March 2026."),
                ("h2", "Budget"),
                ("p", "SAR 40,000 were approved."),
            ),
        ),
        Case(
            "study.pdf",
            as_pdf(
                [
                    ("h1", "How shops use discounts"),
                    (
                        "p",
                        "In our sample a discount of 20% raised sales until March 2026, while prices of SAR 99 did not.",
                    ),
                    ("p", "Offers that ended on 31 March 2026 were counted twice."),
                ]
            ),
        ),
        Case(
            "menu.docx",
            as_docx(
                ("h1", "Breakfast menu"),
                ("li", "Eggs and bread SAR 18"),
                ("li", "Beans SAR 12"),
                ("p", "Prices include VAT."),
            ),
        ),
        Case(
            "faq.md",
            as_markdown(
                ("h1", "Questions about our service"),
                ("h2", "Do you have offers?"),
                ("p", "Yes, see our web site. Members get 5% off."),
                ("h2", "How much is a check?"),
                ("p", "SAR 50."),
            ),
        ),
        Case(
            "warranty-ar.docx",
            as_docx(("h1", "شهادة ضمان"), ("p", "الضمان ساري حتى ٣١ مارس ٢٠٢٧ ولا يشمل القطع التي عليها خصم ١٠٪.")),
        ),
        Case(
            "lease.docx",
            as_docx(
                ("h1", "Lease"),
                (
                    "p",
                    "The landlord offers the shop at SAR 4,000 a month until 31 December 2026, less a discount of 5%.",
                ),
                ("p", "The tenant agrees."),
            ),
        ),
        Case(
            "ledger.xlsx",
            as_xlsx(
                [
                    ("Invoice", "Customer", "Discount", "Amount due", "Due date"),
                    ("118", "Olaya Fleet", "5%", "SAR 950", "2026-03-31"),
                ],
                "March",
            ),
        ),
        Case(
            "news.txt",
            (
                b"Central bank keeps rate\n\nThe bank left its rate at 5% on Tuesday. Analysts expect a cut of 25% in fees until June 2026.\n"
            ),
        ),
        Case(
            "course.docx",
            as_docx(
                ("h1", "Training plan 2026"),
                [
                    ("Course", "Fee", "Date"),
                    ("First aid", "SAR 300", "12 March 2026"),
                    ("Welding", "SAR 900", "2 April 2026"),
                ],
            ),
        ),
    ]
