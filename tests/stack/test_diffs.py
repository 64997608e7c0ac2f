from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from job_programs import PRELUDE, make_queue

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

BEFORE = (
    PRELUDE
    + """
    sj.ServiceEnvironment("capacity", capacity_limits=[
        {"max_capacity": 1, "capacity_unit": "NUM_INSTANCES"}])
    sj.ServiceJob(
        "train",
        job_queue=config.require("queue"),
        service_request_payload=payload(),
        retry_strategy={"attempts": 2},
        tags={"a": "1", "b": "2"},
    )
"""
)

SAME = (
    PRELUDE
    + """
    class Team(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("acme:ml:Team", name, None, opts)

    team = Team("vision")
    moved = lambda name: pulumi.ResourceOptions(
        parent=team, aliases=[pulumi.Alias(name=name, parent=pulumi.ROOT_STACK_RESOURCE)])
    sj.ServiceEnvironment("instances", capacity_limits=[
        {"capacity_unit": "NUM_INSTANCES", "max_capacity": 1.0}], tags={}, opts=moved("capacity"))
    reordered = dict(reversed(payload(Environment={}, InputDataConfig=None).items()))
    sj.ServiceJob(
        "train-vision",
        job_queue=config.require("queue").split("/")[-1],
        service_request_payload=json.dumps(reordered, indent=2).replace(": 10", ": 10.0"),
        retry_strategy={"attempts": 2.0, "evaluate_on_exit": []},
        tags={"b": "2", "a": "1"},
        triggers=[],
        rerun_on_failure=False,
        opts=moved("train"),
    )
"""
)


def test_what_means_the_same_previews_as_no_change(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Other spellings, a moved folder: a false difference costs a run. A new name is one update."""
    queue = make_queue(cloud)
    stack = new_stack(BEFORE, config={"project:queue": queue}, environment=cloud.environment)
    stack.up()

    stack.program(SAME)
    stack.work = stack.work.rename(stack.folder / "moved")
    stack.run("stack", "select", stack.name)

    renamed = [("create", "vision"), ("update", "instances"), ("update", "train-vision")]
    previewed = stack.preview()
    assert sorted(previewed.steps) == renamed
    assert previewed.stdout.count("~identity") == 2
    assert sorted(stack.up().steps) == renamed
    assert stack.preview("--expect-no-changes").steps == []
    stack.program(SAME.replace("payload(Env", 'payload("2", Env'))
    assert ("replace", "train-vision") in stack.preview().steps
    assert cloud.submitted() == 1


OPTIONS = (
    PRELUDE
    + """
    def job(name, **options):
        return sj.ServiceJob(
            name,
            job_queue=config.require("queue"),
            service_request_payload=payload(config.require("epochs")),
            tags={"team": config.require("team")},
            opts=pulumi.ResourceOptions(**options),
        )

    job("plain")
    job("ignoring-all", ignore_changes=["service_request_payload", "tags"])
    job("ignoring-epochs", ignore_changes=["service_request_payload.HyperParameters.epochs"])
    job("replaced-on-tags", replace_on_changes=["tags"],
        ignore_changes=["service_request_payload"])
    job("new-first", delete_before_replace=False)
    job("retained", retain_on_delete=True, ignore_changes=["service_request_payload", "tags"])
    job("protected", protect=config.get_bool("protect"))
"""
)


def test_resource_options_mean_for_a_job_what_they_mean(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """A row for each option: what a changed payload and tag do, and what destroy leaves."""
    cloud.script(running=3600.0)
    config = {
        "project:queue": make_queue(cloud),
        "project:epochs": "1",
        "project:team": "vision",
        "project:protect": True,
    }
    stack = new_stack(OPTIONS, config=config, environment=cloud.environment)
    (warning,) = stack.up().diagnostics("warning")
    assert "change `triggers` for a new run" in warning.message
    assert warning.urn.endswith("::new-first")
    jobs = {name: resource["id"] for name, resource in stack.resources().items()}

    refused = stack.preview("--config=epochs=2", fails=True)
    assert any("protected" in error.message for error in refused.diagnostics("error"))

    changed = ("--config=epochs=2", "--config=team=text", "--config=protect=false")
    preview = stack.preview(*changed)
    of = {name: [op for op, other in preview.steps if other == name] for name in jobs}
    old_first = ["delete-replaced", "replace", "create-replacement"]
    assert sorted(of["plain"]) == sorted(old_first)
    assert of["ignoring-all"] == []
    assert of["ignoring-epochs"] == ["update"]
    assert of["replaced-on-tags"] == ["update"]  # the engine can't know which property changed
    assert of["new-first"] == ["create-replacement", "replace", "delete-replaced"]
    assert of["retained"] == []

    done = stack.up(*changed)
    statuses = {
        name: cloud.batch.describe_service_job(jobId=arn)["isTerminated"]
        for name, arn in jobs.items()
    }
    assert {name for name, terminated in statuses.items() if terminated} == {
        "plain",
        "new-first",
        "protected",
    }
    steps = done.steps
    assert steps.index(("create-replacement", "new-first")) < steps.index(
        ("delete-replaced", "new-first")
    )

    stack.destroy()
    assert not cloud.batch.describe_service_job(jobId=jobs["retained"]).get("isTerminated")
    assert cloud.batch.describe_service_job(jobId=jobs["ignoring-all"])["isTerminated"]


UNKNOWNS = (
    PRELUDE
    + """
    queue = sj.JobQueue("training", priority=1, service_environment_order=[
        {"order": 1, "service_environment": config.require("environment")}])
    first = sj.ServiceJob(
        "first", job_queue=queue.job_queue_arn, service_request_payload=payload())
    second = sj.ServiceJob(
        "second",
        job_queue=queue.job_queue_arn,
        service_request_payload=payload(
            Environment={"PARENT": first.job_id, "PASSWORD": pulumi.Output.secret("x")}),
        triggers=[first.status, config.get("again")],
        opts=pulumi.ResourceOptions(deleted_with=queue),
    )
    pulumi.export("queue", queue.job_queue_arn)
"""
)


def test_unknown_values_neither_crash_a_preview_nor_hide_a_run(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """A queue and a job id that do not exist yet; then what a replaced job means downstream."""
    cloud.script(running=3600.0)
    environment = make_queue(cloud).replace("job-queue", "service-environment")
    config = {"project:environment": environment}
    stack = new_stack(UNKNOWNS, config=config, environment=cloud.environment)

    assert stack.preview().changes["create"] == 4
    stack.up()
    assert stack.preview("--expect-no-changes").steps == []

    urn = stack.resources()["first"]["urn"]
    preview = stack.preview("--replace", urn)
    assert ("replace", "first") in preview.steps
    assert ("replace", "second") in preview.steps

    second = stack.resources()["second"]["id"]
    stack.destroy()
    assert cloud.batch.describe_service_job(jobId=second)["status"] == "FAILED"


BY_NAME = (
    PRELUDE
    + """
    sj.ServiceJob("train", job_queue="shared", service_request_payload=payload())
"""
)


def test_a_changed_region_says_that_the_job_would_move_and_moves_nothing_itself(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The resource goes on in its own region: it is refreshed and ended there."""
    cloud.script(running=3600.0)
    make_queue(cloud)
    make_queue(cloud, region="eu-west-1")
    config = {"aws:region": "us-east-1"}
    stack = new_stack(BY_NAME, config=config, environment=cloud.environment)
    stack.up()
    job = stack.resources()["train"]["id"]

    stack.set_config("aws:region", "eu-west-1")
    assert stack.preview().step("replace", "train").replace_keys == ("region",)
    stack.refresh("--expect-no-changes")
    stack.destroy()

    assert cloud.batch.describe_service_job(jobId=job)["isTerminated"]


DIVERGED = (
    PRELUDE
    + """
    first = sj.ServiceJob(
        "first", job_queue=config.require("queue"), service_request_payload=payload())
    trained = sj.ServiceJobCompletion("trained", job=first)
    sj.ServiceJob(
        "second",
        job_queue=config.require("queue"),
        service_request_payload=payload("2"),
        triggers=[trained.final_metrics, {"nested": [trained.final_metrics]}],
    )
    pulumi.export("metrics", trained.final_metrics)
"""
)


def test_a_metric_that_has_become_nan_is_no_change(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """A loss that diverged is the same loss at the next `up`: nothing runs again, nothing shows."""
    cloud.script("first", metrics={"loss": "NaN", "lr": 0.5})
    config = {"project:queue": make_queue(cloud)}
    stack = new_stack(DIVERGED, config=config, environment=cloud.environment)
    stack.up()
    assert cloud.submitted() == 2

    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert cloud.submitted() == 2
