"""A folder in which most documents are hostile or broken: each is named, the others are served (D1, D2, D3, D4, D6)."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from pipelines.database import Connection
from tests.badsite import BadSite
from tests.flows.conftest import Run
from tests.pipelines.documents.raw_pdf import raw_pdf

_TYPES = ("[Content_Types].xml", b'<?xml version="1.0"?><Types/>')
_BOMB = b"<document>" + b"\0" * 200_000_000 + b"</document>"


def _packed(*entries: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in (_TYPES, *entries):
            target.writestr(name, data)
    return packed.getvalue()


def _entity(address: str) -> bytes:
    """XML that would read a file, ask a server and multiply, if a parser let it."""
    return (
        '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">'
        f'<!ENTITY s SYSTEM "{address}"><!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        "<document>&f;&s;&b;</document>"
    ).encode()


@pytest.mark.hazard("D1", "D2", "D4", "D6")
def test_d_each_bad_document_is_named_and_the_rest_is_served(run: Run, folder: Path, db: Connection) -> None:
    """One run: ten that cannot be read, each named, no server asked, and what was served before stays."""
    docs = folder / "docs"
    docs.mkdir()
    for name, text in (
        ("hours", "The workshop opens at nine."),
        ("towing", "We tow at any hour."),
        ("kept", "Old words."),
    ):
        (docs / f"{name}.md").write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    assert run("sync").code == 0
    with BadSite() as internal:
        bad = {
            "bomb.docx": _packed(("word/document.xml", _BOMB)),
            "climbing.docx": _packed(("word/document.xml", b"<d/>"), ("../../escaped", b"x")),
            "entities.docx": _packed(("word/document.xml", _entity(internal.url("/asked")))),
            "feed.xml": _entity(internal.url("/asked")),
            "empty.pdf": b"",
            "cut.pdf": raw_pdf([(50, 700, 12, list("Terms"))])[:300],
            "scan.pdf": raw_pdf([]),
            "program.pdf": b"\x7fELF" + bytes(400),
            "mislabelled.docx": b"%PDF-1.7 and nothing that follows",
            "kept.md": b"\xff\xfe\x00\xd8" * 200,
        }
        for name, body in bad.items():
            (docs / name).write_bytes(body)
        ran = run("sync", "--json")
        assert internal.journal == []
    report = json.loads(ran.out)["runs"][0]
    told = {problem["url"].removeprefix("file:docs/"): problem["message"] for problem in report["problems"]}
    assert (ran.code, report["state"]) == (3, "partial")
    assert set(told) == set(bad)
    assert len(set(told.values())) >= 7
    assert "Traceback" not in ran.out + ran.err
    assert not (folder.parent / "escaped").exists()
    for question, url in (("workshop opens", "hours.md"), ("tow hour", "towing.md"), ("old words", "kept.md")):
        rows = db.execute("select url from kb.search(%s)", (question,)).fetchall()
        assert (f"file:docs/{url}",) in rows
    for name in bad:
        (docs / name).write_text(f"# {name}\n\nMended, and to be read.\n", encoding="utf-8")
        (docs / name).rename((docs / name).with_suffix(".md"))
    assert run("sync").code in (0, 3)
    assert run("db", "check").code == 0
