"""What the engine did, read from its own event log instead of its words to the user."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A refresh announces each step as `refresh`; only its end says what was found.
REFRESH = "refresh"


@dataclass(frozen=True)
class Step:
    """One step of an operation.

    Attributes:
        op: In the engine's words: same, create, update, delete, replace, create-replacement,
            delete-replaced, read, discard, and for a refresh what it found.
        name: The resource's name; the stack's own resource is named `<project>-<stack>`.
        type: Its type token.
        urn: All of it.
        replace_keys: The properties that made the engine replace it.
        diff_keys: The properties that differ.
    """

    op: str
    name: str
    type: str = field(repr=False)
    urn: str = field(repr=False)
    replace_keys: tuple[str, ...] = ()
    diff_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnostic:
    """A line that was shown to the user: `severity` is info, info#err, warning or error."""

    severity: str
    message: str
    urn: str = ""
    ephemeral: bool = False


@dataclass(frozen=True)
class Events:
    """An operation as the engine recorded it; empty for one that never began.

    Attributes:
        steps: In the order in which they began, the stack's own resource and providers included.
        changes: How many resources by op, as in the summary that ends the operation.
        diagnostics: In the order in which they came.
    """

    steps: tuple[Step, ...] = ()
    changes: dict[str, int] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def read_events(log: Path) -> Events:
    """Read an event log; a line that the engine was killed in is left out."""
    steps: list[Step] = []
    changes: dict[str, int] = {}
    diagnostics: list[Diagnostic] = []
    for event in _lines(log):
        if "resourcePreEvent" in event:
            metadata = event["resourcePreEvent"]["metadata"]
            if metadata["op"] != REFRESH:
                steps.append(_step(metadata))
        elif "resOutputsEvent" in event:
            metadata = event["resOutputsEvent"]["metadata"]
            # Of an `up --refresh` it doesn't even say that: what differs is a step of the `up`.
            if metadata["op"] != REFRESH and all(step.urn != metadata["urn"] for step in steps):
                steps.append(_step(metadata))
        elif "diagnosticEvent" in event:
            diagnostics.append(_diagnostic(event["diagnosticEvent"]))
        elif "summaryEvent" in event:
            changes = event["summaryEvent"]["resourceChanges"] or {}
    return Events(tuple(steps), changes, tuple(diagnostics))


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    if not log.exists():
        return
    for line in log.read_text().splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:  # noqa: PERF203 - only the last line can be cut
            return


def _step(metadata: dict[str, Any]) -> Step:
    return Step(
        op=metadata["op"],
        name=metadata["urn"].rpartition("::")[2],
        type=metadata["type"],
        urn=metadata["urn"],
        replace_keys=tuple(metadata.get("keys") or ()),
        diff_keys=tuple(metadata.get("diffs") or ()),
    )


def _diagnostic(event: dict[str, Any]) -> Diagnostic:
    return Diagnostic(
        severity=event["severity"],
        message=event["message"],
        urn=event.get("urn", ""),
        ephemeral=event.get("ephemeral", False),
    )
