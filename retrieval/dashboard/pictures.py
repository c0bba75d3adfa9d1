"""Numbers as pictures: the geometry alone, which templates write as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Bar", "Bars", "Line", "bars", "line"]

_WIDTH, _HEIGHT = 640, 150
_BAR_HEIGHT = 64
_TOP = 8  # so that a line at the maximum is drawn whole


@dataclass(frozen=True)
class Line:
    """A number over time, drawn as steps: it holds until it is known to be another."""

    path: str
    area: str
    width: int
    height: int
    most: int
    begins: datetime
    ends: datetime
    last: int


@dataclass(frozen=True)
class Bar:
    """One number of one run."""

    x: float
    y: float
    width: float
    height: float
    run: int
    value: float


@dataclass(frozen=True)
class Bars:
    """One kind of number over runs, oldest first."""

    name: str
    bars: tuple[Bar, ...]
    width: int
    height: int
    most: float


def line(points: Sequence[tuple[datetime, int]]) -> Line | None:
    """None: there are not two points to draw between."""
    if len(points) < 2 or points[-1][0] <= points[0][0]:
        return None
    begins, ends = points[0][0], points[-1][0]
    most = max(value for _, value in points)
    steps: list[str] = []
    y = 0.0
    for at, value in points:
        x = _WIDTH * ((at - begins) / (ends - begins))
        if steps:
            steps.append(f"{x:.1f},{y:.1f}")
        y = _TOP + (_HEIGHT - _TOP) * (1 - value / max(most, 1))
        steps.append(f"{x:.1f},{y:.1f}")
    path = "M" + " L".join(steps)
    area = f"{path} L{_WIDTH},{_HEIGHT} L0,{_HEIGHT} Z"
    return Line(path, area, _WIDTH, _HEIGHT, most, begins, ends, points[-1][1])


def bars(name: str, values: Sequence[tuple[int, float]]) -> Bars:
    """Run number and value of each, oldest first."""
    most = max((value for _, value in values), default=0)
    step = _WIDTH / max(len(values), 12)  # a few runs must not be drawn as walls
    drawn = []
    for place, (run, value) in enumerate(values):
        height = max(_BAR_HEIGHT * value / most, 1.5) if value else 0.0
        drawn.append(Bar(place * step, _BAR_HEIGHT - height, step * 0.72, height, run, value))
    return Bars(name, tuple(drawn), _WIDTH, _BAR_HEIGHT, most)
