"""What a job adds to the state, which the engine writes anew at each step."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.payload import payload
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDED_AFTER = 3600
_TYPES = {
    "floor": ":Floor",
    "native": "sjresource:index:ServiceJob",
    "sjresource": ":dynamic/sjresource:ServiceJob",
}
"""What the type of each kind ends with."""
_GOALS = {"submitted": 400, "ended, and refreshed": 600}
"""Bytes beyond the floor."""


def rows(jobs: int) -> Iterator[Row]:
    """Weigh a resource of the state: just submitted, ended and refreshed, and the floor's."""
    given = len(json.dumps(payload()))
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud", 60) as cloud:
        stack = Stack(Path(folder) / "stack", cloud.environment)
        stack.up(
            Declared("floor", jobs, cloud.queue),
            Declared("sjresource", jobs, cloud.queue),
            # A job of one name is the same one for both fronts.
            Declared("native", jobs, cloud.queue, name="other"),
        )
        weights = {kind: _weigh(stack, kind) for kind in _TYPES}
        cloud.control("POST", "clock", advance=_ENDED_AFTER)
        stack.refresh()
        weights["ended"] = _weigh(stack, "sjresource")
    floor = weights["floor"]
    yield Row("state", "payload, as given", given, "bytes")
    native = weights["native"]
    yield Row("state", "a native job, submitted", native, "bytes", floor, native / floor)
    for what, kind in (("submitted", "sjresource"), ("ended, and refreshed", "ended")):
        mine = weights[kind]
        yield Row("state", f"a job, {what}", mine, "bytes", floor, mine / floor)
        yield Row(
            "state", f"a job, {what}: beyond the floor", mine - floor, "bytes", goal=_GOALS[what]
        )


def _weigh(stack: Stack, kind: str) -> float:
    resources: list[dict[str, Any]] = stack.state()["resources"]
    sizes = [len(json.dumps(each)) for each in resources if each["type"].endswith(_TYPES[kind])]
    return sum(sizes) / len(sizes)
