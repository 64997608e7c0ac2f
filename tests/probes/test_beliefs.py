"""The table of probes: what each says of itself is so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import reference_tables
from probed import cleaned, emulated, left_in, session_of, tried

from sjresource.probes.beliefs import PROBES
from sjresource.probes.results import tried_by

if TYPE_CHECKING:
    from sjresource.probes.session.probe import Probe

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_a_probe_says_what_it_asks_and_what_for(probe: Probe) -> None:
    """With its source; what is tried has an expectation, and what is not a reason."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", probe.name)
    assert probe.question.endswith("?")
    assert probe.belief.endswith(".")
    assert "](https://" in probe.source or probe.source.startswith("no page")
    assert bool(probe.believed) == (probe.run is not None) == (not probe.why_untried)
    assert (probe.cost == "untried") == (probe.run is None)


def test_names_are_unique() -> None:
    """Results and switches refer to them."""
    names = [probe.name for probe in PROBES]

    assert len(set(names)) == len(names)


def test_permissions_are_those_that_are_used() -> None:
    """Of each probe, and of all with their session: the policy of docs/iam.md has just these."""
    with emulated() as emulator:
        first = session_of(emulator)
        tried(first, {"ended-job-of-earlier-run"})
        session = session_of(emulator, notes=first.notes, run="89abcdef")
        trials = tried(session)
        assert cleaned(session) == []
        assert cleaned(first) == []
        assert left_in(emulator, "eu-west-1") == set()
        called = {name for name in emulator.calls.counts() if name != "UNKNOWN"}

    for trial in trials.values():
        if trial.probe.run is not None:
            used = {each.operation for each in trial.answers}
            assert used == set(trial.probe.operations), trial.probe.name
    *_, block = re.findall(r"```json\n(.*?)```", (ROOT / "docs/iam.md").read_text(), re.DOTALL)
    allowed: set[str] = set()
    for statement in json.loads(block)["Statement"]:
        actions = statement["Action"]
        allowed |= set(actions if isinstance(actions, list) else [actions])
    assert allowed == {f"batch:{name}" for name in called} | {"iam:PassRole"}


def test_the_table_shows_by_which_file_a_belief_was_tried(tmp_path: Path) -> None:
    """On AWS: a run against anything else shows nothing, nor does what was not tried."""
    entries = {
        "replayed-token": {"verdict": "differs"},
        "share-missing": {"verdict": "held"},
        "preempted-job": {"verdict": "not tried"},
    }
    for name, tried_on in (("2027-01-01-x.json", "aws"), ("2027-01-02-x.json", "other")):
        result: dict[str, Any] = {"tried_on": tried_on, "probes": entries}
        (tmp_path / name).write_text(json.dumps(result))
    lines = [row for row in reference_tables.beliefs(tmp_path) if row.startswith("| ")]
    rows = {row.split(" | ")[-2]: row.split(" | ")[-1] for row in lines}

    assert rows["`replayed-token`"] == "[differs](../probes/results/2027-01-01-x.json) |"
    assert rows["`share-missing`"] == "[held](../probes/results/2027-01-01-x.json) |"
    assert rows["`preempted-job`"] == "no |"
    assert rows["`quota-share-order`"].startswith("no: it takes many jobs")


def test_every_result_that_is_kept_was_seen_on_aws() -> None:
    """A run against the emulator proves nothing."""
    files = list((ROOT / "probes" / "results").glob("*.json"))
    known = {probe.name for probe in PROBES}

    for file in files:
        assert json.loads(file.read_text())["tried_on"] == "aws", file.name
    assert set(tried_by(ROOT / "probes" / "results")) <= known
