from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from job_programs import PRELUDE, make_queue

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

BEFORE = """
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

SAME = """
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
"""What means the same in other words, under another parent, by other names."""

OPTIONS = """
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

BY_OPTION = {
    "plain": ["delete-replaced", "replace", "create-replacement"],
    "ignoring-all": [],
    "ignoring-epochs": ["update"],
    "replaced-on-tags": ["update"],  # the engine can't know which property changed
    "new-first": ["create-replacement", "replace", "delete-replaced"],
    "retained": [],
    "protected": ["delete-replaced", "replace", "create-replacement"],
}
"""What a changed payload and tag do."""
RENAMED = [("create", "vision"), ("update", "instances"), ("update", "train-vision")]


def test_what_means_the_same_is_no_change_and_options_mean_for_a_job_what_they_mean(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Other spellings, a moved folder: a false difference costs a run. A new name is one update.

    A row for each option: what a changed payload and tag do, and what destroy leaves.
    """
    cloud.script(running=3600.0)
    make_queue(cloud, region="eu-west-1")
    config = {
        "project:queue": make_queue(cloud),
        "project:epochs": "1",
        "project:team": "vision",
        "project:protect": True,
        "aws:region": "us-east-1",
    }
    program = PRELUDE + BEFORE + OPTIONS
    stack = new_stack(program, config=config, environment=cloud.environment)
    (warning,) = stack.up().diagnostics("warning")
    assert "change `triggers` for a new run" in warning.message
    assert warning.urn.endswith("::new-first")
    jobs = {name: each["id"] for name, each in stack.resources().items() if name in BY_OPTION}
    train = stack.resources()["train"]["id"]

    refused = stack.preview("--config=epochs=2", fails=True)
    assert any("protected" in error.message for error in refused.diagnostics("error"))

    stack.program(PRELUDE + SAME + OPTIONS)
    stack.work = stack.work.rename(stack.folder / "moved")
    changed = ("--config=epochs=2", "--config=team=text", "--config=protect=false")
    previewed = stack.preview(*changed)
    each_option_is_seen(previewed)
    what_means_the_same_is_an_update_of_its_identity(previewed)
    assert terminated(cloud, jobs) == set()
    updated = stack.up(*changed)
    each_option_is_seen(updated)
    assert others(updated) == RENAMED
    replaced = {"plain", "new-first", "protected"}
    assert terminated(cloud, jobs) == replaced
    assert stack.resources()["train-vision"]["id"] == train
    assert cloud.submitted() == 1 + len(jobs) + len(replaced)

    a_change_of_the_payload_replaces_that_job_alone(stack)
    another_region_would_move_the_job_and_moves_nothing_itself(stack)
    assert jobs.keys() - terminated(cloud, jobs) == {"retained"}
    assert cloud.batch.describe_service_job(jobId=train)["isTerminated"]


def what_means_the_same_is_an_update_of_its_identity(previewed: Outcome) -> None:
    """And of nothing else."""
    assert others(previewed) == RENAMED
    lines = [line.split() for line in previewed.stdout.splitlines() if "~identity" in line]
    assert sorted(line[2] for line in lines) == ["instances", "train-vision"]


def each_option_is_seen(shown: Outcome) -> None:
    """The steps of each job whose payload and tag have changed."""
    of: dict[str, list[str]] = defaultdict(list)
    for op, name in shown.steps:
        of[name].append(op)
    assert {name: of[name] for name in BY_OPTION} == BY_OPTION


def a_change_of_the_payload_replaces_that_job_alone(stack: PulumiStack) -> None:
    """Among all that is as it was."""
    stack.program((PRELUDE + SAME + OPTIONS).replace("payload(Env", 'payload("2", Env'))
    changed = stack.preview()
    assert {name for _, name in changed.steps} == {"train-vision"}
    assert changed.step("replace", "train-vision").replace_keys == ("service_request_payload",)


def another_region_would_move_the_job_and_moves_nothing_itself(stack: PulumiStack) -> None:
    """The resource goes on in its own, where it is refreshed and ended."""
    stack.program(PRELUDE + SAME + OPTIONS)
    stack.set_config("aws:region", "eu-west-1")
    moved = stack.preview()
    assert moved.step("replace", "train-vision").replace_keys == ("region",)
    stack.destroy("--refresh")


def others(shown: Outcome) -> list[tuple[str, str]]:
    """Return the steps of what has no option."""
    return sorted(step for step in shown.steps if step[1] not in BY_OPTION)


def terminated(cloud: EmulatedCloud, jobs: dict[str, str]) -> set[str]:
    """Return those of the jobs, by their names, that somebody has asked to end."""
    described = {name: cloud.batch.describe_service_job(jobId=arn) for name, arn in jobs.items()}
    return {name for name, job in described.items() if job.get("isTerminated")}
