"""The CSS selectors of a source's `[offers]`: reading by them, and proposing them for a new source.

`selectors` reads; `proposing` finds selectors for discovered cards (`items`), their fields (`fields`), by names that
last (`classnames`), and proves them.
"""
