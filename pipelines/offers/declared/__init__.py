"""Offers that a page declares with schema.org, whatever syntax it uses.

The way: `linkeddata` reads JSON-LD (mended by `brokenjson`), microdata and RDFa (`rdfa`) into `nodes`; `structured`
makes offers of those, their amounts by `prices`, those sold elsewhere left out by `regionality`.
"""
