"""What was measured, as rows: printed as a table, written as JSON, with the machine it ran on."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDTHS = "{:<10} {:<52} {:>10} {:>10} {:<8} {:>6} {:>7} {}"

_ROUNDED_FROM = 100
_SAID = {None: "", True: "met", False: "NOT MET"}


@dataclass(frozen=True)
class Row:
    """One number. `other` is what it is compared with, in the same run; None if with nothing.

    `ratio` is the median of the rounds' own ratios, so it need not be `ours / other`. `goal` is the
    most that the ratio may be, or `ours` where there is none.
    """

    question: str
    what: str
    ours: float
    unit: str
    other: float | None = None
    ratio: float | None = None
    goal: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        measured = self.ours if self.ratio is None else self.ratio
        return None if self.goal is None else measured <= self.goal


def print_heading() -> None:
    """Print the table's head."""
    print(_WIDTHS.format("question", "what", "ours", "other", "unit", "ratio", "goal", ""))


def print_row(row: Row) -> None:
    """Print a line of the table, as soon as it is known."""
    ours, other = _text(row.ours), _text(row.other)
    ratio, goal, said = _text(row.ratio), _text(row.goal), _SAID[row.is_met]
    print(_WIDTHS.format(row.question, row.what, ours, other, row.unit, ratio, goal, said).rstrip())


def write_json(file: Path, rows: Iterable[Row], machine: dict[str, Any]) -> None:
    """Write all there is to know."""
    lines = [{**asdict(row), "met": row.is_met} for row in rows]
    file.write_text(json.dumps({"machine": machine, "rows": lines}, indent=1) + "\n")


def write_markdown(file: Path, rows: Iterable[Row]) -> None:
    """Write the table for a document."""
    lines = [
        "| | ours | other | | ratio | goal | |",
        "| --- | ---: | ---: | --- | ---: | ---: | --- |",
    ]
    for row in rows:
        cells = (_text(row.ours), _text(row.other), row.unit, _text(row.ratio), _text(row.goal))
        lines.append(f"| {row.question}: {row.what} | {' | '.join(cells)} | {_SAID[row.is_met]} |")
    file.write_text("\n".join(lines) + "\n")


def describe_machine() -> dict[str, Any]:
    """Return where it runs, and on which versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "engine": subprocess.run(
            ["pulumi", "version"],  # noqa: S607 - the one on PATH is what is measured
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip(),
        **{name: version(name) for name in ("pulumi", "boto3", "botocore", "sjresource")},
    }


def _text(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:.3g}" if abs(number) < _ROUNDED_FROM else f"{number:.0f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
