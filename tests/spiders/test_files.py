"""Files are captured like pages: one outcome each, and nothing that could not be looked at is called missing."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.records import Capture, CrawlLimits, FreshetError, KnownPage, Outcome
from spiders.files import NoFiles, scan, url_of


def _write(root: Path, files: Mapping[str, bytes | str]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def _scan(
    root: Path, *patterns: str, known: tuple[KnownPage, ...] = (), full: bool = False, **limits: int
) -> list[Capture]:
    return list(scan(patterns, root, known, limits=CrawlLimits(**limits), full=full))


def _urls(captures: list[Capture]) -> list[str]:
    return [capture.url for capture in captures]


def _outcomes(captures: list[Capture]) -> dict[str, str]:
    return {capture.url: str(capture.outcome) for capture in captures}


def _known(captures: list[Capture]) -> tuple[KnownPage, ...]:
    return tuple(KnownPage(capture.url, body_sha256=capture.body_sha256) for capture in captures)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    _write(
        root,
        {
            "docs/terms.txt": "terms of the warranty",
            "docs/a/price list.csv": "item,price\noil,99\n",
            "docs/a/b/ضمان.md": "# الضمان\n",
            "docs/a.pdf": b"%PDF-1.4 short",
            "docs/.hidden.txt": "h",
            "docs/~$terms.docx": "owner",
            "other/x.pdf": b"%PDF-1.4 other",
            "top.pdf": b"%PDF-1.4 top",
        },
    )
    return root


def test_a_folder_means_all_below_it_in_the_order_of_paths(project: Path) -> None:
    """Every visible file once, sorted name by name, with readable URLs relative to the project."""
    assert _urls(_scan(project, "docs")) == [
        "file:docs/a/b/%D8%B6%D9%85%D8%A7%D9%86.md",
        "file:docs/a/price%20list.csv",
        "file:docs/a.pdf",
        "file:docs/terms.txt",
    ]


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["*.pdf"], ["top.pdf"]),
        (["**/*.pdf"], ["docs/a.pdf", "other/x.pdf", "top.pdf"]),
        (["docs/*"], ["docs/a.pdf", "docs/terms.txt"]),
        (["docs/*/*.csv", "docs/a"], ["docs/a/b/ضمان.md", "docs/a/price list.csv"]),
        (["docs/terms.txt"], ["docs/terms.txt"]),
        (["docs/.hidden.txt"], ["docs/.hidden.txt"]),
        (["docs/.*"], ["docs/.hidden.txt"]),
        (["docs/[st]*.txt", "./docs/../top.pdf"], ["docs/terms.txt", "top.pdf"]),
        (
            ["docs/**", "docs/terms.txt", "**/terms.*"],
            ["docs/a/b/ضمان.md", "docs/a/price list.csv", "docs/a.pdf", "docs/terms.txt"],
        ),
    ],
)
def test_globs_name_files_once(project: Path, patterns: list[str], names: list[str]) -> None:
    """Stars stay within a name, ** crosses folders, overlapping patterns find a file once."""
    found = [unquote(url.removeprefix("file:")) for url in _urls(_scan(project, *patterns))]
    assert found == names


def test_a_glob_enters_no_folder_in_which_nothing_can_match(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`*.pdf` at the top of a project does not read the project's whole tree."""
    listed: list[str] = []
    real = os.listdir

    def listdir(path: str) -> list[str]:
        listed.append(path)
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    _scan(project, "*.pdf", "docs/*.txt")
    assert listed == [str(project), str(project / "docs")]


def test_a_capture_carries_bytes_their_hash_and_their_sniffed_type(project: Path) -> None:
    """What a page's capture says, a file's says too."""
    (capture,) = _scan(project, "docs/a/*.csv")
    body = b"item,price\noil,99\n"
    assert capture.outcome is Outcome.OK
    assert (capture.body, capture.body_sha256) == (body, hashlib.sha256(body).hexdigest())
    assert (capture.media_type, capture.final_url) == ("text/csv", capture.url)
    assert capture.fetched_at.tzinfo is not None


def test_an_unchanged_file_is_not_modified_unless_all_are_asked_for(project: Path) -> None:
    """Same bytes: not_modified without a body; --full reads it all again; touched but equal is unchanged."""
    first = _scan(project, "docs")
    os.utime(project / "docs/terms.txt")
    assert {capture.outcome for capture in _scan(project, "docs", known=_known(first))} == {Outcome.NOT_MODIFIED}
    assert all(capture.body is None for capture in _scan(project, "docs", known=_known(first)))
    assert {capture.outcome for capture in _scan(project, "docs", known=_known(first), full=True)} == {Outcome.OK}
    (project / "docs/terms.txt").write_text("new terms")
    changed = [c.url for c in _scan(project, "docs", known=_known(first)) if c.outcome is Outcome.OK]
    assert changed == ["file:docs/terms.txt"]


def test_a_file_that_is_gone_is_missing_and_comes_last(project: Path) -> None:
    """One capture each for known files no longer there, while the source still finds others."""
    known = _known(_scan(project, "docs"))
    (project / "docs/terms.txt").unlink()
    last = _scan(project, "docs", known=known)[-1]
    assert (last.url, last.outcome) == ("file:docs/terms.txt", Outcome.MISSING)
    assert "docs/terms.txt is gone" in last.message


def test_a_source_that_finds_nothing_at_all_stops_before_anything_is_missing(project: Path) -> None:
    """A folder that is gone or not mounted raises at the call, so that nothing is withdrawn."""
    known = _known(_scan(project, "docs"))
    with pytest.raises(NoFiles, match=r"nothing is withdrawn.*correct paths"):
        scan(["doks", "nothing/**/*.pdf", "../gone/*.pdf"], project, known, limits=CrawlLimits(), full=False)


def test_one_pattern_of_several_that_matches_nothing_is_reported_and_its_files_kept(project: Path) -> None:
    """A share that is not mounted is «could not look»: its files are not missing."""
    known = _known(_scan(project, "docs", "other/*.pdf"))
    (project / "other/x.pdf").unlink()
    outcomes = _outcomes(_scan(project, "docs", "other/*.pdf", known=known))
    assert outcomes["file:other/*.pdf".replace("*", "%2A")] == "network"
    assert outcomes["file:other/x.pdf"] == "network"
    (project / "docs").rename(project / "moved")
    (project / "other/x.pdf").write_bytes(b"%PDF-1.4 other")
    outcomes = _outcomes(_scan(project, "docs", "other/*.pdf", known=known))
    assert outcomes["file:docs/terms.txt"] == "network"
    assert "missing" not in outcomes.values()


def test_a_file_taken_out_of_paths_is_missing(project: Path) -> None:
    """Who narrows paths means it: files no longer named go the way of deleted ones."""
    known = _known(_scan(project, "docs", "top.pdf"))
    assert _outcomes(_scan(project, "docs", known=known))["file:top.pdf"] == "missing"


def test_too_large_and_empty_files_have_their_own_outcome(project: Path) -> None:
    """Over the limit: too_large, unread; of no bytes: bad_content; each says why and what to do."""
    _write(project, {"docs/big.txt": b"x" * 1001, "docs/fits.txt": b"x" * 1000, "docs/none.docx": b""})
    by_url = {capture.url: capture for capture in _scan(project, "docs/*", body=1000)}
    assert by_url["file:docs/big.txt"].outcome is Outcome.TOO_LARGE
    assert "1,001 bytes" in by_url["file:docs/big.txt"].message
    assert by_url["file:docs/fits.txt"].outcome is Outcome.OK
    assert by_url["file:docs/none.docx"].outcome is Outcome.BAD_CONTENT
    assert "empty" in by_url["file:docs/none.docx"].message


def test_links_out_of_the_project_are_refused_and_links_within_are_followed(project: Path, tmp_path: Path) -> None:
    """A link cannot make the project quote the rest of the machine; broken and circular links end plainly."""
    secret = tmp_path / "secret"
    _write(secret, {"key.txt": "canary"})
    (tmp_path / "project-beside").mkdir()
    _write(tmp_path / "project-beside", {"near.txt": "canary"})
    links = {
        "file.txt": secret / "key.txt",
        "folder": secret,
        "near.txt": tmp_path / "project-beside/near.txt",
        "ok.txt": project / "docs/terms.txt",
        "broken.txt": project / "nowhere.txt",
        "round": project / "in",
        "self.txt": Path("self.txt"),
    }
    (project / "in").mkdir()
    for name, target in links.items():
        (project / "in" / name).symlink_to(target)
    captures = _scan(project, "in")
    assert _outcomes(captures) == {
        "file:in/broken.txt": "missing",
        "file:in/file.txt": "refused_address",
        "file:in/folder": "refused_address",
        "file:in/near.txt": "refused_address",
        "file:in/ok.txt": "ok",
        "file:in/self.txt": "bad_content",
    }
    assert not any(b"canary" in (capture.body or b"") for capture in captures)


def test_a_pattern_may_itself_lead_out_of_the_project(project: Path, tmp_path: Path) -> None:
    """What the configuration names is meant; links from there lead no further than that folder."""
    _write(tmp_path / "shared", {"sub/t.txt": "shared terms", "u.txt": "u"})
    (tmp_path / "shared/away.txt").symlink_to("/etc/hostname")
    assert _outcomes(_scan(project, "../shared", str(tmp_path / "shared/*.txt"), "top.pdf")) == {
        "file:../shared/away.txt": "refused_address",
        "file:../shared/sub/t.txt": "ok",
        "file:../shared/u.txt": "ok",
        "file:top.pdf": "ok",
    }


def test_pipes_and_devices_are_never_opened(project: Path) -> None:
    """A pipe nobody writes to would hold the sync for ever; it is named and passed over."""
    os.mkfifo(project / "docs/pipe.txt")
    (project / "docs/zero.txt").symlink_to("/dev/zero")
    outcomes = _outcomes(_scan(project, "docs/*.txt"))
    assert outcomes["file:docs/pipe.txt"] == "bad_content"
    assert outcomes["file:docs/zero.txt"] == "refused_address"


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder everyone may enter, and for a run as root, the rights of nobody until the test ends."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        root = Path(folder)
        _write(root, {"docs/open.txt": "open", "docs/shut.txt": "shut", "docs/in/deep.txt": "deep"})
        (root / "docs/shut.txt").chmod(0)
        (root / "docs/in").chmod(0)
        before = os.geteuid()
        if before == 0:
            os.seteuid(65534)
        try:
            yield root
        finally:
            os.seteuid(before)
            (root / "docs/in").chmod(0o755)


def test_what_may_not_be_read_is_said_and_not_called_missing(unprivileged: Path) -> None:
    """No permission: bad_content with the way out, for the file, the folder and all known below it."""
    captures = _scan(unprivileged, "docs", known=(KnownPage("file:docs/in/deep.txt", body_sha256="0"),))
    assert _outcomes(captures) == {
        "file:docs/in": "bad_content",
        "file:docs/in/deep.txt": "bad_content",
        "file:docs/open.txt": "ok",
        "file:docs/shut.txt": "bad_content",
    }
    assert all("let the user who runs freshet" in c.message for c in captures if c.url in _NAMED)


_NAMED = ("file:docs/in", "file:docs/shut.txt")


def test_a_file_being_written_is_truncated_not_half_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy still under way is left for the next sync; half of it would lose offers."""
    real = os.fstat
    looks: list[int] = []

    def fstat(descriptor: int) -> os.stat_result:
        looks.append(descriptor)
        if len(looks) == 2:  # between the first look and the last, somebody writes on
            with open(project / "top.pdf", "ab") as growing:
                growing.write(b" more")
        return real(descriptor)

    monkeypatch.setattr("spiders.files.os.fstat", fstat)
    (capture,) = _scan(project, "top.pdf")
    assert (capture.outcome, capture.body) == (Outcome.TRUNCATED, None)


def test_more_files_than_allowed_stop_the_scan_and_nothing_is_missing(project: Path) -> None:
    """max_pages bounds a scan; what was not reached is not called missing."""
    known = (KnownPage("file:docs/zz.txt"),)
    captures = _scan(project, "docs", known=known, pages=2)
    assert [str(capture.outcome) for capture in captures] == ["ok", "ok", "too_large"]
    assert "max_pages = 2" in captures[-1].message


@pytest.mark.parametrize("patterns", [[], [""], ["docs", " "]])
def test_a_source_without_paths_is_an_error(project: Path, patterns: list[str]) -> None:
    """An empty pattern would mean the whole project; it is asked back instead."""
    with pytest.raises(FreshetError, match="names no file"):
        scan(patterns, project, (), limits=CrawlLimits(), full=False)


def test_a_name_with_glob_signs_is_itself_when_it_exists(project: Path) -> None:
    """`price[1].pdf` in paths is that file, not a glob."""
    _write(project, {"docs/price[1].pdf": b"%PDF-1.4 x", "docs/price1.pdf": b"%PDF-1.4 y"})
    assert _urls(_scan(project, "docs/price[1].pdf")) == ["file:docs/price%5B1%5D.pdf"]


_NAME = st.binary(min_size=1, max_size=20).filter(
    # a file of the very name of the pattern would be that file alone
    lambda name: not (set(name) & {0, 0x2F}) and not name.startswith((b".", b"~$")) and name != b"*"
)


@given(st.sets(_NAME, min_size=1, max_size=4))
def test_any_file_name_has_one_url_and_is_found_again(names: set[bytes]) -> None:
    """Names of any bytes get distinct, stable, printable URLs, and are not_modified the second time."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            Path(folder, os.fsdecode(name)).write_bytes(name)
        first = _scan(Path(folder), "*")
        assert {capture.body for capture in first} == names
        assert len(set(_urls(first))) == len(names)
        assert all(capture.url.isascii() and capture.url.isprintable() for capture in first)
        again = _scan(Path(folder), "*", known=_known(first))
        assert {str(capture.outcome) for capture in again} == {"not_modified"}


def test_a_url_is_percent_encoded_where_needed_only() -> None:
    """Readable where ASCII is, unambiguous everywhere."""
    assert url_of("docs/a b%?#.txt") == "file:docs/a%20b%25%3F%23.txt"
    assert url_of("docs/(1) oil&tyres,v2.txt") == "file:docs/(1)%20oil&tyres,v2.txt"
