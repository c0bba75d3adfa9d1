"""Offers read from a page.

The way of a page (`page`): what it declares (`declared`), what the source's selectors find (`selecting`) and what its
shape shows (`cards`) become candidates (`candidates`), joined where they are one offer (`joining`); a page that is one
offer's own is read whole (`pages`). `listterms` adds what a list says of all its offers, `regions` which text is whose,
`drafting` makes drafts, known by `identity`, sorted by `categories`. Offers of documents are read by `flyers`. Money is
read by `prices`, codes by `codes`, for all of them.
"""
