"""The text of a proposed source file: what comes from a page stays data, whatever it is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.adding.files import Setting, quoted, remark, settings_of, source_text, write_source_file
from pipelines.setting_values import SettingsError

HOSTILE = st.text() | st.text(alphabet='"\\\n\r\t\x00\x1b\x7f\u202e\u2028#=[]{}\'"ع💥\ud800')


@given(HOSTILE)
def test_any_text_reads_back_as_itself(text: str) -> None:
    """A TOML string holds whatever a page brings; a lone surrogate, which no file can hold, becomes a mark."""
    assert tomllib.loads(f"value = {quoted(text)}") == {"value": text.encode("utf-8", "replace").decode()}


@given(HOSTILE, HOSTILE, HOSTILE, st.booleans())
def test_nothing_on_a_page_becomes_a_setting(title: str, value: str, name: str, active: bool) -> None:
    """Titles, values and keys of any kind give exactly the settings proposed, and no other."""
    settings = (
        Setting("kind", "site"),
        Setting("start_urls", (value, "https://x.test/"), remark=title),
        Setting("key", value, remark=value, active=active),
        Setting(name or "k", (value,), remark=title, table="categories", active=active),
    )
    text = source_text([title, value], settings)
    assert tomllib.loads(text) == settings_of(settings)
    assert not any(ord(char) < 32 and char != "\n" for char in text)
    assert not set(text) & set("\x7f\u202e\u2028\u200b")


@given(HOSTILE)
def test_a_suggestion_taken_up_is_what_was_meant(value: str) -> None:
    """Removing the mark of the comment gives the setting."""
    text = source_text(["x"], [Setting("a", 1), Setting("b", (value, value * 40), active=False)])
    taken = "\n".join(line.removeprefix("# ") for line in text.splitlines()[1:])
    wanted = value.encode("utf-8", "replace").decode()
    assert tomllib.loads(taken)["b"] == [wanted, wanted * 40]


def test_a_remark_is_one_short_line() -> None:
    """Line ends, escape sequences and endless titles stay harmless in a comment."""
    assert remark('Offers\n[offers]\nitem = "x"\x1b[2J') == 'Offers [offers] item = "x"[2J'
    assert len(remark("a" * 10_000)) == 160


def test_expressions_keep_their_backslashes_readable() -> None:
    """A person who changes an expression finds it as it is, and it loads as it was."""
    text = source_text(["x"], [Setting("allow", ("^/promos\\.html$", "^/it's\\.x$"))])
    assert "'^/promos\\.html$'" in text
    assert tomllib.loads(text)["allow"] == ["^/promos\\.html$", "^/it's\\.x$"]


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    """Written whole, or the old one stays."""
    file = tmp_path / "sources" / "a.toml"
    write_source_file(file, "one", replace=False)
    with pytest.raises(SettingsError, match="--force"):
        write_source_file(file, "two", replace=False)
    assert file.read_text() == "one"
    write_source_file(file, "three", replace=True)
    assert file.read_text() == "three"
    assert [path.name for path in file.parent.iterdir()] == ["a.toml"]
