"""How the engine's event log is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from engine_events import Diagnostic, Events, read_events

if TYPE_CHECKING:
    from pathlib import Path

URN = "urn:pulumi:test::project::pulumi-python:dynamic:Noted::noted"


def test_steps_carry_what_made_the_engine_act(tmp_path: Path) -> None:
    """Replacement and difference keys come with the step."""
    events = read(tmp_path, pre("replace", keys=["kind"], diffs=["kind", "text"]))

    (step,) = events.steps

    assert (step.op, step.name) == ("replace", "noted")
    assert step.replace_keys == ("kind",)
    assert step.diff_keys == ("kind", "text")


def test_refresh_step_tells_what_was_found(tmp_path: Path) -> None:
    """A refresh announces nothing; its end has the op."""
    events = read(tmp_path, pre("refresh"), outputs("delete"))

    assert [step.op for step in events.steps] == ["delete"]


def test_end_of_a_step_is_not_another_step(tmp_path: Path) -> None:
    """A step is announced and ended, and counted once."""
    events = read(tmp_path, pre("create"), outputs("create"))

    assert [step.op for step in events.steps] == ["create"]


def test_killed_engine_s_last_line_is_left_out(tmp_path: Path) -> None:
    """A log that ends in the middle of a line is read as far as it goes."""
    log = tmp_path / "events"
    log.write_text(json.dumps(pre("create")) + '\n{"summaryEv')

    assert [step.op for step in read_events(log).steps] == ["create"]


def test_operation_that_never_began_has_no_events(tmp_path: Path) -> None:
    """Without a log, nothing happened."""
    assert read_events(tmp_path / "nothing") == Events()


def test_summary_and_diagnostics_are_kept(tmp_path: Path) -> None:
    """Counts by op, and each line that the user saw."""
    events = read(
        tmp_path,
        {"diagnosticEvent": {"severity": "error", "message": "no", "urn": URN}},
        {"summaryEvent": {"resourceChanges": {"create": 2}}},
    )

    assert events.changes == {"create": 2}
    assert events.diagnostics == (Diagnostic("error", "no", URN),)


def read(folder: Path, *events: dict[str, object]) -> Events:
    """Read a log with these events."""
    log = folder / "events"
    log.write_text("\n".join(map(json.dumps, events)))
    return read_events(log)


def pre(op: str, **further: object) -> dict[str, object]:
    """Make the announcement of a step."""
    return {"resourcePreEvent": {"metadata": {"op": op, "urn": URN, "type": "t", **further}}}


def outputs(op: str) -> dict[str, object]:
    """Make the end of a step."""
    return {"resOutputsEvent": {"metadata": {"op": op, "urn": URN, "type": "t"}}}
