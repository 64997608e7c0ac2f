from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from emulated_stack import PROGRAM

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

UPSTREAM = """
    upstream = sj.JobQueue(
        "upstream",
        priority=config.get_int("upstream_priority") or 1,
        tags={"team": config.get("upstream_team") or "vision"},
        service_environment_order=[
            {"order": 1, "service_environment": capacity.service_environment_arn}],
    )
    always_equal = {**payload, "HyperParameters": {}}
    sj.ServiceJob(
        "downstream",
        job_queue=upstream.job_queue_arn,
        service_request_payload=always_equal,
        tags={"team": config.get("upstream_team") or "vision"},
    )
"""
"""A queue that is updated above its job, which is, too."""

DIVERGED = """
    diverging = sj.ServiceJob(
        "diverging", job_queue=queue.job_queue_arn, service_request_payload=always_equal)
    diverged = sj.ServiceJobCompletion("diverged", job=diverging)
    sj.ServiceJob(
        "triggered",
        job_queue=queue.job_queue_arn,
        service_request_payload=always_equal,
        triggers=[diverged.final_metrics, {"nested": [diverged.final_metrics]}],
    )
    pulumi.export("metrics", diverged.final_metrics)
"""
"""A job whose loss is no number in the end, and one that this triggers."""

DOWNSTREAM = """
    sj.ServiceJob(
        "finetuned",
        job_queue=queue.job_queue_arn,
        service_request_payload={
            **always_equal,
            "Environment": {"PARENT": train.job_id, "PASSWORD": pulumi.Output.secret("x")},
        },
        triggers=[train.job_arn, config.get("again")],
        opts=pulumi.ResourceOptions(deleted_with=queue),
    )
"""
"""A job that needs the id of another, which a preview may not know; its queue's end ends it."""

MADE = {
    *("capacity", "training", "train", "trained"),
    *("upstream", "downstream", "diverging", "diverged", "triggered"),
    "finetuned",
}
JOBS = 5
RUNS = "this update runs"


def test_jobs_are_declared_run_changed_and_destroyed(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The whole story that a user sees, from an empty stack to an empty stack."""
    cloud.script("diverging", metrics={"loss": "NaN", "lr": 0.5})
    cloud.script("finetuned", running=3600.0)
    config = {"project:epochs": "10"}
    stack = new_stack(
        PROGRAM + UPSTREAM + DIVERGED + DOWNSTREAM, config=config, environment=cloud.environment
    )

    preview = stack.preview()
    assert sorted(preview.steps) == sorted(("create", name) for name in MADE)
    assert f"{RUNS} {JOBS} jobs" in preview.stdout
    assert not [each for each in preview.diagnostics("info") if "this terminal" in each.message]
    assert cloud.submitted() == 0

    stack.up()
    job = stack.outputs()["job"]
    the_job_has_run_and_its_model_is_an_output(cloud, stack)

    changes = {"epochs": "20", "instances": "4", "upstream_priority": "5", "upstream_team": "text"}
    for name, value in changes.items():
        stack.set_config(name, value)
    preview = stack.preview("--diff")
    a_changed_hyperparameter_is_that_one_line_and_a_new_run(preview)
    an_id_that_is_not_known_yet_hides_no_run(preview)
    an_update_of_something_upstream_is_that_one_update(preview)
    assert cloud.submitted() == JOBS

    up = stack.up("--refresh")
    what_has_not_changed_is_left_alone_after_a_refresh_too(up)
    an_update_of_something_upstream_is_that_one_update(up)
    assert stack.outputs()["job"] != job
    assert stack.outputs()["status"] == "SUCCEEDED"
    assert cloud.submitted() == JOBS + len(("train", "finetuned"))
    the_updates_have_reached_batch(cloud, stack)

    finetuned = stack.resources()["finetuned"]["id"]
    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_service_job(jobId=finetuned)["status"] == "FAILED"
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    assert cloud.batch.describe_service_environments()["serviceEnvironments"] == []


def the_job_has_run_and_its_model_is_an_output(cloud: EmulatedCloud, stack: PulumiStack) -> None:
    """After the first `up`."""
    outputs = stack.outputs()

    assert outputs["status"] == "SUCCEEDED"
    assert outputs["model"].startswith("s3://bucket/models/AWSBatchtrain")
    assert cloud.status(stack) == "SUCCEEDED"


def what_has_not_changed_is_left_alone_after_a_refresh_too(up: Outcome) -> None:
    """A loss that diverged is the same loss, and what it triggers does not run again."""
    assert not {name for _, name in up.steps} & {"training", "diverging", "diverged", "triggered"}


def a_changed_hyperparameter_is_that_one_line_and_a_new_run(preview: Outcome) -> None:
    """Of the job; its completion follows in place."""
    assert [step for step in preview.steps if step[1] in ("train", "trained")] == [
        ("delete-replaced", "train"),
        ("replace", "train"),
        ("create-replacement", "train"),
        ("update", "trained"),
    ]
    assert preview.step("replace", "train").replace_keys == ("service_request_payload",)
    assert changed_lines(preview.stdout, "train") == ['epochs : "10" => "20"']


def an_id_that_is_not_known_yet_hides_no_run(preview: Outcome) -> None:
    """A job that is given the id of a replaced one is replaced, too, and both are counted."""
    assert ("replace", "finetuned") in preview.steps
    assert f"{RUNS} 2 jobs" in preview.stderr  # where `--diff` has what is said


def an_update_of_something_upstream_is_that_one_update(shown: Outcome) -> None:
    """The engine makes the outputs of what is updated unknown; ids stay known, so no job moves.

    `capacity` is updated, and `training` has no step; `upstream` is, and its job keeps its run.
    """
    replaced = ("train", "trained", "finetuned")
    others = [step for step in shown.steps if step[1] not in replaced]

    assert sorted(others) == [
        ("update", "capacity"),
        ("update", "downstream"),
        ("update", "upstream"),
    ]


def the_updates_have_reached_batch(cloud: EmulatedCloud, stack: PulumiStack) -> None:
    """In place: the same environment, and the same queue."""
    (environment,) = cloud.batch.describe_service_environments()["serviceEnvironments"]
    assert environment["capacityLimits"] == [{"maxCapacity": 4, "capacityUnit": "NUM_INSTANCES"}]
    upstream = stack.resources()["upstream"]["id"]
    (queue,) = cloud.batch.describe_job_queues(jobQueues=[upstream])["jobQueues"]
    assert (queue["priority"], queue["tags"]["team"]) == (5, "text")


def changed_lines(diff: str, name: str) -> list[str]:
    """Return the marked lines of a resource's own block, containers left out."""
    block = diff.split(f"::{name}]")[1].split("[urn=", maxsplit=1)[0]
    marked = re.findall(r"^ +[~+-] (.+)$", block, re.MULTILINE)
    values = [line for line in marked if not line.endswith("{") and "pulumi-python:" not in line]
    return [" ".join(line.split()) for line in values]
