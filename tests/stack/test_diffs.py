from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from job_programs import PRELUDE, make_queue

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome

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
    """Other spellings, a moved folder: a false difference costs a run. A new name is one update.

    A changed region says that the job would move, and moves nothing itself: the resource goes on in
    its own, where it is refreshed and ended.
    """
    cloud.script(running=3600.0)
    make_queue(cloud, region="eu-west-1")
    config = {"project:queue": make_queue(cloud), "aws:region": "us-east-1"}
    stack = new_stack(BEFORE, config=config, environment=cloud.environment)
    stack.up()

    stack.program(SAME)
    stack.work = stack.work.rename(stack.folder / "moved")
    renamed = [("create", "vision"), ("update", "instances"), ("update", "train-vision")]
    previewed = stack.preview()
    assert sorted(previewed.steps) == renamed
    lines = [line.split() for line in previewed.stdout.splitlines() if "~identity" in line]
    assert sorted(line[2] for line in lines) == ["instances", "train-vision"]
    assert sorted(stack.up().steps) == renamed

    stack.program(SAME.replace("payload(Env", 'payload("2", Env'))
    changed = stack.preview()
    assert {name for _, name in changed.steps} == {"train-vision"}
    assert changed.step("replace", "train-vision").replace_keys == ("service_request_payload",)
    assert cloud.submitted() == 1

    stack.program(SAME)
    stack.set_config("aws:region", "eu-west-1")
    moved = stack.preview()
    assert moved.step("replace", "train-vision").replace_keys == ("region",)
    job = stack.resources()["train-vision"]["id"]
    stack.destroy("--refresh")
    assert cloud.batch.describe_service_job(jobId=job)["isTerminated"]


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
    jobs = {name: each["id"] for name, each in stack.resources().items()}

    refused = stack.preview("--config=epochs=2", fails=True)
    assert any("protected" in error.message for error in refused.diagnostics("error"))

    changed = ("--config=epochs=2", "--config=team=text", "--config=protect=false")
    each_option_is_seen(stack.preview(*changed))
    assert terminated(cloud, jobs) == set()
    each_option_is_seen(stack.up(*changed))
    assert terminated(cloud, jobs) == {"plain", "new-first", "protected"}

    stack.destroy()
    assert jobs.keys() - terminated(cloud, jobs) == {"retained"}


def each_option_is_seen(shown: Outcome) -> None:
    """The steps of each job whose payload and tag have changed."""
    of: dict[str, list[str]] = defaultdict(list)
    for op, name in shown.steps:
        of[name].append(op)

    assert of["plain"] == ["delete-replaced", "replace", "create-replacement"]
    assert of["ignoring-all"] == []
    assert of["ignoring-epochs"] == ["update"]
    assert of["replaced-on-tags"] == ["update"]  # the engine can't know which property changed
    assert of["new-first"] == ["create-replacement", "replace", "delete-replaced"]
    assert of["retained"] == []


def terminated(cloud: EmulatedCloud, jobs: dict[str, str]) -> set[str]:
    """Return those of the jobs, by their names, that somebody has asked to end."""
    described = {name: cloud.batch.describe_service_job(jobId=arn) for name, arn in jobs.items()}
    return {name for name, job in described.items() if job.get("isTerminated")}
