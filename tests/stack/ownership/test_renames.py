"""Stacks and resources that are renamed or moved: whose a job is follows the state."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from declared_jobs import HEADS
from deployed import deployed
from fronts import DYNAMIC, NATIVE, other_front
from held_calls import held_calls
from job_programs import PRELUDE
from job_stack import JobStack
from native_programs import CLASSES, REPLACING, native_stack
from victims import CLI, kill_in_up, unlock

from sjresource.orphans import orphans_of

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from fronts import Front
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

DENIED = {"status": 403, "code": "AccessDeniedException", "count": None}

WHOLE = {
    DYNAMIC: PRELUDE
    + """
    def job(name, **arguments):
        return sj.ServiceJob(name, job_queue=queue.job_queue_arn,
                             service_request_payload=payload(), **arguments)

    capacity = sj.ServiceEnvironment("capacity", capacity_limits=[
        {"max_capacity": 8, "capacity_unit": "NUM_INSTANCES"}])
    queue = sj.JobQueue("training", priority=1, service_environment_order=[
        {"order": 1, "service_environment": capacity.service_environment_arn}])
    train = job("train")
    ended = sj.ServiceJobCompletion("ended", job=job("short"))
    job("after", triggers=[ended.status, ended.model_artifacts, train.job_arn])
""",
    NATIVE: CLASSES
    + """
    def job(name, **arguments):
        inputs = {"jobQueue": queue.jobQueueArn, "trainingJob": PAYLOAD, **arguments}
        return Native("ServiceJob", name, inputs, "jobArn")

    capacity = Native("ServiceEnvironment", "capacity", {
        "capacityLimits": [{"maxCapacity": 8, "capacityUnit": "NUM_INSTANCES"}],
    }, "serviceEnvironmentArn")
    queue = Native("JobQueue", "training", {"priority": 1, "serviceEnvironmentOrder": [
        {"order": 1, "serviceEnvironment": capacity.serviceEnvironmentArn}]}, "jobQueueArn")
    train = job("train")
    ended = Native(
        "ServiceJobCompletion", "ended", {"job": job("short").jobArn}, "status modelArtifacts"
    )
    job("after", triggers=[ended.status, ended.modelArtifacts, train.jobArn])
""",
}


WHY_UPDATED = {
    DYNAMIC: r"update \[diff: ~identity\]",
    NATIVE: "update renamed or moved: its tags in AWS follow, and nothing else changes",
}


def ids(stack: PulumiStack) -> dict[str, str]:
    """Return the ARN of each thing in AWS that the state has."""
    found = {name: resource["id"] for name, resource in stack.resources().items()}
    return {name: id_ for name, id_ in found.items() if id_.startswith("arn:")}


def live(cloud: EmulatedCloud, *arns: str) -> list[bool]:
    """Return of each job whether it goes on."""
    jobs = [cloud.batch.describe_service_job(jobId=arn) for arn in arns]
    return [job["status"] == "RUNNING" and not job.get("isTerminated") for job in jobs]


def test_a_renamed_stack_keeps_what_it_has_and_a_new_one_of_its_name_gets_its_own(
    new_stack: NewStack, front: Front
) -> None:
    """Before the renamed stack is brought up nothing is decided, after it everything is clear.

    The preview shows a run of nothing, also not of what depends on an outcome, and not where any
    change is to replace.
    """
    with held_calls("reject") as held:
        held.cloud.script("short", running=0.1)
        environment = held.cloud.environment
        program = WHOLE[front].replace("    def job", f"{REPLACING}\n    def job")
        prod = native_stack(new_stack, program, name="dev", environment=environment)
        prod.up()
        first = ids(prod)
        prod.rename("prod")
        dev = prod.sibling("dev")

        refused = dev.up(fails=True).stdout
        assert f"{first['capacity']} exists; a state has recorded it" in refused
        assert "--tag-keys sjresource:recorded" in refused
        assert "train" not in dev.resources()

        shown = prod.preview()
        assert sorted(shown.steps) == [
            ("update", name) for name in ("after", "capacity", "short", "train", "training")
        ]
        assert len(re.findall(WHY_UPDATED[front], shown.stdout)) == 5
        prod.up()
        assert ids(prod) == first

        dev.up()
        assert not set(ids(dev).values()) & set(first.values())
        dev.preview("--refresh", "--expect-no-changes")
        dev.destroy()
        assert live(held.cloud, first["train"]) == [True]
        prod.preview("--refresh", "--expect-no-changes")
        assert held.cloud.submitted() == 6


DECLARE = """
    def alias(name):
        return {"aliases": [pulumi.Alias(name=name)]}

    def job(name, job_name=None, **opts):
        inputs = {"job_queue": config.require("queue"), "job_name": job_name}
        return declare_job(name, "1", inputs, pulumi.ResourceOptions(**opts))

    def environment(name, most, **opts):
        declare_room(name, None, most, pulumi.ResourceOptions(**opts))
"""

ALIASES = (
    DECLARE
    + """
    class Component(pulumi.ComponentResource):
        def __init__(self, name, **opts):
            super().__init__("test:index:Component", name, None, pulumi.ResourceOptions(**opts))
            job(f"{name}-job", parent=self)

    stage = config.require("stage")
    if stage == "old":
        job("one"), job("two"), environment("capacity", 8), Component("three")
    else:
        job("uno", **alias("one"))
        Component("tres", **alias("three"))
        if stage == "taken":
            new_two = job("two")
            job("dos", depends_on=[new_two], **alias("two"))
            job("one"), Component("three")
            environment("capacity", 1)
        else:
            job("dos", **alias("two"))
        environment("renamed", 8, **alias("capacity"))
"""
)
"""Names that are taken again: before and after the resource that has them as aliases."""


def test_a_resource_of_an_old_name_is_not_what_had_the_name(
    new_stack: NewStack, front: Front
) -> None:
    """An alias says whose the old one is, wherever it stands; dropping the new one ends nothing."""
    with held_calls("reject") as held:
        jobs = JobStack(held.cloud, new_stack, front)
        stack = jobs.stack
        stack.set_config("queue", jobs.queue)
        stack.set_config("stage", "old")
        stack.program(HEADS[front] + ALIASES)
        stack.up()
        old = ids(stack)

        stack.set_config("stage", "renamed")
        assert {step for step, _ in stack.up().steps} == {"update"}
        stack.set_config("stage", "taken")
        taken = stack.up()
        new = ids(stack)
        renamed = {"uno": "one", "dos": "two", "tres-job": "three-job", "renamed": "capacity"}
        assert {name: new[name] for name in renamed} == {
            name: old[former] for name, former in renamed.items()
        }
        assert len(set(new.values())) == len(new) == 8
        assert taken.warnings == []
        assert stack.preview("--expect-no-changes").steps == []

        stack.set_config("stage", "dropped")
        stack.up()
        assert ids(stack) == {name: old[former] for name, former in renamed.items()}
        assert sorted(jobs.all_live()) == sorted(new[name] for name in ("uno", "dos", "tres-job"))
        (kept,) = held.cloud.batch.describe_service_environments(
            serviceEnvironments=[old["capacity"]]
        )["serviceEnvironments"]
        assert kept["capacityLimits"][0]["maxCapacity"] == 8


def test_a_moved_resource_is_the_other_stacks(new_stack: NewStack, front: Front) -> None:
    """`pulumi state move`: declared again in the old stack, it asks; then it gets its own."""
    with held_calls("same-job") as held:
        jobs = JobStack(held.cloud, new_stack, front, name="dev")
        dev = jobs.stack
        jobs.declare(train={}, kept={})
        dev.up()
        moved = jobs.in_state()["train"]
        other = dev.sibling("other")
        dev.run(
            "state", "move", "--yes", "--source", "dev", "--dest", "other",
            dev.resources()["train"]["urn"],
        )  # fmt: skip

        refused = dev.up(fails=True).stdout
        assert f"{moved} is a run of this very request" in refused
        jobs.declare(train={})
        assert other.up().steps == [("update", "train")]
        jobs.declare(train={}, kept={})
        dev.up()

        assert jobs.in_state()["train"] != moved
        dev.destroy()
        assert jobs.live("train") == [moved]


RENAMED = (
    DECLARE
    + """
    environment("capacity", 1)
    job("train")
    if config.require("stage") == "renamed":
        environment("room", 8)
        job("resnet", job_name="train")
"""
)


def test_a_renamed_resource_in_the_state_leaves_its_name_to_a_new_one(
    new_stack: NewStack, front: Front
) -> None:
    """`pulumi state rename` and a program that declares both names: one `up` sees it through.

    What is tainted, and made before the old one goes, is refused until it no longer is.
    """
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        stack = jobs.stack
        stack.set_config("queue", jobs.queue)
        stack.set_config("stage", "old")
        stack.program(HEADS[front] + RENAMED)
        stack.up()
        first = ids(stack)
        for old, new in (("train", "resnet"), ("capacity", "room")):
            stack.run("state", "rename", "--yes", stack.resources()[old]["urn"], new)

        stack.set_config("stage", "renamed")
        stack.up()

        now = ids(stack)
        assert (now["resnet"], now["room"]) == (first["train"], first["capacity"])
        assert len(set(now.values())) == 4
        assert sorted(jobs.all_live()) == sorted([now["resnet"], now["train"]])
        assert stack.preview("--expect-no-changes").steps == []

        capacity = stack.resources()["capacity"]["urn"]
        stack.run("state", "taint", "--yes", capacity)
        assert f"{now['capacity']} exists; a state has recorded it" in stack.up(fails=True).stdout
        stack.run("state", "untaint", "--yes", capacity)
        assert stack.up().steps == []
        assert ids(stack) == now


def test_a_create_that_was_lost_before_a_rename_is_asked_about(
    new_stack: NewStack, front: Front
) -> None:
    """No state has it, so it may be this stack's: the user says which, and it is one job."""
    with held_calls("reject") as held:
        jobs = JobStack(held.cloud, new_stack, front, name="dev")
        lost = lose_create(jobs)
        jobs.stack.rename("prod")

        refused = jobs.stack.up(fails=True).stdout
        assert f"{lost} is a run of this very request, RUNNING, submitted 20" in refused
        assert "organization/project/dev/train submitted it and no state has recorded it" in refused
        job_id = lost.rpartition("/")[2]
        adopting = "adopt_job_id=" if front == DYNAMIC else "adoptJobId: "
        assert f'{adopting}"{job_id}", or change `triggers` for a new run' in refused

        jobs.declare(train={"adopt_job_id": job_id})
        jobs.stack.up()
        jobs.declare(train={})
        assert jobs.stack.preview("--expect-no-changes").steps == []
        assert jobs.in_batch("train") == [lost]


def test_a_create_that_was_lost_before_an_alias_is_taken(new_stack: NewStack) -> None:
    """The program says whose it is, also where a new resource has the name by now."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack)
        lost = lose_create(jobs)

        jobs.declare(train={}, resnet={"opts": {"aliases": ["train"]}, "after": ["train"]})
        assert jobs.stack.up().warnings == []

        assert jobs.in_state()["resnet"] == lost
        assert jobs.in_state()["train"] != lost
        assert held.cloud.submitted() == 2
        assert jobs.stack.preview("--expect-no-changes").steps == []
        jobs.declare(train={}, resnet={})
        assert jobs.stack.preview("--expect-no-changes").steps == []


def test_a_lost_state_is_asked_about_and_replace_that_makes_the_new_one_first_is_refused(
    new_stack: NewStack, front: Front
) -> None:
    """What a state had recorded is neither taken nor run again in silence, and can be both.

    The engine doesn't say that a create replaces: the old job is never taken, and then ended. Nor
    is it where the same `up` moves it to the other front, whose process would end it.
    """
    with held_calls("reject") as held:
        jobs = JobStack(held.cloud, new_stack, front)
        new_first = {"opts": {"delete_before_replace": False}}
        jobs.declare(train={}, first=new_first)
        jobs.stack.up()
        lost, replaced = jobs.in_state()["train"], jobs.in_state()["first"]
        urns = {name: resource["urn"] for name, resource in jobs.stack.resources().items()}
        jobs.stack.run("state", "delete", "--yes", urns["train"])
        foreseen = jobs.stack.preview("--replace", urns["first"]).stdout
        assert "submitting ServiceJob (first)" not in foreseen  # which is not lost
        assert f"the update will be refused: submitting ServiceJob (train): {lost} is a" in foreseen
        assert f': "{lost.rpartition("/")[2]}", or' in foreseen.replace("_id=", "Id: ")

        refused = {
            error.urn.rpartition("::")[2]: error.message
            for error in jobs.stack.up("--replace", urns["first"], fails=True).diagnostics("error")
        }
        assert f"{lost} is a run of this very request" in refused["train"]
        assert "before it was lost or rolled back" in refused["train"]
        assert "change `triggers` for a new run" in refused["first"]
        assert jobs.live("first") == [replaced]

        first = {**new_first, "triggers": ["again"]}
        jobs.declare(train={"triggers": ["again"]}, first=first)
        the_new_run_is_beside_the_lost_one(jobs, lost, jobs.stack.up())
        second, taken = jobs.in_state()["train"], jobs.in_state()["first"]
        assert jobs.live("first") == [taken] != [replaced]

        held.cloud.batch.untag_resource(resourceArn=taken, tagKeys=["sjresource:recorded"])
        jobs.front = other_front(front)
        jobs.declare(train={"triggers": ["moved"]}, first=first)
        jobs.stack.run("state", "taint", "--yes", jobs.stack.resources()["first"]["urn"])
        moved = jobs.stack.up()
        assert "it stays as it is and nothing ran again" in moved.stdout
        assert jobs.live("first") == [taken] == [jobs.in_state()["first"]]
        assert second not in jobs.live("train")
        the_new_run_is_beside_the_lost_one(jobs, lost, moved)


def the_new_run_is_beside_the_lost_one(jobs: JobStack, lost: str, up: Outcome) -> None:
    """What was lost goes on, and the warning says no way to stop it: it may be another stack's."""
    assert sorted(jobs.live("train")) == sorted([lost, jobs.in_state()["train"]])
    (warning,) = [it for it in up.warnings if it.urn.endswith("::train")]
    assert f"another run under this resource's name is live: {lost}" in warning.message
    assert "stop it with" not in warning.message


def test_what_is_registered_beside_a_failure_is_recorded_all_the_same(
    new_stack: NewStack, front: Front
) -> None:
    """A failed sibling ends the program: what the state has is marked before the process ends."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        refused = {"status": 400, "code": "ClientException", "message": "no", "count": None}
        bad = {"jobName": "bad"}
        held.cloud.control.fault("SubmitServiceJob", "error", match=bad, **refused)
        held.cloud.emulator.faults.sleep = time.sleep
        # With the last answer the engine ends, and need not let the program do anything after it.
        for name, seconds in (("slow", 1.5), ("last", 3.0)):
            slow = {"match": {"jobName": name}, "seconds": seconds}
            held.cloud.control.fault("SubmitServiceJob", "delay", **slow)
        jobs.declare(bad={}, quick={}, slow={}, last={})

        jobs.stack.up(fails=True)

        assert sorted(jobs.in_state()) == ["last", "quick", "slow"]
        for name in ("quick", "slow"):
            assert "sjresource:recorded" in tags(held.cloud, jobs.in_state()[name])


def test_an_alias_whose_parent_waits_for_who_asks_holds_up_nothing(new_stack: NewStack) -> None:
    """A component waits for a job, its child has an alias, and the job asks whose name it has."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack)
        program = (
            HEADS[DYNAMIC]
            + ALIASES.split("    stage = ")[0]
            + """
    first = job("first")
    class Evaluation(pulumi.ComponentResource):
        def __init__(self, name, **opts):
            super().__init__("test:index:Component", name, None, pulumi.ResourceOptions(**opts))
    parent = Evaluation("evaluation", depends_on=[first], aliases=[pulumi.Alias(name="former")])
    job("new", parent=parent, aliases=[pulumi.Alias(name="first")])
    job("evaluation-job", parent=parent)
"""
        )
        jobs.stack.set_config("queue", jobs.queue)
        jobs.stack.program(program)

        assert len(jobs.stack.preview().steps) == 4
        jobs.stack.up()
        assert len(set(jobs.in_state().values())) == 3


def test_a_create_that_is_under_way_is_no_orphan_however_odd_its_name_is(
    new_stack: NewStack, front: Front
) -> None:
    """Names are compared as tags have them; after the CLI's death too, and then it is one job."""
    with held_calls() as held:
        jobs = JobStack(held.cloud, new_stack, front)
        names = ("train[0]", "größe", "x" * 240)
        stack = deployed(jobs.stack, jobs.stack.name)
        held.hold("SubmitServiceJob", after_effect=True, count=len(names))
        jobs.declare(**{name: {"job_name": f"job-{at}"} for at, name in enumerate(names)})
        cli = held.start_up(jobs.stack)
        assert len(jobs.all_live()) == len(names)
        assert orphans_of(stack) == []

        kill_in_up(cli, CLI, jobs.front)
        unlock(jobs.stack)
        held.let_go()
        assert orphans_of(stack) == []
        jobs.stack.up()

        assert sorted(jobs.in_state().values()) == sorted(jobs.all_live())
        assert len(jobs.all_live()) == len(names)


def lose_create(jobs: JobStack) -> str:
    """Submit a job `train` that no state has, or had; return its ARN."""
    jobs.cloud.control.fault("TagResource", "error", **DENIED)
    jobs.declare(train={})
    jobs.stack.up()
    lost = jobs.in_state()["train"]
    jobs.stack.run("state", "delete", "--yes", jobs.stack.resources()["train"]["urn"])
    jobs.cloud.control.call("DELETE", "faults")
    assert "recorded" not in json.dumps(tags(jobs.cloud, lost))
    return lost


def tags(cloud: EmulatedCloud, arn: str) -> dict[str, Any]:
    """Return the tags of a job."""
    found: dict[str, Any] = cloud.batch.describe_service_job(jobId=arn)["tags"]
    return found
