"""Another model by the command line: two small real models, a real base, and whatever may happen in between."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.database import Connection
from pipelines.store import query_tables
from tests.flows.conftest import Run
from tests.pipelines.vectors.tiny_models import tiny_model

_DOCS = {
    "hours": "# Opening hours\n\nWe open at nine and close at ten.\n",
    "oil": "# Oil\n\nAn oil change takes half an hour.\n",
    "tyres": "# Tyres\n\nFour tyres are mounted and balanced.\n",
    "towing": "# Towing\n\nTowing within the city at any hour.\n",
    "battery": "# Battery\n\nBatteries are tested without charge.\n",
    "wash": "# Wash\n\nA wash by hand with wax takes an hour and a half.\n",
}
_KILL = """
import functools, os, signal, sys
import pipelines.store.switching as switching
from pipelines.embedding import Encoder

switching.switch = functools.partial(switching.switch, batch=2)
calls, fatal = 0, int(sys.argv[2])

def counted(real):
    def encode(self, *arguments, **options):
        global calls
        calls += 1
        if calls == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *arguments, **options)
    return encode

setattr(Encoder, sys.argv[1], counted(getattr(Encoder, sys.argv[1])))
sys.argv = ["freshet", "reindex", "--model", sys.argv[3], "--force"]
from flows.cli import main
main()
"""


@pytest.fixture
def project(folder: Path, run: Run) -> Path:
    """A project of six documents, served with the small model `first`."""
    tiny_model(folder / "first", positions=264)
    _configure(folder, "first")
    (folder / "docs").mkdir()
    for name, text in _DOCS.items():
        (folder / "docs" / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "sources" / "docs.toml").write_text('kind = "files"\npaths = ["docs"]\n', encoding="utf-8")
    assert run("sync", "--json").code == 0
    return folder


def _configure(folder: Path, model: str) -> None:
    (folder / "freshet.toml").write_text(f'[embedding]\nmodel = "{model}"\n', encoding="utf-8")


def _models(run: Run) -> dict[str, tuple[str, int, int]]:
    listed = run("model", "list", "--json").document["models"]
    return {model["name"]: (model["state"], model["texts"], model["missing"]) for model in listed}


def _cosine(run: Run, query: str) -> Any:
    """The vector score of the first hit; None when no vector was compared."""
    found = run("search", query, "--json").document
    return None if found["degraded"] else found["hits"][0]["vector_score"]


def test_a_switch_made_again_makes_up_for_what_failed(
    run: Run, project: Path, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fit that failed fails no switch; the same command once more, or any sync, makes it."""
    tiny_model(project / "second", seed=2, positions=264)

    def fail(*arguments: object) -> int:
        raise MemoryError("no memory for the fit")

    fitted = "select exists (select from kb_store.query_table join kb_store.model m using (model_id) where m.active)"
    with monkeypatch.context() as patch:
        patch.setattr(query_tables, "fit_query_table", fail)
        assert run("reindex", "--model", "second", "--force").code == 0
    assert db.execute(fitted).fetchone() == (False,)
    assert run("reindex", "--model", "second").code == 0
    assert db.execute(fitted).fetchone() == (True,)


@pytest.mark.hazard("B3")
@pytest.mark.parametrize("hidden", [32, 48])
def test_b3_switching_leaves_no_gap_whatever_the_settings_say(run: Run, project: Path, hidden: int) -> None:
    """After the switch queries and syncs go by the new model at once; each command says that the settings differ."""
    tiny_model(project / "second", seed=2, hidden=hidden, positions=264)
    before = _cosine(run, "oil change")
    done = run("reindex", "--model", "second", "--force", "--json")
    assert done.code == 0, done.err
    assert (done.document["before"], done.document["after"], done.document["embedded"]) == ("first", "second", 6)
    assert _models(run) == {"second": ("served", 6, 0), "first": ("kept", 6, 0)}

    found = run("search", "oil change", "--json")
    assert not found.document["degraded"]
    assert found.document["hits"][0]["vector_score"] != before
    assert "first" in found.err
    assert "second" in found.err
    (project / "docs" / "new.md").write_text("# Polish\n\nPolish is put on by machine.\n", encoding="utf-8")
    synced = run("sync", "--json")
    assert synced.document["runs"][0]["state"] == "published"
    assert synced.document["runs"][0]["chunks"]["embedded"] == 1
    assert "reindex --model first" in synced.err
    assert '[embedding] model = "second"' in synced.err
    assert "second" in run("status", "--json").document["model"]["differs"]
    assert run("db", "check").code == 0

    _configure(project, "second")
    assert run("search", "oil change").err == ""
    assert run("status", "--json").document["model"]["differs"] is None
    back = run("reindex", "--model", "first", "--json").document
    assert (back["embedded"], back["switched"], back["compared"]) == (1, True, [])
    assert _cosine(run, "oil change") == pytest.approx(before, abs=0.001)
    assert run("db", "check").code == 0


@pytest.mark.hazard("B3")
def test_b3_settings_changed_without_a_switch_serve_the_old_model(run: Run, project: Path) -> None:
    """Both are named with the way out; queries and syncs go on as they did."""
    tiny_model(project / "second", seed=2, positions=264)
    before = _cosine(run, "oil change")
    _configure(project, "second")
    found = run("search", "oil change", "--json")
    assert found.document["hits"][0]["vector_score"] == before
    assert "freshet reindex --model second" in found.err
    assert run("sync").code == 0
    status = run("status")
    assert "freshet reindex --model second" in status.out
    assert _models(run) == {"first": ("served", 6, 0)}


@pytest.mark.hazard("P1")
@pytest.mark.parametrize(
    ("where", "call", "stored"),
    [("encode_passages", 3, 4), ("encode_queries", 2, 6), pytest.param("encode_queries", 3, 6, id="while fitting")],
)
def test_p1_killed_on_the_way_nothing_served_changes_and_the_build_goes_on(
    run: Run, project: Path, where: str, call: int, stored: int
) -> None:
    """A build that was killed serves as before, lists what it has, and embeds no text twice."""
    tiny_model(project / "second", seed=2, positions=264)
    before = _cosine(run, "oil change")
    killed = subprocess.run(
        [sys.executable, "-c", _KILL, where, str(call), "second"],
        cwd=Path(__file__).parents[2], env=dict(os.environ), capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert _models(run) == {"second": ("building", stored, 6 - stored), "first": ("served", 6, 0)}
    assert _cosine(run, "oil change") == before
    assert run("db", "check").code == 0
    assert run("reindex", "--model", "second", "--force", "--json").document["embedded"] == 6 - stored
    assert run("db", "check").code == 0


def test_a_sync_that_a_switch_overtakes_publishes_with_the_new_model(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch comes between its embedding and its publication: it embeds once more and leaves nothing missing."""
    from flows.switching import switch_project
    from pipelines.settings import load_project
    from pipelines.store import publishing

    tiny_model(project / "second", seed=2, hidden=48, positions=264)
    (project / "docs" / "new.md").write_text("# Polish\n\nPolish is put on by machine.\n", encoding="utf-8")
    real = publishing.publish

    def overtaken(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(publishing, "publish", real)
        switch_project(load_project(), "second", force=True)
        return real(*arguments, **options)

    monkeypatch.setattr(publishing, "publish", overtaken)
    report = run("sync", "--json").document["runs"][0]
    assert (report["state"], report["entries"]["added"], report["chunks"]["embedded"]) == ("published", 1, 2)
    assert _models(run)["second"] == ("served", 7, 0)
    assert run("db", "check").code == 0


@pytest.mark.hazard("P5")
def test_p5_a_served_model_that_is_gone_or_changed_degrades_and_syncs_nothing(run: Run, project: Path) -> None:
    """The database embeds the query, a sync refuses before it crawls, and each says why; files put back mend it."""
    weights = project / "first" / "model.safetensors"
    good = weights.read_bytes()
    weights.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    found = run("search", "oil change", "--json")
    assert (found.code, found.document["degraded"]) == (0, False)
    assert found.document["hits"]
    assert "not embedded by the model" in found.err
    refused = run("sync")
    assert refused.code == 1
    assert "its files or settings were changed" in refused.err
    assert len(run("runs", "--json").document["runs"]) == 1
    (project / "first").rename(project / "elsewhere")
    assert run("search", "oil change", "--json").document["hits"]
    (project / "elsewhere").rename(project / "first")
    weights.write_bytes(good)
    assert "embedded" not in run("search", "oil change", "--json").err
    assert run("sync").code == 0


@pytest.mark.hazard("P5")
def test_p5_a_lost_model_is_replaced_by_another_without_comparison(run: Run, project: Path) -> None:
    """The way out that the message names works; what could not be compared is said."""
    tiny_model(project / "second", seed=2, positions=264)
    (project / "first" / "model.safetensors").unlink()
    done = run("reindex", "--model", "second", "--json")
    assert done.code == 0, done.err
    assert done.document["uncompared"] == "first is not to be had here any more"
    _configure(project, "second")
    assert run("sync").code == 0
    assert run("db", "check").code == 0


@pytest.mark.hazard("S8")
@pytest.mark.parametrize("damage", ["truncated", "no weights", "no tokenizer", "not json", "pickle", "script", "code"])
def test_s8_a_model_that_is_damaged_or_would_run_code_is_refused(run: Run, project: Path, damage: str) -> None:
    """Nothing of it runs, nothing of it is stored, the base is served as before; no traceback."""
    bad = tiny_model(project / "bad", seed=3)
    mark = project / "ran"
    if damage == "truncated":
        (bad / "model.safetensors").write_bytes((bad / "model.safetensors").read_bytes()[:-200])
    elif damage == "no tokenizer":
        (bad / "tokenizer.json").unlink()
    elif damage == "not json":
        (bad / "config.json").write_text("{", encoding="utf-8")
    elif damage == "script":
        (bad / "modeling.py").write_text(f"open({str(mark)!r}, 'w')", encoding="utf-8")
    elif damage == "code":
        config = json.loads((bad / "config.json").read_text("utf-8"))
        config["auto_map"] = {"AutoModel": "modeling.Model"}
        (bad / "config.json").write_text(json.dumps(config), encoding="utf-8")
    else:
        (bad / "model.safetensors").unlink()
    if damage == "pickle":
        (bad / "pytorch_model.bin").write_bytes(pickle.dumps(_Malign(str(mark))))
    refused = run("reindex", "--model", "bad")
    assert refused.code == 2
    assert "bad" in refused.err
    assert "Traceback" not in refused.err
    assert not mark.exists()
    assert _models(run) == {"first": ("served", 6, 0)}
    assert not run("search", "oil change", "--json").document["degraded"]


@pytest.mark.hazard("S8")
def test_s8_weights_other_than_those_pinned_are_refused(run: Run, project: Path) -> None:
    """`weights_sha256` holds: one changed byte, and nothing is embedded with them."""
    pinned = tiny_model(project / "pinned", seed=4)
    text = f'[embedding]\nmodel = "first"\n[embedding.models.sure]\npath = "pinned"\nweights_sha256 = "{"0" * 64}"\n'
    (project / "freshet.toml").write_text(text, encoding="utf-8")
    refused = run("reindex", "--model", "sure")
    assert refused.code == 2
    assert f"the weights in {pinned}" in refused.err
    assert _models(run) == {"first": ("served", 6, 0)}


def test_another_model_of_the_settings_that_cannot_be_had_is_nobody_s_business(run: Run, project: Path) -> None:
    """Only the model that is used is looked at."""
    text = '[embedding]\nmodel = "first"\n[embedding.models.later]\npath = "nowhere"\n'
    (project / "freshet.toml").write_text(text, encoding="utf-8")
    assert run("sync").code == 0
    assert not run("search", "oil change", "--json").document["degraded"]
    assert run("reindex", "--model", "later").code == 2


def test_texts_longer_than_the_new_model_reads_are_embedded_whole(run: Run, project: Path) -> None:
    """In parts: what stands at their end counts too. A reindex cuts them anew."""
    from flows.texts import Texts
    from pipelines.settings import load_project

    tiny_model(project / "short", seed=1)
    done = run("reindex", "--model", "short", "--force", "--json").document
    assert done["longer"] == 5
    texts = Texts(load_project(), "short")
    first, second = texts.encode(
        ["nine ten eleven twelve thirteen fourteen x", "nine ten eleven twelve thirteen fourteen"]
    )
    assert float(abs(first - second).max()) > 1e-4  # rounding makes 1e-7
    assert run("reindex", "--json").code == 0
    assert run("db", "check").code == 0


def test_the_questions_of_the_project_decide_with(run: Run, project: Path) -> None:
    """A file that is wrong is named with its line before anything is embedded; one that is right is asked of both."""
    tiny_model(project / "second", seed=2, positions=264)
    questions = project / "questions.jsonl"
    questions.write_text('{"question": "oil change", "expect": "hours"}\n', encoding="utf-8")
    refused = run("reindex", "--model", "second")
    assert refused.code == 2
    assert "questions.jsonl, line 1: `expect`" in refused.err
    key = run("search", "oil change", "--json").document["hits"][0]["url"]
    questions.write_text(json.dumps({"question": "oil change", "expect": [key]}) + "\n\n", encoding="utf-8")
    done = run("reindex", "--model", "second", "--force", "--json").document
    assert done["compared"][1] == {
        "of": "of the project's questions", "sampled": False, "asked": 1, "before": 1, "after": 1,
    }  # fmt: skip


def test_models_are_listed_and_dropped(run: Run, project: Path) -> None:
    """The served one is refused, exit 1; sources beside --model are a wrong usage."""
    tiny_model(project / "second", seed=2, positions=264)
    assert run("reindex", "docs", "--model", "second").code == 2
    told = run("reindex", "--model", "second", "--force")
    assert "freshet reindex --model first" in told.out
    listed = run("model", "list")
    assert "served    second" in listed.out
    assert "kept      first" in listed.out
    assert "names embedding model first" in listed.err
    refused = run("model", "drop", "second")
    assert refused.code == 1
    assert "served with second" in refused.err
    assert run("model", "drop", "first", "--json").document["dropped"]["texts"] == 6
    assert _models(run) == {"second": ("served", 6, 0)}
    assert run("model", "drop", "first").code == 1


class _Malign:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (self._mark, "w")
