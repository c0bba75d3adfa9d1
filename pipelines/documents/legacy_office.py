"""Word and PowerPoint files from before 2007 (.doc, .ppt), converted by LibreOffice where it is installed.

Runs in the child. LibreOffice keeps its profile in the child's own folder and is killed with it.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from pipelines.documents.archives import check_archive
from pipelines.documents.results import DocumentBroken, DocumentContent, DocumentLimits, DocumentUnsupported

__all__ = ["read_doc", "read_ppt"]


def read_doc(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A .doc file, read as the DOCX that LibreOffice makes of it. Raises DocumentUnsupported where it is absent."""
    from pipelines.documents.word import read_docx

    return read_docx(_converted(body, name, "doc", "docx", limits), name, limits)


def read_ppt(body: bytes, name: str, limits: DocumentLimits) -> DocumentContent:
    """A .ppt file, read as the PPTX that LibreOffice makes of it. Raises DocumentUnsupported where it is absent."""
    from pipelines.documents.slides import read_pptx

    return read_pptx(_converted(body, name, "ppt", "pptx", limits), name, limits)


def _converted(body: bytes, name: str, source: str, target: str, limits: DocumentLimits) -> bytes:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        raise DocumentUnsupported(
            f"{name}: an old Office file (.{source}), which LibreOffice converts, and it is not installed. "
            f"Install it (Debian: apt install libreoffice-writer libreoffice-impress), or publish a .{target}"
        )
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"document.{source}"
        path.write_bytes(body)
        command = [program, "--headless", "--norestore", f"-env:UserInstallation=file://{directory}/profile"]
        subprocess.run([*command, "--convert-to", target, "--outdir", directory, str(path)], check=False)
        converted = path.with_suffix(f".{target}")
        if not converted.exists():
            raise DocumentBroken(f"{name}: LibreOffice cannot read it; open and save it as .{target}")
        result = converted.read_bytes()
    check_archive(result, name, limits)
    return result
