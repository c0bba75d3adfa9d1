"""Every case of what Freshet must survive has a test that carries its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.mutants.mutant import ROOT

# N network, H HTTP, C content, D documents, T dates, B database, P process, K concurrency, S security
CASES = {
    "N1": "the site is down",
    "N2": "half of its pages fail",
    "N3": "its name does not resolve",
    "N4": "it answers a byte now and then, or falls silent",
    "N5": "its bodies are cut",
    "N6": "its certificate is bad",
    "H1": "503 for days",
    "H2": "404 once, 404 twice, 410",
    "H3": "401, 403, 429",
    "H4": "a challenge told with 200, and a page that only looks like one",
    "H5": "«not found» told with 200, and dead pages sent home",
    "H6": "redirects: loops, long chains, renamed pages",
    "H7": "robots.txt: failing, no rules at all, changed later, huge",
    "H8": "decompression bombs",
    "H9": "ETags that lie",
    "H10": "types that lie, bodies without end",
    "C1": "another layout",
    "C2": "a list that is truly empty",
    "C3": "noise",
    "C4": "one word, price or date of one offer of twelve",
    "C5": "encodings that lie",
    "C6": "hidden and poisoned text",
    "C7": "nesting, links and bytes without measure",
    "C8": "traps for crawlers",
    "C9": "one offer at many addresses and in a document",
    "C10": "two languages that disagree",
    "D1": "archives that expand, overlap, lie, climb",
    "D2": "entities in XML",
    "D3": "documents that kill their parser",
    "D4": "encrypted, empty, cut, mislabelled documents",
    "D5": "PDF in Arabic",
    "D6": "scans, outside links, deleted and hidden text",
    "T1": "03/04 in each order and in none",
    "T2": "ISO dates and Arabic digits and months",
    "T3": "Hijri dates",
    "T4": "midnight in Riyadh, in every session",
    "T5": "every process is dead",
    "T6": "no end stated",
    "T7": "extended, shortened, moved",
    "T8": "days that come again",
    "T9": "years left out, nonsense, ends already past",
    "T10": "a worker's clock that is wrong",
    "B1": "a connection that ends before any statement",
    "B2": "PostgreSQL away, back, its answer lost",
    "B3": "another model",
    "B4": "no room on the disk",
    "B5": "values no database takes",
    "B6": "an index full of what is over",
    "B7": "a dump of last week restored",
    "P1": "kill -9 anywhere",
    "P2": "SIGTERM and SIGINT",
    "P3": "a worker that stood still past its lease",
    "P4": "Prefect away, and back with late runs",
    "P5": "a model that dies, is gone or damaged",
    "P6": "no cache, no home, no room for logs, few files",
    "K1": "two syncs at once",
    "K2": "readers during publications",
    "K3": "one URL in two sources",
    "K4": "workers of another version",
    "K5": "deadlocks and lock timeouts",
    "S1": "addresses that must not be dialled",
    "S2": "pages outside the source",
    "S3": "scripts and escape sequences in what is stored",
    "S4": "injection through every parameter",
    "S5": "a bot that would be more",
    "S6": "grants",
    "S7": "secrets",
    "S8": "models that would run code",
    "S9": "abuse of the HTTP door",
}


def _marks() -> Iterator[tuple[str, str]]:
    """Code and place of each mark, read from the files: nothing is imported."""
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.hazard":
                yield from ((str(ast.literal_eval(code)), f"{file.name}:{node.lineno}") for code in node.args)


def test_every_case_has_a_test() -> None:
    """None is forgotten: a case that loses its last test is named here."""
    marked = {code for code, _ in _marks()}
    assert {code: said for code, said in CASES.items() if code not in marked} == {}


def test_a_mark_names_a_case_there_is() -> None:
    """A slip in a code would hide that a case has no test."""
    assert [place for code, place in _marks() if code not in CASES] == []
