"""The page without what a reader cannot see: hidden elements are emptied, so no later step can quote them by accident.

Emptied elements stay in place, so paths (`getroottree().getpath`) are the same before and after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree
from lxml.html import HtmlElement

from pipelines.records import Finding
from pipelines.web.characters import fold, hidden_message
from pipelines.web.hiding import Style, hides, smothers
from pipelines.web.stylesheets import page_styles

__all__ = ["visible_tree"]

# Elements whose content is never part of the shown text: code, fallbacks for what is shown instead, form controls.
_UNSHOWN = """
    script style noscript template iframe noframes noembed object embed applet video audio canvas svg map
    select option datalist textarea input meter progress head rp title area dialog
"""
_NEVER_SHOWN = _UNSHOWN.split()
# Class names that hide by a convention of the large style frameworks, whose sheets are linked and not fetched.
_HIDING_CLASSES = frozenset(["sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "d-none", "hidden"])
_SHOWN_AGAIN = re.compile(r"(?:\w+:|d-\w+-)(?:block|flex|grid|inline|table|contents)")
_SHELL = frozenset({"html", "body"})  # hidden only until their scripts have run
_ASIDE = frozenset({"nav", "header", "footer", "form", "menu"})
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,30}\b(?:previous|prior|above|earlier|all)\b.{0,20}\b(?:instruction|prompt|rule)"
    r"|\byou are (?:now )?an? (?:ai|assistant|chatbot|language model)\b|\bsystem prompt\b"
    r"|(?:تجاهل|تجاهلي|تجاهلوا|انس|أهمل)\s.{0,20}(?:التعليمات|الأوامر|التوجيهات)",
    re.IGNORECASE | re.DOTALL,
)


def visible_tree(tree: HtmlElement) -> tuple[HtmlElement, tuple[Finding, ...]]:
    """A copy of the tree in which everything unseen is empty, and findings on what was hidden there."""
    shown = deepcopy(tree)
    findings = [*_instructions(shown), *_smuggled(shown)]
    styles = page_styles(shown)
    etree.strip_elements(shown, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    for element in list(shown.iter(*_NEVER_SHOWN)):
        if element.tag != "dialog" or element.get("open") is None:
            element.clear(keep_tail=True)
    hidden = _hide(shown, styles)
    return shown, (*findings, *_hidden_text(hidden))


# ---------------------------------------------------------------- hiding


def _hide(shown: HtmlElement, styles: dict[HtmlElement, Style]) -> list[str]:
    """Empties hidden elements; the folded texts that went, outside menus and forms, in document order."""
    controlled = _controlled(shown)
    gone: list[HtmlElement] = []
    smothered: list[HtmlElement] = []
    mute: list[bool] = [False]
    walk = etree.iterwalk(shown, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            mute.pop()
            continue
        style = styles.get(element, {})
        muted = None if element.tag in _SHELL else smothers(style)
        mute.append(mute[-1] if muted is None else muted)
        if element.tag not in _SHELL and _is_hidden(element, style, controlled):
            gone.append(element)
            walk.skip_subtree()
        elif mute[-1]:
            smothered.append(element)
    return [*_mute(smothered), *_empty(gone)]


def _is_hidden(element: HtmlElement, style: Style, controlled: frozenset[str]) -> bool:
    folded = element.get("hidden") is not None or style.get("display") == "none" or "max-height" in style
    if folded and element.get("id") in controlled:
        return False  # a visible button or tab unfolds it: the reader gets to see it
    if element.get("hidden") is not None or element.get("popover") is not None or hides(style):
        return True
    return _hidden_by_convention(element.get("class") or "", style)


def _hidden_by_convention(classes: str, style: Style) -> bool:
    names = classes.split()
    if _HIDING_CLASSES.isdisjoint(names) or "display" in style:
        return False
    return not any(_SHOWN_AGAIN.fullmatch(name) for name in names)


def _controlled(shown: HtmlElement) -> frozenset[str]:
    """The ids that some control of the page says it unfolds."""
    named = shown.xpath("//@aria-controls | //@data-target | //@data-bs-target | //*[@role='tab']/@href")
    return frozenset(name.lstrip("#") for value in named for name in str(value).split())


def _empty(elements: list[HtmlElement]) -> Iterator[str]:
    for element in elements:
        text = fold(" ".join(element.itertext()))
        if text and not any(parent.tag in _ASIDE for parent in element.iterancestors()) and element.tag not in _ASIDE:
            yield text
        element.clear(keep_tail=True)


def _mute(elements: list[HtmlElement]) -> Iterator[str]:
    """Drops the elements' own text: their first text and what follows each child."""
    for element in elements:
        texts = [element.text or "", *(child.tail or "" for child in element)]
        element.text = None
        for child in element:
            child.tail = None
        if text := fold(" ".join(texts)):
            yield text


# ---------------------------------------------------------------- findings


def _hidden_text(texts: list[str]) -> Iterator[Finding]:
    """One finding a page: three words are where a hidden icon or label ends and a statement begins."""
    telling = [text for text in texts if len(text.split()) >= 3]
    if telling:
        quote = " … ".join(text[:200] for text in telling[:5])
        message = f"{len(telling)} hidden passage(s) left out: no reader of the page sees them"
        yield Finding("hidden-text", message, quote)


def _instructions(tree: HtmlElement) -> Iterator[Finding]:
    """Text anywhere in the page, comments and attributes too, that speaks to a language model."""
    for text in tree.xpath("//text()[not(parent::script or parent::style)] | //comment() | //@alt | //@title"):
        words = text.text if isinstance(text, etree._Comment) else str(text)
        if words and (found := _INSTRUCTION.search(words)):
            quote = fold(words[max(0, found.start() - 40) : found.end() + 160])
            yield Finding(
                "instruction-like-text", "the page addresses a language model; it is text, never a command", quote
            )
            return


def _smuggled(tree: HtmlElement) -> Iterator[Finding]:
    message = hidden_message("".join(tree.itertext()))
    if message:
        yield Finding("invisible-characters", "invisible tag characters spell a text; dropped", message[:200])
