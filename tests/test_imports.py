"""The arrows between the parts point one way, and what is heavy is loaded only where it is used."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("spiders", "pipelines", "retrieval", "flows")

# What each package may import of the others; a name allows the module and what lies in it.
ALLOWED: dict[str, tuple[str, ...]] = {
    "pipelines": (),
    "spiders": ("pipelines.records", "pipelines.urls"),
    "retrieval": (
        "pipelines.database",
        "pipelines.embedding",
        "pipelines.questions",
        "pipelines.settings",
        "pipelines.records",
        "pipelines.texts",
    ),
    "flows": ("spiders", "pipelines", "retrieval"),
}
# Who alone may import what, anywhere in a file.
ONLY = {"scrapy": "spiders", "twisted": "spiders", "prefect": "flows", "typer": "flows"}
# Never imported when a module is: only inside the function that uses it.
HEAVY = ("torch", "sentence_transformers", "transformers", "unstructured", "openvino", "onnxruntime", "trafilatura",
         "extruct", "spacy", "pandas", "scipy", "sklearn")  # fmt: skip
# Beyond those, what `freshet --help` has no use for.
IDLE_AT_HELP = (
    *HEAVY,
    "playwright",
    "scrapy",
    "twisted",
    "prefect",
    "numpy",
    "psycopg",
    "fastapi",
    "lxml",
    "bs4",
    "croniter",
)


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(file: Path, *, whole: bool) -> Iterator[str]:
    """Names imported by a file: everywhere, or (`whole` false) only as the module itself is loaded."""
    nodes = ast.walk(ast.parse(file.read_text())) if whole else at_load(ast.parse(file.read_text()).body)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: say which package, a relative import hides the arrow"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_load(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import: not those in functions, nor those for the type checker alone."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        for inner in ("body", "orelse", "finalbody"):
            yield from at_load(getattr(node, inner, []))


def within(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


@pytest.mark.parametrize("file", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(file: Path) -> None:
    """flows use all, retrieval and spiders a part of pipelines, pipelines nobody; tests and SQL by none."""
    package = file.relative_to(ROOT).parts[0]
    for name in imported(file, whole=True):
        top = name.split(".")[0]
        assert top not in {"schema", "tests", "bench"}, f"{name}: not a package of Freshet"
        assert ONLY.get(top, package) == package, f"{name} belongs to {ONLY.get(top)} alone"
        if top in PACKAGES and top != package:
            assert any(within(name, allowed) for allowed in ALLOWED[package]), f"{package} may not import {name}"


@pytest.mark.parametrize("file", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_heavy_is_loaded_with_a_module(file: Path) -> None:
    """What takes seconds or hundreds of megabytes is imported by the function that needs it."""
    loaded = {name.split(".")[0] for name in imported(file, whole=False)}
    assert not loaded.intersection(HEAVY)


@pytest.mark.parametrize(
    ("statement", "idle"),
    [
        ("import pipelines.settings", IDLE_AT_HELP),
        (
            "import pipelines.database, pipelines.postgres.migrations, pipelines.postgres.checks",
            (*HEAVY, "scrapy", "prefect", "numpy"),
        ),
        ("import flows.cli", IDLE_AT_HELP),
    ],
)
def test_what_is_not_used_is_not_loaded(statement: str, idle: tuple[str, ...]) -> None:
    """Settings, database and the command line come up without what they do not use; asked of a real interpreter."""
    module = statement.split()[1].rstrip(",")
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} does not exist yet")
    script = f"{statement}\nimport sys\nprint(*sorted(set({idle!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_every_package_is_a_package() -> None:
    """tests/__init__.py keeps tests/spiders from standing before spiders; schema must never become a module."""
    for folder in (*PACKAGES, "tests", *(f"tests/{package}" for package in PACKAGES)):
        assert (ROOT / folder / "__init__.py").exists(), folder
    assert not list((ROOT / "schema").rglob("*.py"))
