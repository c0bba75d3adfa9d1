"""Offers in documents: flyers, price sheets and newsletters as PDF, Word, slides, sheets, mail or plain text.

`amounts` (money and savings in one line) and `words` (what a document calls itself) → `lines` (what each block is) →
`parts` (which blocks are one offer) and `tables` (one offer a row) → `scopes` (which offers a validity speaks
of) → `reading` (drafts, and the blocks that stay with the document).

Precision before recall: a document that does not say that it is about offers has none, and one that calls itself
an invoice, a contract, a quotation, a policy or a manual has none whatever its sections say.
"""
