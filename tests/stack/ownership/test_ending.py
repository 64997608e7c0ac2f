"""What a delete leaves behind that could not end its job, or did not see it: nothing unnamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import CommandLine
from held_calls import held_calls
from job_stack import JobStack
from pulumi_cli import holds_within

from sjresource.stack.identity import RELEASED_TAG

if TYPE_CHECKING:
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome

pytestmark = pytest.mark.stack

DENIED = {"count": None, "status": 403, "code": "AccessDeniedException"}
UNKNOWN = {"count": None, "status": 400, "code": "ClientException", "message": "job does not exist"}


def test_what_a_delete_could_not_end_or_did_not_see_is_neither_hidden_nor_doubled(
    new_stack: NewStack,
) -> None:
    """Describe lags behind a submission: what is deleted or replaced at once runs on in no case.

    What could not be made sure of is said, and what was refused is not given up.
    """
    with held_calls("reject") as held:
        jobs, control = JobStack(held.cloud, new_stack), held.cloud.control
        control.fault("DescribeServiceJob", "error", **UNKNOWN)
        jobs.declare(edited={"epochs": "1"}, dropped={}, kept={}, refused={})
        jobs.stack.up()
        first = jobs.in_state()

        jobs.declare(edited={"epochs": "2"}, kept={}, refused={})
        jobs.stack.up()
        second = jobs.in_state()
        assert second.keys() == {"edited", "kept", "refused"}
        assert not {first["edited"], first["dropped"]} & set(second.values())
        assert sorted(jobs.all_live()) == sorted(second.values())

        control.call("DELETE", "faults")
        refused = second["refused"]
        unseen = {name: arn for name, arn in second.items() if name != "refused"}
        for arn in unseen.values():
            control.fault("DescribeServiceJob", "error", match={"jobId": arn}, **UNKNOWN)
        control.fault("ListServiceJobs", "error", **DENIED)
        control.fault("TerminateServiceJob", "error", match={"jobId": refused}, **DENIED)
        failed = jobs.stack.destroy("--continue-on-error", fails=True)
        assert jobs.in_state() == second
        for arn in unseen.values():
            said = f"ending ServiceJob ({arn}): Batch was asked to end it, and it takes its tags"
            assert said in failed.stdout
        assert "allow these credentials batch:TerminateServiceJob" in failed.stdout
        control.call("DELETE", "faults")
        assert jobs.all_live() == [refused]
        control.fault("TerminateServiceJob", "error", **DENIED)
        a_job_that_could_not_be_ended_is_an_orphan_if_its_state_is_lost(jobs, refused)
        control.call("DELETE", "faults")

        jobs.declare(refused={})
        up = one_that_is_truly_forgotten_holds_up_no_delete(jobs, unseen)
        assert f"{refused} is a run of this very request" in up.stdout
        assert jobs.in_batch("refused") == [refused]


def a_job_that_could_not_be_ended_is_an_orphan_if_its_state_is_lost(
    jobs: JobStack, arn: str
) -> None:
    """And no other is; nor does the command hide it where it may not end it."""
    batch = jobs.cloud.batch
    assert RELEASED_TAG not in batch.describe_service_job(jobId=arn)["tags"]
    jobs.stack.run("state", "delete", "--yes", jobs.stack.resources()["refused"]["urn"])
    sjresource = CommandLine(jobs.stack.work, jobs.stack.environment)

    (orphan,) = sjresource.answer("orphans", schema="orphans", code=1)["orphans"]
    assert orphan["arn"] == arn
    unended = sjresource.answer("orphans", arn, "--terminate", "--yes", schema="orphans", code=1)
    assert "AccessDeniedException" in unended["orphans"][0]["error"]
    assert RELEASED_TAG not in batch.describe_service_job(jobId=arn)["tags"]


def one_that_is_truly_forgotten_holds_up_no_delete(jobs: JobStack, left: dict[str, str]) -> Outcome:
    """It is named. Return what an `up` said that has dropped it, and refuses something else."""
    forgotten, batch = left["edited"], jobs.cloud.batch
    assert holds_within(
        60, lambda: batch.describe_service_job(jobId=forgotten)["status"] == "FAILED"
    )
    jobs.cloud.control.forget(forgotten.rpartition("/")[2], "expire")

    up = jobs.stack.up("--continue-on-error", fails=True)

    said = f"warning: deleting ServiceJob ({forgotten}): Batch does not know it"
    assert said in up.stdout
    assert jobs.in_state() == {}
    return up
