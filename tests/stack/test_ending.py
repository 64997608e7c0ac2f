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

pytestmark = pytest.mark.stack

DENIED = {"count": None, "status": 403, "code": "AccessDeniedException"}
UNKNOWN = {"count": None, "status": 400, "code": "ClientException", "message": "job does not exist"}


def test_a_job_that_could_not_be_ended_is_neither_hidden_nor_doubled(new_stack: NewStack) -> None:
    """It is not given up: the state keeps it, and if that is lost it is an orphan, and no other."""
    with held_calls("reject") as held:
        jobs, control = JobStack(held.cloud, new_stack), held.cloud.control
        jobs.declare(train={})
        jobs.stack.up()
        control.fault("TerminateServiceJob", "error", **DENIED)

        refused = jobs.stack.destroy(fails=True)

        assert "allow these credentials batch:TerminateServiceJob" in refused.stdout
        (arn,) = jobs.in_state().values()
        tags = held.cloud.batch.describe_service_job(jobId=arn)["tags"]
        assert RELEASED_TAG not in tags
        jobs.stack.run("state", "delete", "--yes", jobs.stack.resources()["train"]["urn"])
        sjresource = CommandLine(jobs.stack.work, jobs.stack.environment)
        (orphan,) = sjresource.answer("orphans", schema="orphans", code=1)["orphans"]
        assert orphan["arn"] == arn
        unended = sjresource.answer(
            "orphans", arn, "--terminate", "--yes", schema="orphans", code=1
        )
        assert "AccessDeniedException" in unended["orphans"][0]["error"]
        tags = held.cloud.batch.describe_service_job(jobId=arn)["tags"]
        assert RELEASED_TAG not in tags
        jobs.stack.start("up").wait()
        assert jobs.in_batch("train") == [arn]


def test_a_job_that_batch_does_not_show_yet_is_ended(new_stack: NewStack) -> None:
    """Describe lags behind a submission: what is deleted or replaced at once runs on in no case.

    What could not be made sure of is said, and a job that is truly forgotten holds up no destroy.
    """
    with held_calls() as held:
        jobs, control = JobStack(held.cloud, new_stack), held.cloud.control
        control.fault("DescribeServiceJob", "error", **UNKNOWN)
        jobs.declare(edited={"epochs": "1"}, dropped={}, kept={})
        jobs.stack.up()
        first = jobs.in_state()

        jobs.declare(edited={"epochs": "2"}, kept={})
        jobs.stack.up()
        second = jobs.in_state()
        assert second.keys() == {"edited", "kept"}
        assert not {first["edited"], first["dropped"]} & set(second.values())
        assert sorted(jobs.all_live()) == sorted(second.values())

        control.fault("ListServiceJobs", "error", **DENIED)
        unsure = jobs.stack.destroy(fails=True)
        assert jobs.in_state() == second
        for arn in second.values():
            said = f"ending ServiceJob ({arn}): Batch was asked to end it, and it takes its tags"
            assert said in unsure.stdout
        control.call("DELETE", "faults")
        assert jobs.all_live() == []

        forgotten = second["edited"]
        batch = held.cloud.batch
        assert holds_within(
            10, lambda: batch.describe_service_job(jobId=forgotten)["status"] == "FAILED"
        )
        control.forget(forgotten.rpartition("/")[2], "expire")
        destroyed = jobs.stack.destroy()
        said = f"warning: deleting ServiceJob ({forgotten}): Batch does not know it"
        assert said in destroyed.stdout
        assert jobs.in_state() == {}
