from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from emulated_stack import PROGRAM

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

CONFIG = {"project:epochs": "10"}


def test_a_job_is_declared_run_changed_and_destroyed(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The whole story that a user sees, from an empty stack to an empty stack."""
    stack = new_stack(PROGRAM, config=CONFIG, environment=cloud.environment)

    preview = stack.preview()
    assert preview.steps == [
        ("create", name) for name in ("capacity", "training", "train", "trained")
    ]
    assert cloud.submitted() == 0

    stack.up()
    outputs = stack.outputs()
    assert outputs["status"] == "SUCCEEDED"
    assert outputs["model"].startswith("s3://bucket/models/AWSBatchtrain")
    assert cloud.status(stack) == "SUCCEEDED"

    assert stack.preview("--expect-no-changes").steps == []
    assert stack.up("--expect-no-changes").steps == []
    assert stack.refresh("--expect-no-changes").steps == []
    assert cloud.submitted() == 1

    stack.set_config("epochs", "20")
    preview = stack.preview("--diff")
    assert preview.steps == [
        ("delete-replaced", "train"),
        ("replace", "train"),
        ("create-replacement", "train"),
        ("update", "trained"),
    ]
    assert preview.step("replace", "train").replace_keys == ("service_request_payload",)
    assert changed_lines(preview.stdout, "train") == ['epochs : "10" => "20"']

    stack.up()
    assert stack.outputs()["job"] != outputs["job"]
    assert stack.outputs()["status"] == "SUCCEEDED"
    assert cloud.submitted() == 2

    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    assert cloud.batch.describe_service_environments()["serviceEnvironments"] == []


def test_an_update_of_something_upstream_previews_as_that_one_update(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The engine makes the outputs of what is updated unknown; ids stay known, so no job moves."""
    stack = new_stack(PROGRAM, config=CONFIG, environment=cloud.environment)
    stack.up()

    before = {"instances": "2", "priority": "1", "queue_team": "vision", "team": "vision"}
    for change, updated in (
        ({"instances": "4", "team": "text"}, ["capacity", "train"]),
        ({"priority": "5", "queue_team": "text"}, ["training"]),
    ):
        config = [f"--config={name}={value}" for name, value in {**before, **change}.items()]
        assert stack.preview(*config).steps == [("update", name) for name in updated]
    stack.up("--config=instances=4", "--config=priority=5", "--config=queue_team=text")

    assert cloud.submitted() == 1
    (environment,) = cloud.batch.describe_service_environments()["serviceEnvironments"]
    assert environment["capacityLimits"] == [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
    (queue,) = cloud.batch.describe_job_queues()["jobQueues"]
    assert (queue["priority"], queue["tags"]["team"]) == (5, "text")


def test_a_failed_job_fails_the_update_cleanly_and_again(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The reason stands on the job's row, and `rerun_on_failure` makes it run again."""
    cloud.script(outcome="Failed", failure_reason="AlgorithmError: out of cheese", exit_code=1)
    stack = new_stack(PROGRAM, config=CONFIG, environment=cloud.environment)

    for _ in range(2):
        failed = stack.up(fails=True)
        (error,) = [e for e in failed.diagnostics("error") if "train" in e.urn]
        assert "waiting for ServiceJob (train): FAILED" in error.message
        assert "out of cheese" in error.message
        assert "Traceback" not in failed.stdout + failed.stderr
    assert cloud.submitted() == 1
    assert "pending_operations" not in stack.state()

    cloud.control.call("DELETE", "rules")
    stack.program(PROGRAM.replace('"train",', '"train", rerun_on_failure=True,'))
    assert stack.preview().step("replace", "train").replace_keys == ("status",)
    stack.up()
    assert stack.outputs()["status"] == "SUCCEEDED"
    assert stack.preview("--expect-no-changes").steps == []
    assert cloud.jobs(stack.resources()["training"]["id"]) == 2


def test_wrong_arguments_are_failures_at_preview(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Each with its path, and AWS is asked for nothing but whether it answers."""
    program = PROGRAM.replace('"InstanceCount": 1', '"InstanceCount": "one"').replace(
        '"team": config.get("team")', '"sjresource:x": config.get("team")'
    )
    stack = new_stack(program, config=CONFIG, environment=cloud.environment)

    failed = stack.preview(fails=True)

    said = "\n".join(error.message for error in failed.diagnostics("error"))
    assert "service_request_payload.ResourceConfig.InstanceCount must be an integer" in said
    assert "tags must be at most 46 tags, none of them named sjresource:" in said
    assert set(cloud.control.calls()) <= {"DescribeJobQueues"}


def test_the_stacks_config_says_where_aws_is(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Region, credentials and endpoints as pulumi-aws reads them; the keys stay secret."""
    key = cloud.emulator.credentials
    endpoints = [{"batch": cloud.emulator.url}, {"sagemaker": cloud.emulator.url}]
    config = {**CONFIG, "aws:region": "eu-central-1", "aws:endpoints": endpoints}
    stack = new_stack(PROGRAM, config=config)
    stack.set_config("aws:accessKey", key.aws_access_key_id, secret=True)
    stack.set_config("aws:secretKey", key.aws_secret_access_key, secret=True)

    stack.up()

    assert ":eu-central-1:" in stack.outputs()["job"]
    assert key.aws_secret_access_key not in str(stack.state())


def changed_lines(diff: str, name: str) -> list[str]:
    """Return the marked lines of a resource's own block, containers left out."""
    block = diff.split(f"::{name}]")[1].split("[urn=", maxsplit=1)[0]
    marked = re.findall(r"^ +[~+-] (.+)$", block, re.MULTILINE)
    values = [line for line in marked if not line.endswith("{") and "pulumi-python:" not in line]
    return [" ".join(line.split()) for line in values]
