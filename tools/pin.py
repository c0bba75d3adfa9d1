"""Prints constraints.txt: the exact versions of everything that pyproject.toml leads to in this environment.

`make pins` runs it after a dependency was changed and installed. What the environment holds beside that is left out.
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print one `name==version` a line, sorted; packages that markers exclude here are not installed and left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    print("# Generated: make pins. What a fresh install takes, whatever was released since.")
    for name, version in sorted(closure(wanted).items()):
        print(f"{name}=={version.partition('+')[0]}")  # torch's local part names a build, not a version


def closure(wanted: list[str]) -> dict[str, str]:
    """Name and version of every distribution the requirements lead to."""
    found: dict[str, str] = {}
    open_ends = [(Requirement(text), "") for text in wanted]
    seen: set[tuple[str, str]] = set()
    while open_ends:
        requirement, extra = open_ends.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            print(f"{name} is not installed", file=sys.stderr)
            continue
        found[name] = installed.version
        for asked in ("", *sorted(requirement.extras)):
            if (name, asked) not in seen:
                seen.add((name, asked))
                open_ends += [(Requirement(text), asked) for text in installed.requires or ()]
    return found


if __name__ == "__main__":
    main()
