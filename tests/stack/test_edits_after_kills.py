"""The program is not the same any more when the next `up` comes after a kill.

Each job is in Batch and in no state, then edited, given up or destroyed. None is ever stopped.
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


def test_an_edited_job_is_submitted_anew_and_its_old_run_named(
    new_stack: NewStack, front: Front
) -> None:
    """The warning stands on the job's row, with the command that stops the old run."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        lost = lose(held, jobs, *EDITS)
        edited = [name for name in EDITS if EDITS[name]]
        submitted = held.cloud.submitted()
        jobs.declare(**EDITS)

        up = jobs.stack.up()

        said = orphans_named(up)
        assert sorted(said) == sorted(edited)
        for name in edited:
            job_id = lost[name].rpartition("/")[2]
            assert f"terminate-service-job --job-id {job_id} " in said[name]
            assert lost[name] in jobs.live(name)
            assert sorted(jobs.in_batch(name)) == sorted([lost[name], jobs.in_state()[name]])
        assert jobs.in_state()["untouched"] == lost["untouched"]
        assert held.cloud.submitted() == submitted + len(edited)

        stop_as_told(jobs, lost, edited)
        jobs.stack.refresh()
        assert orphans_named(jobs.stack.up()) == {}
        assert held.cloud.submitted() == submitted + len(edited)


def test_a_job_that_the_program_has_lost_or_that_is_destroyed_goes_on(
    new_stack: NewStack, front: Front
) -> None:
    """Nothing that is in no state is stopped; a declaration that comes back finds its job."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        lost = lose(held, jobs, "dropped", "destroyed")

        jobs.declare(destroyed={})
        jobs.stack.destroy()
        assert [jobs.live(name) for name in lost] == [[arn] for arn in lost.values()]
        jobs.declare()
        jobs.stack.up()
        assert [jobs.live(name) for name in lost] == [[arn] for arn in lost.values()]

        jobs.declare(dropped={}, destroyed={})
        jobs.stack.up()
        assert jobs.in_state() == lost


def test_a_kill_between_the_end_of_the_old_run_and_the_new_one_goes_on_to_the_new_one(
    new_stack: NewStack, front: Front
) -> None:
    """A→B, killed in B's create, then back to A: A is a new run, since the first was ended."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        jobs.declare(train={"epochs": "1"})
        jobs.stack.up()
        first = jobs.in_state()["train"]
        lost = lose(held, jobs, train={"epochs": "2"})["train"]
        assert jobs.live("train") == [lost]

        jobs.declare(train={"epochs": "1"})
        up = jobs.stack.up()

        third = jobs.in_state()["train"]
        assert third not in (first, lost)
        assert sorted(jobs.live("train")) == sorted([lost, third])
        assert lost in orphans_named(up)["train"]


def orphans_named(up: Outcome) -> dict[str, str]:
    """Return the warnings that name a lost job, by the resource on whose row they stand."""
    return {
        line.urn.rpartition("::")[2]: line.message
        for line in up.diagnostics("warning")
        if "terminate-service-job" in line.message
    }


def lose(
    held: HeldCalls, jobs: JobStack, *names: str, **declared: dict[str, Any]
) -> dict[str, str]:
    """Have jobs submitted by creates that are killed before their answer; give their ARNs."""
    declared = {**{name: {} for name in names}, **declared}
    before = {name: set(jobs.in_batch(name)) for name in declared}
    held.hold("SubmitServiceJob", after_effect=True, count=len(declared))
    jobs.declare(**declared)
    cli = held.start_up(jobs.stack)
    assert kill_in_up(cli, PLUGIN, jobs.front)
    cli.wait(fails=True)
    held.let_go()
    lost = {}
    for name in declared:
        (lost[name],) = set(jobs.in_batch(name)) - before[name]
    return lost


def stop_as_told(jobs: JobStack, lost: dict[str, str], names: list[str]) -> None:
    """Do what the warnings say."""
    for name in names:
        jobs.cloud.batch.terminate_service_job(jobId=lost[name], reason="orphaned")
