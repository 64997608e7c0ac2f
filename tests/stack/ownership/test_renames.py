"""Stacks and resources that are renamed or moved: whose a job is follows the state."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
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
        dev.destroy()
        assert live(held.cloud, first["train"]) == [True]
        prod.preview("--refresh", "--expect-no-changes")
        assert held.cloud.submitted() == 6


def test_a_moved_resource_is_the_other_stacks(new_stack: NewStack, front: Front) -> None:
    """`pulumi state move`: declared again in the old stack, it asks; then that gets its own."""
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

        assert sorted(jobs.live("train")) == sorted([moved, jobs.in_state()["train"]])
        assert ids(other) == {"train": moved}


def test_a_lost_state_is_asked_about_and_replace_that_makes_the_new_one_first_is_refused(
    new_stack: NewStack, front: Front
) -> None:
    """What a state had recorded is neither taken nor run again in silence, and can be both.

    The engine doesn't say that a create replaces: the old job is never taken, and then ended. Nor
    is it where the same `up` moves it to the other front, whose process would end it. Of a job that
    no state has recorded, of the stack's former name, the user says the same: it is one job.
    """
    with held_calls("reject") as held:
        jobs = JobStack(held.cloud, new_stack, front)
        new_first = {"opts": {"delete_before_replace": False}}
        jobs.declare(train={}, first=new_first, former={})
        jobs.stack.up()
        lost, replaced = jobs.in_state()["train"], jobs.in_state()["first"]
        former = jobs.lose_create("former", of_stack="dev")
        urns = {name: resource["urn"] for name, resource in jobs.stack.resources().items()}
        jobs.stack.run("state", "delete", "--yes", urns["train"])
        foreseen = jobs.stack.preview("--replace", urns["first"]).stdout
        assert "submitting ServiceJob (first)" not in foreseen  # which is not lost
        assert f"the update will be refused: submitting ServiceJob (train): {lost} is a" in foreseen
        assert f"the update will be refused: submitting ServiceJob (former): {former}" in foreseen
        assert f': "{lost.rpartition("/")[2]}", or' in foreseen.replace("_id=", "Id: ")

        refused = {
            error.urn.rpartition("::")[2]: error.message
            for error in jobs.stack.up("--replace", urns["first"], fails=True).diagnostics("error")
        }
        assert f"{lost} is a run of this very request" in refused["train"]
        assert "before it was lost or rolled back" in refused["train"]
        assert "change `triggers` for a new run" in refused["first"]
        assert jobs.live("first") == [replaced]
        what_a_renamed_stack_may_have_lost_can_be_adopted(front, former, refused["former"])

        first = {**new_first, "triggers": ["again"]}
        adopting = {"adopt_job_id": former.rpartition("/")[2]}
        jobs.declare(train={"triggers": ["again"]}, first=first, former=adopting)
        the_new_run_is_beside_the_lost_one(jobs, lost, jobs.stack.up())
        second, taken = jobs.in_state()["train"], jobs.in_state()["first"]
        assert jobs.live("first") == [taken] != [replaced]

        held.cloud.batch.untag_resource(resourceArn=taken, tagKeys=["sjresource:recorded"])
        jobs.front = other_front(front)
        jobs.declare(train={"triggers": ["moved"]}, first=first, former={})
        jobs.stack.run("state", "taint", "--yes", jobs.stack.resources()["first"]["urn"])
        moved = jobs.stack.up()
        assert "it stays as it is and nothing ran again" in moved.stdout
        assert jobs.live("first") == [taken] == [jobs.in_state()["first"]]
        assert second not in jobs.live("train")
        the_new_run_is_beside_the_lost_one(jobs, lost, moved)
        assert jobs.in_batch("former") == [former] == [jobs.in_state()["former"]]


def what_a_renamed_stack_may_have_lost_can_be_adopted(front: Front, lost: str, said: str) -> None:
    """It may be this stack's, and may be another's: who submitted it is named, and both ways."""
    assert f"{lost} is a run of this very request, RUNNING, submitted 20" in said
    assert "organization/project/dev/former submitted it and no state has recorded it" in said
    adopting = "adopt_job_id=" if front == DYNAMIC else "adoptJobId: "
    assert f'{adopting}"{lost.rpartition("/")[2]}", or change `triggers` for a new run' in said


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


def tags(cloud: EmulatedCloud, arn: str) -> dict[str, Any]:
    """Return the tags of a job."""
    found: dict[str, Any] = cloud.batch.describe_service_job(jobId=arn)["tags"]
    return found
