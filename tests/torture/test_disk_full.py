"""The database's disk is full (HAZARDS B4): told in a sentence, answers go on, the next sync repairs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.stage import ROOT

_APART = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--mount", "--map-current-user"]


@pytest.mark.hazard("B4")
def test_b4_a_full_disk_is_said_and_repaired(tmp_path: Path) -> None:
    """No room for the new: exit 1 and why, the old is served; with room again the next run ends as if nothing was."""
    disk = tmp_path / "disk"
    disk.mkdir()
    probe = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    try:
        allowed = subprocess.run([*_APART, *probe], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("this machine lets us mount no file system of our own, so no disk can be filled")
    command = [*_APART, sys.executable, "-m", "tests.torture.small_disk", str(disk)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["code"] == 1, told["said"]
    assert "Traceback" not in told["said"]
    assert "full" in told["said"] or "went away" in told["said"]
    assert (told["served"], told["broken"], told["again"], told["left"]) == (True, [], 0, "")
