"""Pages that are one offer's own though they declare none.

`kinds` tells what kind of page it is, `marks` what it declares outside schema.org, `state` whether the thing is to be
had; `own` puts these together, after the cards of other offers are taken out.
"""
