"""Draws a play as SVG: the instances that each share holds over time, one share upon the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.xml_text import escape
from sjresource.emulator.what_if.summary import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.emulator.what_if.scenario import Scenario
    from sjresource.emulator.what_if.simulate import Play, Run

_WIDTH, _HEIGHT = 760, 240
_LEFT, _TOP, _BOTTOM = 46, 46, 34
_COLUMNS: Final = 380
_TICKS: Final = 6
_COLOURS: Final = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bbbbbb")
"""Paul Tol's bright scheme, which the colour-blind can tell apart."""


def draw(scenario: Scenario, play: Play, title: str) -> str:
    """Give the picture's source. A column is an average, so short runs of a long play are seen."""
    capacity = sum(sum(each.limits.values()) for each in scenario.environments.values())
    shares = sorted({run.share for run in _runs(play)})
    held = {share: _averages(share, play) for share in shares}
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
        *_marks(play),
        *_axes(capacity, play.ended),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _runs(play: Play) -> Iterator[Run]:
    for life in play.lives.values():
        yield from life.runs


def _averages(share: str, play: Play) -> list[float]:
    """Average what a share holds over each column."""
    width = play.ended / _COLUMNS or 1.0
    columns = [0.0] * _COLUMNS
    for run in _runs(play):
        if run.share != share:
            continue
        ended = play.ended if run.ended is None else run.ended
        first = min(int(run.began / width), _COLUMNS - 1)
        for column in range(first, min(int(ended / width), _COLUMNS - 1) + 1):
            overlap = min(ended, (column + 1) * width) - max(run.began, column * width)
            columns[column] += run.instances * max(0.0, overlap) / width
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


def _marks(play: Play) -> Iterator[str]:
    """Mark each preemption above the picture."""
    for event in play.events:
        if event.what == "preempt" and play.ended:
            x = _LEFT + _WIDTH * event.at / play.ended
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
