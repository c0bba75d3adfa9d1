"""Flyers of varied layout and documents that are none, with the offers each holds: `flyer_cases.json`, made into files.

A case has a name, a set (plain, hard, other), a form (how its content becomes a file) and its offers as their author
means them. What a hard case adds: columns, cards side by side, letters of both directions, prose.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import flyer_files

__all__ = ["Case", "Truth", "flyers", "others"]


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


_FORMS: dict[str, Callable[..., bytes]] = {
    "pdf": flyer_files.as_pdf,
    "rtl_pdf": flyer_files.as_rtl_pdf,
    "placed": flyer_files.as_placed_pdf,
    "docx": flyer_files.as_docx,
    "pptx": flyer_files.as_pptx,
    "xlsx": flyer_files.as_xlsx,
    "markdown": flyer_files.as_markdown,
    "mail": flyer_files.as_mail,
    "text": str.encode,
}


def flyers() -> list[Case]:
    """The documents that hold offers."""
    return [_case(told) for told in _told() if told["set"] != "other"]


def others() -> list[Case]:
    """Price lists, invoices, contracts, reports and the like, in both languages."""
    return [_case(told) for told in _told() if told["set"] == "other"]


def _told() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return read


def _case(told: dict[str, Any]) -> Case:
    body = _FORMS[told["form"]](*told["content"])
    return Case(told["name"], body, tuple(Truth(**offer) for offer in told["offers"]))
