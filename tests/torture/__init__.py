"""Failing at every boundary: what holds before recovery, and that one unfaulted run later nothing can be told from it.

`stage` a base and a world that has changed since; `worker` a process that runs commands in forks, each failing where
it is told to; `dump` what is believed and served, free of numbers and times; `loop` the fail-the-N-th loop, which
`python -m tests.torture` runs whole (`make torture`) and the tests of this package in part; `proxy` a wire to cut.
"""
