from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from job_programs import PRELUDE, make_queue

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

PROGRAM = (
    PRELUDE
    + """
    train = sj.ServiceJob("train", job_queue="shared", service_request_payload=payload())
    known = sj.get_service_job_output(train.job_arn)
    pulumi.export("name", known.apply(lambda job: job["job_name"]))
    pulumi.export("members", known.apply(sorted))
    pulumi.export("named", sj.list_service_jobs_output(train.job_queue, job_name=train.job_name)
        .apply(lambda jobs: [job["job_arn"] for job in jobs]))
    pulumi.export("before", len(sj.list_service_jobs("shared", job_status="FAILED")))
    front = sorted(sj.get_job_queue_snapshot("shared"))
    pulumi.info(f"at once: {front}")
    pulumi.export("front", front)
    pulumi.export("later", sj.get_job_queue_snapshot_output(train.job_queue).apply(sorted))
    try:
        sj.get_service_job("00000000-0000-0000-0000-000000000000", region="us-east-1")
    except sj.NotFound as error:
        pulumi.export("missing", str(error))
    if config.get("wrong"):
        sj.get_service_job_output(pulumi.Output.secret("a job"))
"""
)


def test_functions_read_what_they_do_not_manage(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Plain ones at once, in previews too; `_output` ones when what they ask for is known.

    A wrong argument is told without a traceback, also where an Output turns out to hold it.
    """
    make_queue(cloud)
    config = {"project:wrong": "yes"}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    refused = stack.preview(fails=True)
    assert "reading ServiceJob: job must be a service job's id or ARN, got a str" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr
    at_once = [each.message for each in refused.diagnostics("info") if "at once" in each.message]
    assert "front_of_queue" in at_once[0]

    stack.set_config("wrong", "")
    # The job that the `_output` functions ask about doesn't exist yet.
    assert stack.preview().steps == [("create", "train")]
    stack.up()
    outputs = stack.outputs()

    assert outputs["name"] == "train"
    assert "job_arn" in outputs["members"]
    assert "service_request_payload" not in outputs["members"]
    assert outputs["named"] == [stack.resources()["train"]["id"]]
    assert outputs["before"] == 0
    assert "front_of_queue" in outputs["front"]
    assert outputs["later"] == outputs["front"]
    assert outputs["missing"].startswith("reading ServiceJob (00000000-")
    assert list(stack.resources()) == ["train"]
