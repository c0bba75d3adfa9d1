"""How the base is asked. Every door calls the functions of schema kb; none can see past a window or a grant.

`asking`: search, offers, one entry, freshness, from Python.
"""
