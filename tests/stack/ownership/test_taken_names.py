"""Names that are taken again in one stack: before and after the resource that had them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from declared_jobs import HEADS
from fronts import DYNAMIC
from held_calls import held_calls
from job_stack import JobStack

if TYPE_CHECKING:
    from engine_fixtures import NewStack
    from fronts import Front
    from pulumi_cli import Outcome

pytestmark = pytest.mark.stack

PROGRAM = """
    def alias(name):
        return {"aliases": [pulumi.Alias(name=name)]}

    def job(name, job_name=None, **opts):
        inputs = {"job_queue": config.require("queue"), "job_name": job_name}
        return declare_job(name, "1", inputs, pulumi.ResourceOptions(**opts))

    def environment(name, most, **opts):
        declare_room(name, None, most, pulumi.ResourceOptions(**opts))

    class Component(pulumi.ComponentResource):
        def __init__(self, name, **opts):
            super().__init__("test:index:Component", name, None, pulumi.ResourceOptions(**opts))

    stage = config.require("stage")
    if stage == "old":
        job("one"), job("two"), job("three-job", parent=Component("three"))
        environment("capacity", 8)
        job("train"), environment("hall", 8)
        job("lost")
    else:
        job("uno", **alias("one"))
        job("tres-job", parent=Component("tres", **alias("three")))
        environment("renamed", 8, **alias("capacity"))
        job("resnet", job_name="train"), environment("room", 8)
    if stage == "renamed":
        job("dos", **alias("two"))
        environment("hall", 1), job("train")
        job("found", depends_on=[job("lost")], **alias("lost"))
    if stage == "taken":
        job("dos", depends_on=[job("two")], **alias("two"))
        environment("hall", 1), job("train")
        job("lost"), job("found")
        job("one"), job("three-job", parent=Component("three"))
        environment("capacity", 1)
        # A component waits for a job, and the job asks whose name it has of the component's child.
        first = job("first")
        parent = Component("evaluation", depends_on=[first], **alias("former"))
        job("new", parent=parent, **alias("first")), job("evaluation-job", parent=parent)
    if stage == "dropped":
        job("dos", **alias("two")), job("found")
"""

ALIASES = {
    "one": "uno", "two": "dos", "three-job": "tres-job", "capacity": "renamed",
}  # fmt: skip
"""What is renamed by the program, and its new name; then the old one is taken, in a later `up`."""
RENAMED = {"train": "resnet", "hall": "room"}
"""What is renamed in the state; the same `up` takes the old name."""
WAITING = {"first", "new", "evaluation-job"}


def test_a_resource_of_an_old_name_is_not_what_had_the_name(
    new_stack: NewStack, front: Front
) -> None:
    """An alias, or the state, says whose the old one is; dropping the new one ends nothing."""
    with held_calls("reject") as held:
        jobs = JobStack(held.cloud, new_stack, front)
        jobs.stack.set_config("queue", jobs.queue)
        jobs.stack.program(HEADS[front] + PROGRAM)
        bring(jobs, "old")
        old = ids(jobs)
        for former, name in RENAMED.items():
            urn = jobs.stack.resources()[former]["urn"]
            jobs.stack.run("state", "rename", "--yes", urn, name)
        jobs.lose_create("lost")

        renamed = bring(jobs, "renamed")
        what_has_a_new_name_is_the_same_and_what_took_its_old_one_in_the_state_is_new(
            jobs, old, renamed
        )
        what_a_create_has_lost_is_whose_the_program_says(jobs, old["lost"])

        taken = bring(jobs, "taken")
        whoever_takes_an_old_name_is_new_and_nothing_else_changes(jobs, old, taken)
        assert jobs.stack.preview("--expect-no-changes").steps == []

        now = ids(jobs)
        dropped = bring(jobs, "dropped")
        what_is_dropped_is_all_that_ends(jobs, now, dropped)
        assert {name: ids(jobs)[new] for name, new in {**ALIASES, **RENAMED}.items()} == {
            name: old[name] for name in {**ALIASES, **RENAMED}
        }


def what_has_a_new_name_is_the_same_and_what_took_its_old_one_in_the_state_is_new(
    jobs: JobStack, old: dict[str, str], renamed: Outcome
) -> None:
    """One `up` sees both through: aliases, and a program that declares the old and the new name."""
    now = ids(jobs)
    assert {name: now[new] for name, new in {**ALIASES, **RENAMED}.items()} == {
        name: old[name] for name in {**ALIASES, **RENAMED}
    }
    assert steps(renamed) == sorted(
        [
            *(("update", name) for name in [*ALIASES.values(), *RENAMED.values()]),
            *(("create", name) for name in [*RENAMED, "lost", "found"]),
        ]
    )
    assert len(set(now.values())) == len(now)
    told = {it.urn.rpartition("::")[2] for it in renamed.warnings}
    assert not told & {"lost", "found"}


def what_a_create_has_lost_is_whose_the_program_says(jobs: JobStack, lost: str) -> None:
    """Also where a new resource has the name by now; the native provider is told no aliases."""
    now = ids(jobs)
    had, new = ("found", "lost") if jobs.front == DYNAMIC else ("lost", "found")
    assert now[had] == lost
    assert now[new] != lost
    assert len(jobs.in_batch("lost")) + len(jobs.in_batch("found")) == len((had, new))


def whoever_takes_an_old_name_is_new_and_nothing_else_changes(
    jobs: JobStack, old: dict[str, str], taken: Outcome
) -> None:
    """Wherever it is declared; and an alias that has done its work may go."""
    assert steps(taken) == sorted(("create", name) for name in {*ALIASES, *WAITING})
    now = ids(jobs)
    assert not set(old.values()) & {now[name] for name in {*ALIASES, *RENAMED, *WAITING}}
    assert len(set(now.values())) == len(now)
    assert taken.warnings == []


def what_is_dropped_is_all_that_ends(
    jobs: JobStack, before: dict[str, str], dropped: Outcome
) -> None:
    """The resources that had the names before go on as they were."""
    kept = {*ALIASES.values(), *RENAMED.values(), "found"}
    assert steps(dropped) == sorted(("delete", name) for name in before.keys() - kept)
    assert ids(jobs) == {name: before[name] for name in kept}
    assert sorted(jobs.all_live()) == sorted(jobs.in_state().values())
    batch = jobs.cloud.batch
    for room in ("renamed", "room"):
        (there,) = batch.describe_service_environments(serviceEnvironments=[before[room]])[
            "serviceEnvironments"
        ]
        assert there["capacityLimits"][0]["maxCapacity"] == 8


def bring(jobs: JobStack, stage: str) -> Outcome:
    """Bring the program up at a stage."""
    jobs.stack.set_config("stage", stage)
    return jobs.stack.up()


def steps(outcome: Outcome) -> list[tuple[str, str]]:
    """Return what an operation did with resources in AWS."""
    return sorted((it.op, it.name) for it in outcome.changed if it.type != "test:index:Component")


def ids(jobs: JobStack) -> dict[str, str]:
    """Return the ARN of each thing in AWS that the state has."""
    return {name: resource["id"] for name, resource in jobs.stack.resources().items()}
