"""What a flyer made for measuring means, as its author knows it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Case", "Truth"]


@dataclass(frozen=True)
class Truth:
    """One offer as its flyer means it."""

    title: str  # words its title holds
    price: str | None = None
    before: str | None = None
    discount: str | None = None
    end: str | None = None  # the last day, ISO; None: none is stated; never: it is over
    code: str = ""


@dataclass(frozen=True)
class Case:
    """A document and what it offers."""

    name: str
    body: bytes
    offers: tuple[Truth, ...] = ()
    any_of: int = 0  # so many of them are enough: the same offer in two languages
