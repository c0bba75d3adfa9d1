"""Texts to measure embedding backends on: what customers of small businesses read, in English and Arabic.

Written for this purpose. What is said, to whom and when is combined so that the texts differ in
subject, length and wording, as the chunks of a real knowledge base do.
"""

from __future__ import annotations

__all__ = ["calibration_texts"]

_OFFERS = (
    "Full synthetic oil change with a new filter and a free check of fluids, belts and wipers",
    "Four tyres for the price of three, fitted, balanced and with the old set recycled",
    "Ceramic coating for the whole car, guaranteed against fading for two years",
    "A family pizza with two sides and a large bottle of lemonade",
    "Every second pair of reading glasses at half price, lenses included",
    "Winter jackets and boots reduced by up to sixty percent",
    "A twelve-month gym membership without joining fee, sauna and pool included",
    "Deep cleaning of three rooms and the kitchen by a team of two",
    "Laptop repair with diagnosis at no charge when the repair is done with us",
    "Bouquet of thirty roses delivered the same day inside the city",
    "Teeth whitening in a single session, with a check-up before it",
    "Two nights at the seaside hotel with breakfast and late check-out",
    "Air conditioner service: washing of the filters, gas refill and a leak test",
    "Home internet at five hundred megabits with the router included",
    "Children's swimming lessons, ten sessions in groups of six",
    "Fresh salmon fillet from the counter, sold by weight",
    "Car battery with installation at your door and a thirty-month warranty",
    "Photo printing: two hundred prints in any size up to postcard",
    "Moving van with driver for half a day, blankets and straps included",
    "Organic vegetables in a weekly box, chosen by season",
)
_CONDITIONS = (
    "Valid at all branches until the end of the month.",
    "Cannot be combined with other discounts or vouchers, and is limited to one for each customer.",
    "Book by telephone or in the application at least one day ahead; others are served when there is room.",
    "While stocks last.",
    "Members of the loyalty programme earn double points; new members can join at the counter in two minutes.",
    "Price includes tax. Delivery outside the city is charged by distance and takes up to three working days.",
    "Show this message at the cash desk.",
)
_FACTS = (
    "Our branch in the northern district opens at eight in the morning and closes at ten at night, Fridays from two.",
    "Goods can be returned within fourteen days when they are unused and the receipt is kept.",
    "A refund reaches the card it was paid with after five to seven working days.",
    "The warranty covers faults of material and workmanship, not wear, accidents or repairs made elsewhere.",
    "Payment is accepted in cash, by card, by bank transfer and in four instalments without interest.",
    "To cancel an appointment, answer the reminder with the word cancel no later than three hours before it.",
    "The engine light can have many causes: a loose fuel cap, a worn spark plug, or a sensor that has failed.",
    "Brake pads should be looked at every ten thousand kilometres, and replaced below three millimetres.",
    "Children under six travel free when they share a seat; a child seat has to be asked for in advance.",
    "Personal data is kept for as long as the contract runs and erased one year after its end.",
    "Parcels that nobody collects are sent back after ten days.",
    "The kitchen uses nuts, sesame and milk; ask the staff for the list of allergens.",
    "Complaints are answered within two working days by the manager of the branch.",
    "A deposit of one fifth holds the room until six in the evening of the day of arrival.",
    "The meter is read twice a year; between readings the bill rests on an estimate.",
    "Visitors park free for the first two hours in the garage below the building.",
    "Software updates are installed at night and need no action by the user.",
    "The course ends with a written examination and a certificate that employers recognise.",
    "Wash at thirty degrees with similar colours, do not bleach, and dry in the shade.",
    "In an emergency call the duty number printed on the back of your card, at any hour.",
    "Insurance pays for a hire car of the same class while yours is being repaired.",
    "Plants of this kind need little water in winter and a bright place without direct sun.",
    "The library lends up to twelve items for four weeks; music and films for one week.",
    "Invoices are sent by electronic mail on the first working day of each month.",
)
_QUESTIONS = (
    "how long is the warranty on a new battery",
    "is the branch open on Friday morning",
    "can I pay in instalments",
    "what does an oil change cost this week",
    "do you deliver on the same day",
    "return an item without the receipt",
    "free parking near the entrance",
    "which offers are there for tyres",
    "cancel my booking for tomorrow",
    "allergens in the family pizza",
    "late check-out at the hotel",
    "when will I get my refund",
)
_ARABIC = (
    "تغيير زيت كامل مع فلتر جديد وفحص مجاني للسوائل والسيور، العرض في جميع الفروع حتى نهاية الشهر.",
    "أربعة إطارات بسعر ثلاثة مع التركيب والترصيص.",
    "يمكن إرجاع البضاعة خلال أربعة عشر يوما إذا كانت غير مستعملة ومعها الفاتورة.",
    "يفتح فرعنا في الحي الشمالي من الثامنة صباحا إلى العاشرة مساء، ويوم الجمعة من الثانية ظهرا.",
    "الدفع نقدا أو بالبطاقة أو على أربع دفعات من دون فوائد.",
    "كم مدة الضمان على البطارية الجديدة؟",
    "خصم يصل إلى ستين في المئة على ملابس الشتاء والأحذية، حتى نفاد الكمية.",
    "تنظيف عميق لثلاث غرف والمطبخ بفريق من شخصين، والحجز قبل يوم واحد على الأقل.",
    "بطارية سيارة مع التركيب أمام بيتك وضمان ثلاثين شهرا.",
    "هل التوصيل في اليوم نفسه؟",
)


def calibration_texts() -> list[str]:
    """Return about 300 different texts of 6 to 120 tokens, mixed so that any first part is like the whole."""
    offers = [f"{offer}. {condition}" for offer in _OFFERS for condition in _CONDITIONS]
    pairs = [f"{one} {_FACTS[(i + 7) % len(_FACTS)]}" for i, one in enumerate(_FACTS)]
    long = [
        f"{pairs[i]} {_OFFERS[(5 * i) % len(_OFFERS)]}. {_CONDITIONS[i % len(_CONDITIONS)]} {_FACTS[(i + 12) % 24]}"
        for i in range(len(pairs))
    ]
    bilingual = [f"{arabic} {offer}." for arabic in _ARABIC for offer in _OFFERS[::4]]
    texts = [*offers, *_FACTS, *pairs, *long, *_QUESTIONS, *_ARABIC, *bilingual]
    return [texts[(i * 97) % len(texts)] for i in range(len(texts))]  # 97: prime, so each comes once
