"""Read every file under a folder and print one line a file, then a summary.

    python -m bench.documents [FOLDER] [--text]

The default folder is ../shared/data/documents. `--text` prints the blocks too.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from pathlib import Path

from pipelines.documents.reading import DocumentReader
from pipelines.documents.results import DocumentError


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    files = (
        sorted(path for path in arguments.folder.rglob("*") if path.is_file())
        if arguments.folder.is_dir()
        else [arguments.folder]
    )
    counts: Counter[str] = Counter()
    began = time.perf_counter()
    with DocumentReader() as reader:
        for path in files:
            counts[_read_one(reader, path, arguments)] += 1
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\npeak memory of the reading process: {peak:.0f} MB")
    print(f"{len(files)} files in {time.perf_counter() - began:.1f} s: {dict(counts.most_common())}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).resolve().parent.parent.parent / "shared/data/documents"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--text", action="store_true")
    return parser.parse_args()


def _read_one(reader: DocumentReader, path: Path, arguments: argparse.Namespace) -> str:
    began = time.perf_counter()
    label = str(path.relative_to(arguments.folder)) if path != arguments.folder else path.name
    try:
        content = reader.read(path.read_bytes(), name=path.name)
    except DocumentError as error:
        milliseconds = (time.perf_counter() - began) * 1000
        print(f"{label:70} {milliseconds:7.0f} ms  {error.reason}: {error}")
        return error.reason
    milliseconds = (time.perf_counter() - began) * 1000
    characters = sum(len(block.text) for block in content.blocks)
    print(
        f"{label:70} {milliseconds:7.0f} ms  {len(content.blocks)} blocks, {characters} characters, “{content.title}”"
    )
    for finding in content.findings:
        print(f"    ! {finding.rule}: {finding.message} {finding.quote[:80]}")
    if arguments.text:
        for block in content.blocks:
            print(f"    {block.kind}{block.level or ''} p{block.page} l{block.line}: {block.text}")
    return "read"


if __name__ == "__main__":
    main()
