"""What a preview says of money, and the setting that bounds what an `up` may use."""

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
    HOURS = {"MaxRuntimeInSeconds": 7200}

    def instances(count, kind="ml.m5.large"):
        return {"InstanceType": kind, "InstanceCount": count, "VolumeSizeInGB": 10}

    def job(name, count, kind="ml.m5.large", **more):
        return sj.ServiceJob(
            name,
            job_queue=config.require("queue"),
            service_request_payload=payload(
                ResourceConfig=instances(count, kind), StoppingCondition=HOURS, **more),
        )

    same = job("same", 1)
    job("edited", 2, "ml.g5.xlarge", Environment={"after": same.id})
    if config.get("secret"):
        job("hidden", config.require_secret("secret").apply(int))
"""
)


def test_money_is_told_and_bounded_before_anything_runs(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """New jobs count, unchanged ones don't; a refusal submits nothing.

    Replaced ones count, too, as test_lifecycle sees; where nothing new runs nothing is told, as
    test_native does.
    """
    config = {"project:queue": make_queue(cloud)}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    told = stack.preview().stdout
    assert "this update runs 2 jobs, at most 6 instance-hours: 4 of ml.g5.xlarge, 2 of ml" in told

    stack.set_config("sjresource:maxInstanceHours", "5")
    refused = stack.preview(fails=True).stdout
    assert (
        "it may use 6, more instance-hours than sjresource:maxInstanceHours allows (5)" in refused
    )
    assert "edited 4, same 2; bound the runs" in refused
    assert "Traceback" not in refused

    without_preview = stack.up(fails=True).stdout  # `same` first, as `edited` needs its id
    assert "creating ServiceJob (edited): with the 1 before it, it may use more" in without_preview
    assert set(stack.resources()) == {"same"}
    assert cloud.control.calls()["SubmitServiceJob"] == 1

    stack.set_config("project:secret", "3", secret=True)
    shown = stack.preview("--config", "sjresource:maxInstanceHours=50").stdout
    assert (
        "runs 1 job, at most 4 instance-hours of ml.g5.xlarge; 1 job whose hours are secret"
        in shown
    )
    stack.set_config("sjresource:maxInstanceHours", "5")
    refused = stack.preview(fails=True).stdout
    assert "it may use more instance-hours than sjresource:maxInstanceHours allows (5)" in refused
    assert "edited 4, hidden [secret]" in refused
