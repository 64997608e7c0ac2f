"""Draws a simulation as SVG: the instances that each share holds over time, stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.xml_text import escape
from sjresource.emulator.what_if.summary import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.emulator.what_if.scenario import Scenario
    from sjresource.emulator.what_if.simulate import SimulatedAttempt, Simulation

_WIDTH, _HEIGHT = 760, 240
_LEFT, _TOP, _BOTTOM = 46, 46, 34
_COLUMNS: Final = 380
_TICKS: Final = 6
_COLOURS: Final = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""Paul Tol's bright scheme, for the colour-blind, too."""


def draw(scenario: Scenario, simulation: Simulation, title: str) -> str:
    """Return the SVG. A column is an average, so that short attempts are seen, too."""
    capacity = sum(sum(each.limits.values()) for each in scenario.environments.values())
    shares = sorted({attempt.share for attempt in _attempts(simulation)})
    held = {share: _averages(share, simulation) for share in shares}
    right, base = _LEFT + _WIDTH, _TOP + _HEIGHT
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right + 20} {base + _BOTTOM}" '
            'font-family="sans-serif" font-size="11">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{right + 20}" height="{base + _BOTTOM}" fill="white"/>',
        f'<text x="{_LEFT}" y="18" font-size="13" font-weight="bold">{escape(title)}</text>',
        *_legend(shares),
        *_areas(shares, held, capacity),
        *_marks(simulation),
        *_axes(capacity, simulation.ended),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _attempts(simulation: Simulation) -> Iterator[SimulatedAttempt]:
    for history in simulation.jobs.values():
        yield from history.attempts


def _averages(share: str, simulation: Simulation) -> list[float]:
    """Return the average of what a share holds in each column."""
    width = simulation.ended / _COLUMNS or 1.0
    columns = [0.0] * _COLUMNS
    for attempt in _attempts(simulation):
        if attempt.share != share:
            continue
        ended = min(attempt.ended, simulation.ended)
        first = min(int(attempt.started / width), _COLUMNS - 1)
        for column in range(first, min(int(ended / width), _COLUMNS - 1) + 1):
            overlap = min(ended, (column + 1) * width) - max(attempt.started, column * width)
            columns[column] += attempt.instances * max(0.0, overlap) / width
    return columns


def _areas(shares: Sequence[str], held: dict[str, list[float]], capacity: int) -> Iterator[str]:
    below = [0.0] * _COLUMNS
    for number, share in enumerate(shares):
        above = [round(low + more, 3) for low, more in zip(below, held[share], strict=True)]
        points = [*_outline(above, capacity), *reversed(list(_outline(below, capacity)))]
        colour = _COLOURS[number % len(_COLOURS)]
        yield f'<polygon fill="{colour}" points="{" ".join(points)}"/>'
        below = above


def _outline(heights: Sequence[float], capacity: int) -> Iterator[str]:
    step = _WIDTH / _COLUMNS
    for column, height in enumerate(heights):
        if 0 < column < _COLUMNS - 1 and heights[column - 1] == height == heights[column + 1]:
            continue  # on the line between its neighbours
        y = _TOP + _HEIGHT * (1 - height / max(capacity, 1))
        yield f"{_LEFT + column * step:.1f},{y:.1f}"
        yield f"{_LEFT + (column + 1) * step:.1f},{y:.1f}"


def _marks(simulation: Simulation) -> Iterator[str]:
    """Mark each preemption above the plot."""
    for event in simulation.events:
        if event.what == "preempt" and simulation.ended:
            x = _LEFT + _WIDTH * event.at / simulation.ended
            yield f'<path d="M{x - 3:.1f},{_TOP - 7} h6 l-3,6 z" fill="black"/>'


def _legend(shares: Sequence[str]) -> Iterator[str]:
    x = _LEFT
    for number, share in enumerate(shares):
        colour = _COLOURS[number % len(_COLOURS)]
        yield f'<rect x="{x}" y="25" width="10" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 14}" y="34">{escape(share or "jobs")}</text>'
        x += 30 + 7 * len(share or "jobs")
    yield f'<path d="M{x},27 h8 l-4,8 z" fill="black"/><text x="{x + 14}" y="34">preemption</text>'


def _axes(capacity: int, ended: float) -> Iterator[str]:
    right, base = _LEFT + _WIDTH, _TOP + _HEIGHT
    yield f'<path d="M{_LEFT},{_TOP} V{base} H{right}" fill="none" stroke="black"/>'
    yield f'<path d="M{_LEFT},{_TOP} H{right}" stroke="black" stroke-dasharray="4 3"/>'
    for count in sorted({0, capacity // 2, capacity}):
        y = base - _HEIGHT * count / max(capacity, 1)
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{count}</text>'
    yield (
        f'<text x="12" y="{_TOP + _HEIGHT / 2}" text-anchor="middle" '
        f'transform="rotate(-90 12 {_TOP + _HEIGHT / 2})">instances</text>'
    )
    for tick in range(_TICKS + 1):
        x = _LEFT + _WIDTH * tick / _TICKS
        text = escape(duration(ended * tick / _TICKS))
        yield f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{text}</text>'
