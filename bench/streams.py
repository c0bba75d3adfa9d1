"""What changes cost: real streams of change replayed through Freshet and, side by side, through its peers.

    python -m bench.streams [--stream pages|listing] [--steps N] [--model cheap|real] [--without-peers] [--verbose]

Peers, needed by this command alone: pip install langchain-core langchain-text-splitters cocoindex

Every contender is led through the same steps in one run, with the same model behind the same counting wrapper. With
`--model cheap` the model is a direction by chance for every text, for counts; `real` is the packaged one, for seconds.
On the pages, after every 25 steps a look at half of them fails and the next succeeds, with no change.

Printed, for all steps after the first: texts embedded, of them in steps of noise alone and around failed looks; their
characters; seconds; rows lost (of what is there) and left (of what is gone), summed over steps, and after the last.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.projects import temporary_project
from bench.streams_contest import Contender, Counting, Tally, cheap_vectors, replay
from bench.streams_freshet import LISTING, PAGES, Freshet, Oracle
from bench.streams_steps import Step, as_texts, listing_steps, page_steps
from flows.texts import Texts
from pipelines.postgres import embedded
from pipelines.settings import Project

_FAILING = 25
_HEAD = f"{'':24}{'embedded':>9}{'in noise':>9}{'failed':>8}{'characters':>12}{'seconds':>9}{'median':>8}{'lost':>8}{'left':>9}{'at the end':>14}"  # fmt: skip # noqa: E501


def main() -> None:
    """Replay and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data/streams"))
    arguments.add_argument("--stream", choices=("pages", "listing"), default="pages")
    arguments.add_argument("--steps", type=int, default=500)
    arguments.add_argument("--model", choices=("cheap", "real"), default="cheap")
    arguments.add_argument("--without-peers", action="store_true")
    arguments.add_argument("--verbose", action="store_true", help="a line a step")
    given = arguments.parse_args()
    pages = given.stream == "pages"
    steps = list(page_steps(given.data, steps=given.steps, failing=_FAILING) if pages
                 else listing_steps(given.data, steps=given.steps))  # fmt: skip
    told = print if given.verbose else _silent
    with temporary_project({given.stream: PAGES if pages else LISTING}) as project:
        encode = cheap_vectors if given.model == "cheap" else Texts(project).encode
        print(f"{len(steps)} steps, {sum(step.kind == 'noise' for step in steps)} of noise alone\n{_HEAD}", flush=True)
        _freshet(project, given.stream, Counting(encode), steps, told)
        if not given.without_peers:
            for contender in _peers(lambda: Counting(encode), project):
                _print(replay(contender, steps if pages else map(as_texts, steps), told))


def _freshet(project: Project, name: str, model: Counting, steps: Sequence[Step], told: Callable[[str], None]) -> None:
    source = project.source(name)
    oracle = Oracle(project, source)
    contender = Freshet(project, source, model, oracle)
    try:
        tally = replay(contender, steps, told)
        counts = [oracle.new(step) for step in steps][1:]
    finally:
        oracle.close()
    _print(tally)
    least, bodies = (sum(count[place] for count in counts) for place in (0, 1))
    states = ", ".join(f"{number} {state}" for state, number in contender.states.items())
    print(f"  oracle: {least} distinct new texts, {tally.embedded.total() / max(least, 1):.3f} times; "
          f"{bodies} distinct new bodies without the headings above them; runs: {states}", flush=True)  # fmt: skip


def _peers(model: Callable[[], Counting], project: Project) -> Iterator[Contender]:
    """The peers that are installed, one after another."""
    try:
        from bench.streams_langchain import LangChain
    except ImportError as error:
        print(f"LangChain is left out ({error}): pip install langchain-core langchain-text-splitters")
    else:
        yield LangChain(model(), "incremental")
        yield LangChain(model(), "full")
    with _cocoindex(model(), project) as contender:
        if contender is not None:
            yield contender


@contextmanager
def _cocoindex(model: Counting, project: Project) -> Iterator[Contender | None]:
    """CocoIndex on a database of the project's server, if it is installed."""
    try:
        from bench.streams_cocoindex import CocoIndex
    except ImportError as error:
        print(f"CocoIndex is left out ({error}): pip install cocoindex")
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        contender = CocoIndex(model, Path(folder), embedded.superuser_uri(embedded.start(project.state)))
        try:
            yield contender
        finally:
            contender.close()


def _print(tally: Tally) -> None:
    kinds = tally.embedded
    print(f"{tally.name:24}{kinds.total():9}{kinds['noise']:9}{kinds['failed look']:8}{tally.characters:12}"
          f"{sum(tally.seconds):9.1f}{statistics.median(tally.seconds):8.3f}{tally.lost:8}{tally.left:9}"
          f"{f'{tally.lost_at_end} / {tally.left_at_end}':>14}", flush=True)  # fmt: skip


def _silent(line: str) -> None:
    del line


if __name__ == "__main__":
    main()
