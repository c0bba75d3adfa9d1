"""Thirty flyers of varied layout and twelve documents that are none, with the offers each holds, known by construction."""

from __future__ import annotations

from bench.flyer_files import as_docx, as_mail, as_markdown, as_pdf, as_pptx, as_rtl_pdf, as_xlsx
from bench.flyer_truth import Case, Truth

__all__ = ["flyers", "others"]


def flyers() -> list[Case]:
    """The flyers."""
    return [*_english_pdfs(), *_arabic_pdfs(), *_office(), *_plain()]


def _english_pdfs() -> list[Case]:
    march = "2026-03-31"
    return [
        Case(
            "headed.pdf",
            as_pdf(
                [
                    ("h1", "AutoCare March offers"),
                    ("p", "All offers valid until 31 March 2026."),
                    ("h2", "Synthetic oil change"),
                    ("p", "Four litres and a new filter."),
                    ("price", "SAR 149"),
                    ("p", "instead of SAR 210"),
                    ("h2", "Brake pads fitted"),
                    ("p", "Front axle, parts and labour."),
                    ("price", "SAR 260"),
                    ("h2", "Battery test"),
                    ("p", "Free of charge at every branch."),
                ]
            ),
            (
                Truth("oil change", "149", "210", end=march),
                Truth("Brake pads", "260", end=march),
                Truth("Battery test", end=march),
            ),
        ),
        Case(
            "single.pdf",
            as_pdf(
                [
                    ("h1", "Free brake inspection"),
                    ("p", "With every set of four tyres you buy from us."),
                    ("p", "Valid from 1 to 15 March 2026."),
                    ("small", "One inspection per vehicle."),
                ]
            ),
            (Truth("Free brake inspection", end="2026-03-15"),),
        ),
        Case(
            "percent-first.pdf",
            as_pdf(
                [
                    ("h1", "Spring deals"),
                    ("price", "30% OFF"),
                    ("h2", "All-season tyres"),
                    ("p", "Any size in stock."),
                    ("price", "20% OFF"),
                    ("h2", "Wheel alignment"),
                    ("p", "Cars and light vans."),
                    ("price", "SAR 79"),
                    ("h2", "Interior cleaning"),
                    ("p", "Vacuum, dashboard and glass."),
                ]
            ),
            (
                Truth("All-season tyres", discount="30"),
                Truth("Wheel alignment", discount="20"),
                Truth("Interior cleaning", "79"),
            ),
        ),
        Case(
            "table.pdf",
            as_pdf(
                [
                    ("h1", "Service promotions"),
                    [
                        ("Service", "Regular price", "Offer price", "Valid until"),
                        ("Air filter replacement", "SAR 90", "SAR 60", "15 March 2026"),
                        ("Coolant flush", "SAR 180", "SAR 120", "31 March 2026"),
                        ("Engine wash", "SAR 70", "SAR 49", "7 April 2026"),
                    ],
                    ("small", "Call 9200 12345 to book."),
                ]
            ),
            (
                Truth("Air filter", "60", "90", end="2026-03-15"),
                Truth("Coolant", "120", "180", end=march),
                Truth("Engine wash", "49", "70", end="2026-04-07"),
            ),
        ),
        Case(
            "pages.pdf",
            as_pdf(
                [
                    ("h1", "First week"),
                    ("p", "Prices valid until 7 March 2026"),
                    ("h2", "Wiper blades"),
                    ("price", "SAR 25"),
                    ("h2", "Cabin filter"),
                    ("price", "SAR 55"),
                ],
                [
                    ("h1", "Second week offers"),
                    ("p", "Offers valid until 14 March 2026"),
                    ("h2", "Spark plugs"),
                    ("price", "SAR 120"),
                    ("h2", "Headlight polishing"),
                    ("price", "SAR 99"),
                ],
            ),
            (
                Truth("Wiper", "25", end="2026-03-07"),
                Truth("Cabin filter", "55", end="2026-03-07"),
                Truth("Spark plugs", "120", end="2026-03-14"),
                Truth("Headlight", "99", end="2026-03-14"),
            ),
        ),
        Case(
            "bottom.pdf",
            as_pdf(
                [
                    ("h1", "Weekend specials"),
                    ("h2", "Full detailing"),
                    ("p", "Inside and outside."),
                    ("price", "Only SAR 399"),
                    ("p", "Was SAR 550"),
                    ("h2", "Ceramic coating"),
                    ("p", "Three layers."),
                    ("price", "SAR 1,250"),
                    ("small", "Offers valid from 5 to 28 March 2026 while stocks last."),
                ]
            ),
            (Truth("detailing", "399", "550", end="2026-03-28"), Truth("Ceramic", "1250", end="2026-03-28")),
        ),
        Case(
            "own-and-shared.pdf",
            as_pdf(
                [
                    ("h1", "Ramadan offers"),
                    ("p", "All offers end on 20 March 2026 unless stated otherwise."),
                    ("h2", "AC gas refill"),
                    ("price", "SAR 110"),
                    ("p", "Valid until 10 March 2026"),
                    ("h2", "Suspension check"),
                    ("price", "SAR 45"),
                    ("h2", "How to book"),
                    ("p", "Call our team or use the application."),
                ]
            ),
            (Truth("AC gas", "110", end="2026-03-10"), Truth("Suspension", "45", end="2026-03-20")),
        ),
        Case(
            "listed.pdf",
            as_pdf(
                [
                    ("h1", "Discounts this month"),
                    ("p", "Until 31 March 2026:"),
                    ("li", "Oil filter - SAR 35 instead of SAR 50"),
                    ("li", "Tyre rotation - SAR 40"),
                    ("li", "20% off all batteries"),
                    ("h2", "Our branches"),
                    ("p", "Olaya, Malaz and Narjis."),
                ]
            ),
            (
                Truth("Oil filter", "35", "50", end=march),
                Truth("Tyre rotation", "40", end=march),
                Truth("batteries", discount="20", end=march),
            ),
        ),
        Case(
            "code.pdf",
            as_pdf(
                [
                    ("h1", "Winter sale"),
                    ("p", "Get 25% off any mechanical repair booked online."),
                    ("p", "Use code WINTER25 when you book."),
                    ("p", "Expires 18/03/2026"),
                ]
            ),
            (Truth("", discount="25", end="2026-03-18", code="WINTER25"),),
        ),
    ]


def _arabic_pdfs() -> list[Case]:
    return [
        Case(
            "headed-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "عروض رمضان"),
                    ("p", "جميع العروض سارية حتى 19 مارس 2026"),
                    ("h2", "تغيير زيت المحرك"),
                    ("p", "أربعة لترات مع فلتر جديد"),
                    ("price", "149 ريال"),
                    ("p", "بدلا من 210 ريال"),
                    ("h2", "فحص المكيف"),
                    ("p", "تعبئة الغاز وفحص التسريب"),
                    ("price", "99 ريال"),
                ]
            ),
            (Truth("تغيير زيت", "149", "210", end="2026-03-19"), Truth("فحص المكيف", "99", end="2026-03-19")),
        ),
        Case(
            "digits-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "تخفيضات الإطارات"),
                    ("h2", "إطارات مقاس ١٧"),
                    ("p", "تركيب وترصيص مجانا"),
                    ("price", "٣٩٩ ر.س"),
                    ("p", "ساري حتى ٣١ مارس ٢٠٢٦"),
                    ("h2", "ميزان أذرعة"),
                    ("p", "لجميع السيارات"),
                    ("price", "٦٥ ر.س"),
                    ("p", "ساري حتى ١٥ أبريل ٢٠٢٦"),
                ]
            ),
            (Truth("إطارات مقاس", "399", end="2026-03-31"), Truth("ميزان", "65", end="2026-04-15")),
        ),
        Case(
            "hijri-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "خصم ٣٠٪ على تلميع السيارات"),
                    ("p", "يشمل التلميع الداخلي والخارجي في جميع الفروع"),
                    ("p", "العرض ساري حتى ٢٩ رمضان ١٤٤٧هـ"),
                ]
            ),
            (Truth("تلميع", discount="30", end="2026-03-18"),),
        ),
        Case(
            "numeric-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "عروض الصيانة"),
                    ("p", "العروض سارية من 01/03/2026 إلى 25/03/2026"),
                    ("h2", "صيانة عشرة آلاف"),
                    ("price", "299 ريال"),
                    ("h2", "فحص شامل"),
                    ("price", "75 ريال"),
                ]
            ),
            (Truth("صيانة عشرة", "299", end="2026-03-25"), Truth("فحص شامل", "75", end="2026-03-25")),
        ),
        Case(
            "hyphen-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "عرض خاص على البطاريات"),
                    ("price", "220 ريال"),
                    ("p", "ينتهي العرض في 2026-03-31"),
                ]
            ),
            (Truth("البطاريات", "220", end="2026-03-31"),),
        ),
        Case(
            "list-ar.pdf",
            as_rtl_pdf(
                [
                    ("h1", "عروض نهاية الشهر"),
                    ("p", "حتى 31 مارس 2026"),
                    ("p", "غسيل خارجي 25 ريال"),
                    ("p", "تلميع المصابيح 80 ريال بدلا من 120 ريال"),
                    ("p", "تعقيم المقصورة 60 ريال"),
                ]
            ),
            (
                Truth("غسيل خارجي", "25", end="2026-03-31"),
                Truth("تلميع المصابيح", "80", "120", end="2026-03-31"),
                Truth("تعقيم", "60", end="2026-03-31"),
            ),
        ),
    ]


def _office() -> list[Case]:
    return [
        Case(
            "headed.docx",
            as_docx(
                ("h1", "Offers for fleet customers"),
                ("p", "These offers run until 30 April 2026."),
                ("h2", "Quarterly inspection"),
                ("p", "Per vehicle: SAR 180, was SAR 240."),
                ("h2", "Tyre storage"),
                ("p", "SAR 15 per tyre and month."),
                ("h2", "Contact"),
                ("p", "fleet@autocare.test"),
            ),
            (
                Truth("Quarterly inspection", "180", "240", end="2026-04-30"),
                Truth("Tyre storage", "15", end="2026-04-30"),
            ),
        ),
        Case(
            "bilingual.docx",
            as_docx(
                ("h1", "Car wash promotion | عرض غسيل السيارات"),
                ("h2", "Outside wash"),
                ("p", "SAR 20 instead of SAR 30, until 12 March 2026"),
                ("h2", "غسيل خارجي"),
                ("p", "٢٠ ريال بدلاً من ٣٠ ريال، حتى ١٢ مارس ٢٠٢٦"),
            ),
            (Truth("Outside wash", "20", "30", end="2026-03-12"), Truth("غسيل خارجي", "20", "30", end="2026-03-12")),
        ),
        Case(
            "table.docx",
            as_docx(
                ("h1", "Promotions"),
                [
                    ("Item", "Discount", "Promo code", "Ends"),
                    ("Rain wipers", "15%", "RAIN15", "20 March 2026"),
                    ("Floor mats", "40%", "MATS40", "25 March 2026"),
                ],
            ),
            (
                Truth("Rain wipers", discount="15", end="2026-03-20", code="RAIN15"),
                Truth("Floor mats", discount="40", end="2026-03-25", code="MATS40"),
            ),
        ),
        Case(
            "table-ar.docx",
            as_docx(
                ("h1", "عروض مارس"),
                [
                    ("الخدمة", "السعر قبل", "السعر بعد الخصم", "صالح حتى"),
                    ("تنظيف البخاخات", "٣٠٠ ريال", "٢٢٠ ريال", "٢٨ مارس ٢٠٢٦"),
                    ("برمجة المفاتيح", "٥٠٠ ريال", "٣٥٠ ريال", "٣١ مارس ٢٠٢٦"),
                ],
            ),
            (
                Truth("تنظيف البخاخات", "220", "300", end="2026-03-28"),
                Truth("برمجة المفاتيح", "350", "500", end="2026-03-31"),
            ),
        ),
        Case(
            "bogo.docx",
            as_docx(
                ("h1", "Two for one on air fresheners"),
                ("p", "Buy one, get one free at all counters until Thursday 26 March 2026."),
            ),
            (Truth("air fresheners", end="2026-03-26"),),
        ),
        Case(
            "groups.docx",
            as_docx(
                ("h1", "AutoCare"),
                ("h2", "Oil offers until 10 March 2026"),
                ("h3", "Mineral oil"),
                ("p", "SAR 79"),
                ("h3", "Synthetic oil"),
                ("p", "SAR 139"),
                ("h2", "Tyre offers until 24 March 2026"),
                ("h3", "Puncture repair"),
                ("p", "SAR 15"),
                ("h3", "Nitrogen filling"),
                ("p", "SAR 20"),
            ),
            (
                Truth("Mineral", "79", end="2026-03-10"),
                Truth("Synthetic", "139", end="2026-03-10"),
                Truth("Puncture", "15", end="2026-03-24"),
                Truth("Nitrogen", "20", end="2026-03-24"),
            ),
        ),
        Case(
            "slides.pptx",
            as_pptx(
                ("Spring promotions", "Valid until 15 April 2026"),
                ("Underbody wash", "SAR 35", "Removes salt and sand"),
                ("Glass repair", "Save SAR 50", "From SAR 150"),
            ),
            (Truth("Underbody", "35", end="2026-04-15"), Truth("Glass repair", "150", end="2026-04-15")),
        ),
        Case(
            "sheet.xlsx",
            as_xlsx(
                [
                    ("Offer", "Was", "Now", "Valid from", "Valid until", "Category"),
                    ("Clutch check", "SAR 90", "SAR 50", "2026-03-01", "2026-03-20", "Repair"),
                    ("Diagnosis", "SAR 120", "SAR 80", "2026-03-05", "2026-04-05", "Repair"),
                ]
            ),
            (Truth("Clutch", "50", "90", end="2026-03-20"), Truth("Diagnosis", "80", "120", end="2026-04-05")),
        ),
        Case(
            "sheet-ar.xlsx",
            as_xlsx(
                [
                    ("العرض", "السعر", "نسبة الخصم", "تاريخ الانتهاء"),
                    ("فحص ما قبل الشراء", "150 ريال", "25%", "22 مارس 2026"),
                    ("تبديل السيور", "90 ريال", "10%", "29 مارس 2026"),
                ],
                "العروض",
            ),
            (
                Truth("فحص ما قبل", "150", discount="25", end="2026-03-22"),
                Truth("تبديل السيور", "90", discount="10", end="2026-03-29"),
            ),
        ),
    ]


def _plain() -> list[Case]:
    return [
        Case(
            "offers.md",
            as_markdown(
                ("h1", "April offers"),
                ("h2", "Key replacement"),
                ("p", "Now SAR 130 (was SAR 170). Valid through 30 April 2026."),
                ("h2", "Dent removal"),
                ("p", "10% off until 15 April 2026."),
            ),
            (
                Truth("Key replacement", "130", "170", end="2026-04-30"),
                Truth("Dent removal", discount="10", end="2026-04-15"),
            ),
        ),
        Case(
            "offers-ar.md",
            as_markdown(
                ("h1", "خصومات الشتاء"),
                ("p", "العروض سارية لغاية ٢٦ مارس ٢٠٢٦"),
                ("li", "فحص الردياتير: ٤٠ ريال"),
                ("li", "خصم ١٥٪ على المساحات"),
            ),
            (Truth("فحص الردياتير", "40", end="2026-03-26"), Truth("المساحات", discount="15", end="2026-03-26")),
        ),
        Case(
            "newsletter.eml",
            as_mail(
                "Our deals in March",
                (
                    "Hello,\n\nhere is what we have for you.\n\nRoad trip check - SAR 65 instead of SAR 95\n\nChild seat cleaning - SAR 45\n\n"
                    "All deals are valid until 29 March 2026.\n\nYour AutoCare team\n"
                ),
            ),
            (Truth("Road trip", "65", "95", end="2026-03-29"), Truth("Child seat", "45", end="2026-03-29")),
        ),
        Case(
            "short.txt",
            (b"MARCH PROMOTION\n\nEngine mounts\nSAR 310\n\nGearbox oil\nSAR 190\n\nOffers valid 1-31 March 2026\n"),
            (Truth("Engine mounts", "310", end="2026-03-31"), Truth("Gearbox", "190", end="2026-03-31")),
        ),
        Case(
            "short-ar.txt",
            (
                "عرض اليوم الوطني\n\nخصم ٢٠٪ على جميع الخدمات عند استخدام كود NATIONAL20\n\nينتهي العرض في ٢٥ مارس ٢٠٢٦\n"
            ).encode(),
            (Truth("", discount="20", end="2026-03-25", code="NATIONAL20"),),
        ),
        Case(
            "open.pdf",
            as_pdf(
                [
                    ("h1", "Special offers"),
                    ("h2", "Roof box rental"),
                    ("price", "SAR 60"),
                    ("p", "A day, while stocks last."),
                    ("h2", "Trailer hire"),
                    ("price", "SAR 90"),
                    ("p", "A day."),
                ]
            ),
            (Truth("Roof box", "60"), Truth("Trailer", "90")),
        ),
    ]


# ---------------------------------------------------------------- documents that offer nothing


def others() -> list[Case]:
    """Price list, invoice, contract and the like, in both languages."""
    return [
        Case(
            "price-list.pdf",
            as_pdf(
                [
                    ("h1", "Price list 2026"),
                    [("Service", "Price"), ("Oil change", "SAR 180"), ("Washing", "SAR 40")],
                    ("p", "A discount of 5% is given to fleets on request."),
                ]
            ),
        ),
        Case(
            "standing.docx",
            as_docx(
                ("h1", "Our services and prices"),
                ("h2", "Oil change"),
                ("p", "SAR 180"),
                ("h2", "Washing"),
                ("p", "SAR 40"),
            ),
        ),
        Case(
            "invoice.pdf",
            as_pdf(
                [
                    ("h1", "Tax invoice"),
                    ("p", "Invoice no. 2231 of 3 March 2026"),
                    [
                        ("Description", "Qty", "Unit price", "Discount", "Total"),
                        ("Oil change", "1", "SAR 180", "10%", "SAR 162"),
                    ],
                    ("p", "Payable until 31 March 2026."),
                ]
            ),
        ),
        Case(
            "contract.docx",
            as_docx(
                ("h1", "Service agreement"),
                ("h2", "Prices"),
                ("p", "The supplier grants a discount of 12% until 31 December 2026."),
                ("h2", "Offers"),
                ("p", "Offers of the supplier bind for thirty days."),
            ),
        ),
        Case(
            "job.docx",
            as_docx(
                ("h1", "Offer of employment"),
                ("p", "We offer you the position of mechanic at a salary of SAR 6,000."),
                ("p", "This offer is valid until 20 March 2026."),
            ),
        ),
        Case(
            "quotation.pdf",
            as_pdf(
                [
                    ("h1", "Quotation 118"),
                    ("p", "Four tyres: SAR 1,200, less 5% discount."),
                    ("p", "Our offer is valid until 31 March 2026."),
                ]
            ),
        ),
        Case(
            "manual.pdf",
            as_pdf(
                [
                    ("h1", "Owner's manual"),
                    ("h2", "Oil"),
                    ("p", "Use 5W-30 only. Change it every 10,000 km."),
                    ("h2", "Dealers"),
                    ("p", "Dealers offer free checks until the end of the warranty."),
                ]
            ),
        ),
        Case(
            "report.docx",
            as_docx(
                ("h1", "Annual report 2025"),
                ("h2", "Promotions"),
                ("p", "In March we sold oil changes at SAR 99 with 20% off until 31 March 2026."),
            ),
        ),
        Case(
            "returns-ar.docx",
            as_docx(
                ("h1", "سياسة الاسترجاع"),
                ("p", "يمكن استرجاع المنتجات خلال ١٤ يوماً ويخصم ١٠٪ من القيمة حتى ٣١ مارس ٢٠٢٦."),
            ),
        ),
        Case(
            "quotation-ar.docx",
            as_docx(
                ("h1", "عرض سعر"),
                ("p", "نقدم لكم أربعة إطارات بسعر ١٢٠٠ ريال بخصم ٥٪."),
                ("p", "العرض ساري حتى ٣١ مارس ٢٠٢٦"),
            ),
        ),
        Case(
            "tender.txt",
            (b"REQUEST FOR PROPOSALS\n\nOffers must be submitted until 31 March 2026.\n\nThe bid bond is SAR 5,000.\n"),
        ),
        Case("cv.txt", (b"Curriculum vitae\n\nSales manager, raised sales by 20% with promotions until March 2026.\n")),
    ]
