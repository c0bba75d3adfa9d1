"""The page for people, at `/`: rendered here, without a build step and without any other host.

site        put together: which page stands at which address
routing     how a page fails: as a page, or by asking to sign in
viewing     a template with what every page needs: language, zone, headers
sentences   what the base says in English, in Arabic (sentences.toml)
phrases     what is said, in English and Arabic (phrases.toml)
categories  what a category is called
times       instants and what is left of them, in words
store       what is read beyond the functions of kb: runs, findings, captures
past        and what was believed: versions, changes, how much was live
pictures    numbers as SVG
evidence    where in a text a value was read
signing     a key in a cookie
now, ask, changes, sources, runs, entries, captures   the pages
"""

__all__: list[str] = []
