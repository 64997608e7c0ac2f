"""The program is not the same any more when the next `up` comes after a kill.

Each job is in Batch and in no state, then edited or given up. None is ever stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from held_calls import HeldCalls, held_calls
from job_stack import JobStack
from victims import PLUGIN, kill_in_up

if TYPE_CHECKING:
    from engine_fixtures import NewStack
    from fronts import Front
    from pulumi_cli import Outcome

pytestmark = pytest.mark.stack

EDITS: dict[str, dict[str, Any]] = {
    "hyperparameter": {"epochs": "20"},
    "tag": {"tags": {"team": "text"}},
    "priority": {"scheduling_priority": 5},
    "untouched": {},
}
EDITED = [name for name, edit in EDITS.items() if edit]


def test_what_was_edited_or_given_up_after_a_kill_is_named_and_never_stopped(
    new_stack: NewStack, front: Front
) -> None:
    """Two kills: of jobs that are edited then, and of jobs whose declarations come and go."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        lost = lose(held, jobs, {name: {} for name in EDITS}, {})
        submitted = held.cloud.submitted()
        first = {"train": {"epochs": "1"}}
        jobs.declare(**EDITS, **first)
        an_edited_job_is_submitted_anew_and_its_old_run_named(jobs, lost, jobs.stack.up())
        assert held.cloud.submitted() == submitted + len(EDITED) + len(first)

        stop_as_told(jobs, lost)
        gone: dict[str, dict[str, Any]] = {"dropped": {}}
        runs = [jobs.in_state()["train"]]
        missed = lose(held, jobs, {**gone, "train": {"epochs": "2"}}, EDITS)
        runs.append(missed.pop("train"))
        assert jobs.live("train") == [runs[1]]

        jobs.declare(**EDITS, **first)
        up = jobs.stack.up("--refresh")
        a_kill_between_the_end_of_the_old_run_and_the_new_one_goes_on_to_the_new_one(jobs, runs, up)
        # Neither is what is as it was submitted once more.
        assert [len(jobs.in_batch(name)) for name in EDITED] == [2] * len(EDITED)
        assert [held.cloud.submissions(name) for name in EDITS] == [2, 2, 2, 1]
        assert goes_on(jobs, missed)

        jobs.declare(**gone)
        jobs.stack.up()
        assert jobs.in_state() == missed
        assert goes_on(jobs, missed)


def an_edited_job_is_submitted_anew_and_its_old_run_named(
    jobs: JobStack, lost: dict[str, str], up: Outcome
) -> None:
    """The warning stands on the job's row, with the command that stops the old run."""
    said = orphans_named(up)
    assert sorted(said) == sorted(EDITED)
    for name in EDITED:
        job_id = lost[name].rpartition("/")[2]
        assert f"terminate-service-job --job-id {job_id} " in said[name]
        assert lost[name] in jobs.live(name)
        assert sorted(jobs.in_batch(name)) == sorted([lost[name], jobs.in_state()[name]])
    assert jobs.in_state()["untouched"] == lost["untouched"]


def a_kill_between_the_end_of_the_old_run_and_the_new_one_goes_on_to_the_new_one(
    jobs: JobStack, runs: list[str], up: Outcome
) -> None:
    """A→B, killed in B's create, then back to A: A is a new run, since the first was ended.

    What was stopped as it was told is named no more.
    """
    third = jobs.in_state()["train"]
    assert third not in runs
    assert sorted(jobs.live("train")) == sorted([runs[1], third])
    said = orphans_named(up)
    assert list(said) == ["train"]
    assert runs[1] in said["train"]


def goes_on(jobs: JobStack, lost: dict[str, str]) -> bool:
    """Return whether each of these is its name's one live job, though no state has it."""
    return {name: jobs.live(name) for name in lost} == {name: [arn] for name, arn in lost.items()}


def orphans_named(up: Outcome) -> dict[str, str]:
    """Return the warnings that name a lost job, by the resource on whose row they stand."""
    return {
        line.urn.rpartition("::")[2]: line.message
        for line in up.diagnostics("warning")
        if "terminate-service-job" in line.message
    }


def lose(
    held: HeldCalls,
    jobs: JobStack,
    declared: dict[str, dict[str, Any]],
    kept: dict[str, dict[str, Any]],
) -> dict[str, str]:
    """Have jobs submitted by creates that are killed before their answer; give their ARNs.

    Four at most: as many creates run at once. `kept` is declared beside them, as it was.
    """
    before = {name: set(jobs.in_batch(name)) for name in declared}
    held.hold_again()
    held.hold("SubmitServiceJob", after_effect=True, count=len(declared))
    jobs.declare(**kept, **declared)
    cli = held.start_up(jobs.stack)
    assert kill_in_up(cli, PLUGIN, jobs.front)
    cli.wait(fails=True)
    held.let_go()
    lost = {}
    for name in declared:
        (lost[name],) = set(jobs.in_batch(name)) - before[name]
    return lost


def stop_as_told(jobs: JobStack, lost: dict[str, str]) -> None:
    """Do what the warnings say."""
    for name in EDITED:
        jobs.cloud.batch.terminate_service_job(jobId=lost[name], reason="orphaned")
