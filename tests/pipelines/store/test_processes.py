"""A process is called dead only where this machine knows it for certain."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from pipelines.store.processes import has_died, machine


def test_this_process_lives() -> None:
    """Also when the run is as old as the process."""
    assert not has_died(machine(), os.getpid(), 0.0)


def test_an_ended_process_is_dead_also_before_its_parent_heard_of_it() -> None:
    """A zombie writes nothing any more."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert has_died(machine(), child.pid, 0.0)
    child.wait()
    assert has_died(machine(), child.pid, 0.0)


def test_a_number_given_to_a_younger_process_says_that_the_first_is_dead() -> None:
    """The run is a day old, the process that has its number is not."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert has_died(machine(), child.pid, 86_400.0)
        assert not has_died(machine(), child.pid, 0.0)


@pytest.mark.parametrize("host", ["", "elsewhere", f"{machine()}0"])
def test_nothing_is_said_of_another_machine(host: str) -> None:
    """Another host, another boot, another container: the lease decides."""
    assert not has_died(host, 2**22 + 1, time.time())
