"""What the HTTP door costs: one search beside the same call in SQL, then many searches a second.

    python -m bench.http [--chunks 5000] [--rate 200] [--seconds 20]

The base is that of bench.latency; the door is `freshet serve`, a process of its own; this one asks it over connections
that are kept. First each question is asked in turn by SQL and over HTTP, so that whatever else the machine does, both
feel. Then searches arrive by chance, so many a second on average (an open loop: a question's time begins when it was
due, however late the answers before it). Asked are a few hundred questions again and again, the n-th as often as 1/n
(Zipf), or questions of which none comes twice. CPU is that of the processes, which other load changes less than time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import median, quantiles
from time import perf_counter

from pgvector import Vector

from bench.http_door import Door, Kept, cpu, cpu_of_children, search_request, served
from bench.synthetic import SyntheticBase, read_queries, synthetic_base
from pipelines.database import connect
from pipelines.postgres import embedded

_QUESTIONS = 300
_WARM = 50
_SEARCH = "select * from kb.search(%s, %s)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=5000)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    with synthetic_base(arguments.chunks) as base, served(base.project) as door:
        gc.freeze()  # what a pause of ours takes would count as the door's
        questions = read_queries(_QUESTIONS)
        asyncio.run(_in_turn(base, door, questions))
        for name, asked in _loads(base, questions, round(arguments.rate * arguments.seconds)):
            asyncio.run(_many(name, base, door, asked, arguments.rate))


@dataclass
class _Measured:
    """Calls of one kind, asked by one who waits for each answer."""

    door: Door
    walls: list[float] = field(default_factory=list)  # milliseconds
    cpu: float = 0.0  # milliseconds of the door's processor, of all calls together

    @contextmanager
    def call(self, *, warming: bool) -> Iterator[None]:
        """Measure what is done within, unless it only warms."""
        worked, started = cpu(self.door.pid), perf_counter()
        yield
        if not warming:
            self.walls.append(1000 * (perf_counter() - started))
            self.cpu += cpu(self.door.pid) - worked

    @property
    def p50(self) -> float:
        """The median, milliseconds."""
        return median(self.walls)

    def __str__(self) -> str:
        p99 = quantiles(self.walls, n=100)[-1]
        return f"p50 {self.p50:6.2f} ms  p99 {p99:6.2f} ms  CPU of the door {self.cpu / len(self.walls):5.2f} ms"


async def _in_turn(base: SyntheticBase, door: Door, questions: Sequence[str]) -> None:
    """Each question by SQL, over HTTP with its vector, and over HTTP as it is; nobody else asks."""
    sql, given, alone, embedding = (_Measured(door) for _ in range(4))
    vectors = base.texts.encode_queries(questions)
    with connect(base.project, role="reader", autocommit=True) as reader:
        kept = await Kept.open(door)
        for n, (question, vector) in enumerate(zip(questions, vectors, strict=True)):
            with sql.call(warming=n < _WARM):
                rows = reader.execute(_SEARCH.encode(), (question, Vector(vector))).fetchall()
            with given.call(warming=n < _WARM):
                status, body = await kept.ask(search_request(question, vector.tolist()))
            assert (status, len(json.loads(body)["hits"])) == (200, len(rows))
            with alone.call(warming=n < _WARM):
                status, _ = await kept.ask(search_request(question))
            assert status == 200
            with embedding.call(warming=n < _WARM):
                base.texts.encode_query(question)
        kept.close()
    print(f"SQL, vector given      {sql}")
    print(f"HTTP, vector given     {given}  {given.p50 / sql.p50:.2f} × SQL")
    ratio = alone.p50 / (sql.p50 + embedding.p50)
    print(f"HTTP, question alone   {alone}  {ratio:.2f} × SQL and embedding ({embedding.p50:.2f} ms)", flush=True)


def _loads(base: SyntheticBase, questions: Sequence[str], number: int) -> Iterator[tuple[str, list[bytes]]]:
    """What is asked, and what to call it."""
    chance = random.Random(1)
    weights = list(accumulate(1 / n for n in range(1, len(questions) + 1)))
    again = chance.choices(range(len(questions)), cum_weights=weights, k=number)
    vectors = base.texts.encode_queries(questions)
    yield "again and again, vector given", [search_request(questions[n], vectors[n].tolist()) for n in again]
    yield "again and again", [search_request(questions[n]) for n in again]
    yield "none twice", [search_request(question) for question in _crossed(questions, chance, number)]


def _crossed(questions: Sequence[str], chance: random.Random, number: int) -> list[str]:
    """Questions of which none comes twice: the first words of one and the last of another."""
    words = [question.split() for question in questions]
    pairs = chance.sample([(one, other) for one in words for other in words if one is not other], number)
    return [" ".join([*one[: len(one) // 2], *other[len(other) // 2 :]]) for one, other in pairs]


@dataclass
class _Answers:
    """What came of a load."""

    walls: list[float] = field(default_factory=list)  # milliseconds from when a question was due
    wrong: int = 0
    free: list[Kept] = field(default_factory=list)  # connections that wait for nothing

    def __str__(self) -> str:
        cuts = quantiles(self.walls, n=100)
        told = f"p50 {cuts[49]:6.1f} ms  p99 {cuts[98]:6.1f} ms"
        return f"{told}, {self.wrong} errors of {len(self.walls)}, {len(self.free)} connections"


async def _many(name: str, base: SyntheticBase, door: Door, asked: Sequence[bytes], rate: float) -> None:
    """Questions that arrive by chance."""
    chance, answers, tasks = random.Random(2), _Answers(), list[asyncio.Task[None]]()
    database = embedded.start(base.project.state)  # it runs; this says where
    worked, due = (cpu(door.pid), cpu_of_children(database.pid)), perf_counter()
    for request in asked:
        due += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - perf_counter()))
        tasks.append(asyncio.create_task(_ask(door, request, due, answers)))
    await asyncio.gather(*tasks)
    works = (cpu(door.pid) - worked[0], cpu_of_children(database.pid) - worked[1])
    for kept in answers.free:
        kept.close()
    each = [work / len(asked) for work in works]
    print(
        f"{rate:.0f}/s {name + ':':30} {answers}; CPU a search: door {each[0]:.2f} ms, database {each[1]:.2f} ms",
        flush=True,
    )


async def _ask(door: Door, request: bytes, due: float, answers: _Answers) -> None:
    kept = answers.free.pop() if answers.free else await Kept.open(door)
    try:
        status, _ = await kept.ask(request)
    except (asyncio.IncompleteReadError, ConnectionError):  # the door closes what was idle for some seconds
        kept = await Kept.open(door)
        status, _ = await kept.ask(request)
    answers.walls.append(1000 * (perf_counter() - due))
    answers.wrong += status != 200
    answers.free.append(kept)


if __name__ == "__main__":
    main()
