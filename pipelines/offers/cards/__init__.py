"""Offers on pages that nobody prepared: repeated parts of one shape that are offers by what they say.

The way of a page: `groups` finds what repeats, `looks` takes a look at each part, `choice` decides by what they say
(`signs`) and where they stand (`context`); of those that remain `fields` reads the fields: texts (`pieces`), prices,
dates, images. `finding` puts these together, `banners` adds pictures that say it all.
"""
