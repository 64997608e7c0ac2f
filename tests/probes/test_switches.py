"""Each switch of the emulator, both ways: exactly the probes that should differ do.

All probes take a second of processor time, so they are tried with a handful of switches turned at
once, each of which other probes notice: no probe differs but theirs. Then each switch is turned
alone, and just the handful's probes are tried: those of the others hold. What was turned alone
already has shown that.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from probed import REGION, emulated, session_of, tried

from sjresource.emulator import Behaviour
from sjresource.emulator.controls.behave_as import read_behaviour
from sjresource.probes.beliefs import PROBES
from sjresource.probes.results import report, write_result
from sjresource.probes.session.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sjresource.probes.trial import Trial

REPLAYS_AFTER_END = {"replayed-token-after-end", "replayed-token-after-release"}
ASKS_LATER = "ended-job-of-earlier-run"
HOURS = 2
Row = tuple[str, Any, set[str]]
SWITCHES: list[Row] = [
    ("token_replay", "reject", {"replayed-token", *REPLAYS_AFTER_END}),
    ("token_replay_after_end", "reject", REPLAYS_AFTER_END),
    ("token_other_request", "same-job", {"replayed-token-other-request"}),
    ("longest_payload", 30 * 1024, {"payload-size"}),
    ("payload_unit", "characters", {"payload-size"}),
    ("longest_request", 1_048_576, {"request-size"}),
    ("payload_not_json", "accept", {"payload-not-json"}),
    ("job_name_begins_with_hyphen", "accept", {"job-name-begins-with-hyphen"}),
    ("retry_action", "as-given", {"retry-strategy"}),
    ("retry_action", "refuse", {"retry-strategy"}),
    ("environments_per_queue", 2, {"several-environments"}),
    ("policy_with_name_alone", "refuse", {"policy-with-name-alone"}),
    ("list_lag_ms", 10_000, {"new-job-in-lists"}),
    ("describe_lag_ms", 10_000, {"new-job-described"}),
    ("started_at_before_start", "absent", {"started-at-of-waiting-job", "started-at"}),
    (
        "leave_out_defaults",
        True,
        {
            "borrow-limit-default",
            "members-of-waiting-job",
            "policy-with-name-alone",
            "retry-strategy",
        },
    ),
    ("empty_shares_in_snapshot", False, {"snapshot-of-three-shares"}),
    ("termination_ms", 120_000, {"terminate-waiting-job"}),
    ("terminate_unknown", "refuse", {"terminate-unknown-job"}),
    ("terminate_ended", "refuse", {"terminate-ended-job"}),
    ("update_ended", "succeed", {"update-ended-job"}),
    ("tag_finished_jobs", False, {"tags-of-ended-job"}),
    ("tag_unknown", "succeed", {"tags-of-unknown-job"}),
    ("ended_jobs_kept_ms", HOURS * 3_600_000, {ASKS_LATER}),
    ("delete_queue_with_jobs", "refuse", {"jobs-of-deleted-queue"}),
    ("delete_queue_with_shares", "succeed", {"delete-queue-with-shares"}),
    ("queue_status_reason", "Ready for service", {"queue-status-reason"}),
    ("exists_status", 400, {"existing-name"}),
    ("exists_words", "It is there", {"existing-name"}),
    ("missing_words", "No such queue: <name>", {"queue-missing"}),
    ("missing_job_words", "No such job: <name>", {"job-missing"}),
    ("related_words", "It is used by a queue", {"environment-in-use"}),
    ("modified_words", "Wait for an earlier change", {"change-while-changing"}),
    ("disabled_queue_words", "Closed: <name>", {"queue-disabled"}),
    ("share_missing_words", "Which share of <name>?", {"share-missing"}),
    ("quota_share_missing_words", "Which quota of <name>?", {"quota-share-missing"}),
    ("share_unexpected_words", "What share of <name>?", {"share-unexpected"}),
]


HANDFUL = 5


def handfuls(rows: list[Row]) -> list[list[Row]]:
    """Put rows together whose switches are different, and are noticed by different probes.

    A switch that sets a time is left alone: others' probes may see nothing, or wait, for so long.
    """
    found: list[list[Row]] = []
    for row in rows:
        for others in found:
            if len(others) < HANDFUL and all(are_apart(row, other) for other in others):
                others.append(row)
                break
        else:
            found.append([row])
    return found


def are_apart(one: Row, other: Row) -> bool:
    """Return whether two switches may be turned at once, and each still be told by its probes."""
    takes_time = any(name.endswith("_ms") for name, _, _ in (one, other))
    return not takes_time and one[0] != other[0] and not one[2] & other[2]


def results(behaviour: Mapping[str, Any], names: Collection[str] = ()) -> dict[str, Trial]:
    """Try probes, all without names, some hours after an earlier run that left a note for one."""
    with emulated(**behaviour) as emulator:
        first = session_of(emulator)
        if not names or ASKS_LATER in names:
            tried(first, {ASKS_LATER})
        emulator.clock.advance(HOURS * 3600 + 60)
        later = session_of(emulator, notes=first.notes, run="89abcdef")
        return tried(later, names)


def test_every_switch_has_a_row() -> None:
    """A new switch is tried both ways, or says nothing about AWS."""
    assert {name for name, _, _ in SWITCHES} == {
        each.name for each in dataclasses.fields(Behaviour)
    }


def test_all_that_can_be_tried_holds_of_the_emulator() -> None:
    """With no switch turned; a day after an earlier run even its ended job is known."""
    with emulated() as emulator:
        first = session_of(emulator)
        tried(first, {ASKS_LATER})
        emulator.clock.advance(25 * 3600)
        trials = tried(session_of(emulator, notes=first.notes, run="89abcdef"))

    verdicts = {name: trial.verdict for name, trial in trials.items()}
    assert verdicts == {
        each.name: "held" if each.run is not None else "not tried" for each in PROBES
    }


TOGETHER = handfuls(SWITCHES)


@pytest.mark.parametrize("rows", TOGETHER, ids=lambda rows: "+".join(name for name, _, _ in rows))
def test_turned_switches_are_noticed_by_no_other_probes(rows: list[Row], tmp_path: Path) -> None:
    """Of all probes just those differ that are about them; their results turn just them."""
    turned = {name: value for name, value, _ in rows}
    trials = results(turned)

    assert differing(trials) == set().union(*(theirs for _, _, theirs in rows))
    assert_played_again(trials, turned, tmp_path)


@pytest.mark.parametrize(
    ("row", "rows"),
    [(row, rows) for rows in TOGETHER if len(rows) > 1 for row in rows],
    ids=[f"{name}-{value}" for rows in TOGETHER if len(rows) > 1 for name, value, _ in rows],
)
def test_a_turned_switch_is_noticed_and_played_again(
    row: Row, rows: list[Row], tmp_path: Path
) -> None:
    """By its own probes, and not by those of the switches that are turned with it elsewhere."""
    switch, value, own = row
    trials = results({switch: value}, set().union(*(theirs for _, _, theirs in rows)))

    assert differing(trials) == own
    assert_played_again(trials, {switch: value}, tmp_path)


def differing(trials: Mapping[str, Trial]) -> set[str]:
    """Return the names of the probes that say something else than is believed."""
    return {name for name, each in trials.items() if each.verdict == "differs"}


def assert_played_again(
    trials: Mapping[str, Trial], turned: Mapping[str, Any], folder: Path
) -> None:
    """Hold what an emulator does by these trials' result against the switches that were turned."""
    result = report(
        trials.values(), Redaction(), region=REGION, endpoint="http://127.0.0.1:1", epoch=0
    )
    write_result(folder / "result.json", result)
    behaviour, uncovered = read_behaviour(folder / "result.json")

    assert uncovered == []
    assert dataclasses.replace(behaviour, token_replay_after_end=None) == dataclasses.replace(
        Behaviour(**turned), token_replay_after_end=None
    )
    assert replays_after_end(behaviour) == replays_after_end(Behaviour(**turned))


def replays_after_end(behaviour: Behaviour) -> str:
    """Return what counts after the end, however it is set."""
    return behaviour.token_replay_after_end or behaviour.token_replay
