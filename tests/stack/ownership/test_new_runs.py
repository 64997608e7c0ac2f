"""A new run where one is wanted, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from fronts import NATIVE, other_front
from held_calls import held_calls
from job_stack import JobStack

if TYPE_CHECKING:
    from engine_fixtures import NewStack
    from fronts import Front

pytestmark = pytest.mark.stack

JOBS: dict[str, dict[str, Any]] = {
    "edited": {"epochs": "1"},
    "triggered": {"triggers": ["monday"]},
    "replaced": {},
    "tainted": {},
    # Equal requests: who declares two jobs gets two.
    "one": {"job_name": "twin"},
    "other": {"job_name": "twin"},
    "tokened": {"client_token": "mine"},
}
KEPT = {"one", "other", "tokened"}
REPLACED = {"replaced", "tainted"}
"""What is replaced unchanged. A plugin is asked no diff then; the program says what comes first."""


def test_who_wants_a_new_run_gets_one_and_nobody_else(new_stack: NewStack, front: Front) -> None:
    """Edits there and back, triggers, --replace, taint, destroy then up; a user's own token.

    The same stack name in another project is another stack, of whichever front: an equal program
    runs its own job, and takes nobody else's.
    """
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        stack = jobs.stack
        first_goes = {"opts": {"delete_before_replace": True}} if front == NATIVE else {}
        declared = {
            name: {**job, **(first_goes if name in REPLACED else {})} for name, job in JOBS.items()
        }
        jobs.declare(**declared)
        assert stack.up().warnings == []
        first = jobs.in_state()
        assert len(set(first.values())) == len(JOBS)
        require_token(jobs, "mine")

        theirs = JobStack(held.cloud, new_stack, other_front(front), project="elsewhere")
        theirs.declare(edited=JOBS["edited"])
        assert theirs.stack.up().warnings == []
        their_job = theirs.in_state()["edited"]
        assert sorted(jobs.live("edited")) == sorted([first["edited"], their_job])

        edits: dict[str, dict[str, Any]] = {"edited": {"epochs": "2"}}
        edits["triggered"] = {"triggers": ["tuesday"]}
        jobs.declare(**{**declared, **edits})
        urns = {name: resource["urn"] for name, resource in stack.resources().items()}
        stack.run("state", "taint", "--yes", urns["tainted"])
        stack.up("--replace", urns["replaced"])
        second = jobs.in_state()
        assert unchanged(first, second) == KEPT

        jobs.declare(**declared)  # back to what they were
        stack.up()
        third = jobs.in_state()
        assert unchanged(second, third) == KEPT | REPLACED
        assert unchanged(first, third) == KEPT
        names = {job.get("job_name", name) for name, job in JOBS.items()}
        ours = {arn for name in names for arn in jobs.in_batch(name)} - {their_job}
        assert len(ours) == len(JOBS) + 4 + 2

        stack.destroy()
        assert jobs.all_live() == [their_job]
        jobs.declare(**{name: job for name, job in declared.items() if name != "tokened"})
        stack.up()
        fourth = jobs.in_state()
        assert not set(fourth.values()) & {*first.values(), *second.values(), *third.values()}
        assert sorted(jobs.all_live()) == sorted([*fourth.values(), their_job])


def require_token(jobs: JobStack, token: str) -> None:
    """Fail unless Batch was given this token: it refuses another request under it."""
    with pytest.raises(ClientError, match="clientToken was used before with another request"):
        jobs.cloud.batch.submit_service_job(
            jobName="other",
            jobQueue=jobs.queue,
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload="{}",
            clientToken=token,
        )


def unchanged(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the resources that have the same job as before."""
    return {name for name in before if before[name] == after.get(name)}
