"""The two fronts of one core, and which of them a test on the engine takes.

A test that has an argument `front` runs with one of them, drawn from its name and from what
SJRESOURCE_FRONTS says; the rows of a table take turns. With SJRESOURCE_FRONTS=both each runs with
both. So `make test` pays for one start of the engine where `make kills` and `make renames` pay for
two.
"""

from __future__ import annotations

import os
from itertools import cycle
from random import Random
from typing import Literal, TypeVar

Front = Literal["dynamic", "native"]

DYNAMIC: Front = "dynamic"
NATIVE: Front = "native"
FRONTS = (DYNAMIC, NATIVE)

Row = TypeVar("Row")

_CHOICE = os.environ.get("SJRESOURCE_FRONTS", "20261130")

_TYPE_PREFIXES = {DYNAMIC: "pulumi-python:dynamic/sjresource:", NATIVE: "sjresource:index:"}

PLUGIN_MODULES = {DYNAMIC: "pulumi.dynamic", NATIVE: "sjresource.native.plugin.serving"}
"""An argument that just the plugin's process is started with."""


def fronts_of(test: str) -> tuple[Front, ...]:
    """Return the fronts that a test of this name runs with."""
    if _CHOICE == "both":
        return FRONTS
    return (Random(f"{_CHOICE}-{test}").choice(FRONTS),)  # noqa: S311 - no secret


def taking_turns(*rows: Row) -> list[tuple[Row, Front]]:
    """Return each row with a front, in turn; with SJRESOURCE_FRONTS=both each with both."""
    if _CHOICE == "both":
        return [(row, front) for row in rows for front in FRONTS]
    return list(zip(rows, cycle(FRONTS), strict=False))


def other_front(front: Front) -> Front:
    """Return the other one."""
    return NATIVE if front == DYNAMIC else DYNAMIC


def type_of(front: Front, noun: str) -> str:
    """Return the type of a resource, as the state has it."""
    return _TYPE_PREFIXES[front] + noun


def types_of(noun: str) -> tuple[str, ...]:
    """Return that of either front."""
    return tuple(type_of(front, noun) for front in FRONTS)
