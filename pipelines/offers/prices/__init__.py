"""Money in texts and on pages: which amounts there are, in which currency, and the part each plays.

`words` and `currencies` know the words, `reading` reads a text, `discounts` what it says is saved, `shown` finds the
price that a page shows for what its heading names. All other modules take words of price from here.
"""
