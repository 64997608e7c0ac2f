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


def test_a_job_that_the_state_has_no_more_is_asked_about_and_never_run_again(
    new_stack: NewStack, front: Front
) -> None:
    """It was lost, rolled back, moved to another stack, or lost in a create before a rename.

    The engine doesn't say that a create replaces: where the new one is made first it asks, too. The
    old job is never taken, and then ended, also where the same `up` moves it to the other front,
    whose process would end it.
    """
    with held_calls("reject") as held:
        jobs = JobStack(held.cloud, new_stack, front)
        first: dict[str, Any] = {"opts": {"delete_before_replace": False}}
        train = {"room": {"most": 8}}
        jobs.declare(train=train, first=first, former={}, moved={})
        jobs.stack.up()
        had = jobs.in_state()
        other, replaced = lose(jobs)

        foreseen = jobs.stack.preview("--replace", replaced)
        a_preview_foresees_what_will_be_asked(had, foreseen)
        room = jobs.stack.resources()["train-room"]
        jobs.stack.run("state", "taint", "--yes", room["urn"])
        refused = jobs.stack.up("--continue-on-error", "--replace", replaced, fails=True)
        each_is_asked_about_in_its_own_words(front, had, refused)
        what_is_tainted_and_made_before_the_old_one_goes_is_refused(room["id"], refused)
        jobs.stack.run("state", "untaint", "--yes", room["urn"])
        assert jobs.live("first") == [had["first"]]

        jobs.declare(moved={})
        assert other.up().steps == [("update", "moved")]
        first["triggers"] = ["again"]
        adopting = {"adopt_job_id": had["former"].rpartition("/")[2]}
        jobs.declare(train={**train, "triggers": ["again"]}, first=first, former=adopting, moved={})
        answered = jobs.stack.up()
        the_new_run_is_beside_the_lost_one(jobs, had["train"], answered)
        what_was_moved_is_the_other_stacks_and_its_old_one_has_its_own(jobs, other, had["moved"])
        assert jobs.stack.resources()["train-room"]["id"] == room["id"]
        now = jobs.in_state()
        assert jobs.live("first") == [now["first"]] != [had["first"]]

        held.cloud.batch.untag_resource(resourceArn=now["first"], tagKeys=["sjresource:recorded"])
        jobs.front = other_front(front)
        jobs.declare(train={**train, "triggers": ["moved"]}, first=first, former={}, moved={})
        jobs.stack.run("state", "taint", "--yes", jobs.stack.resources()["first"]["urn"])
        moved = jobs.stack.up()
        assert "it stays as it is and nothing ran again" in moved.stdout
        assert jobs.live("first") == [now["first"]] == [jobs.in_state()["first"]]
        assert now["train"] not in jobs.live("train")
        the_new_run_is_beside_the_lost_one(jobs, had["train"], moved)
        assert jobs.in_batch("former") == [had["former"]] == [jobs.in_state()["former"]]


def lose(jobs: JobStack) -> tuple[PulumiStack, str]:
    """Have the state lose three jobs; return the stack that has one, and the fourth's URN."""
    urns = {name: resource["urn"] for name, resource in jobs.stack.resources().items()}
    jobs.stack.run("state", "delete", "--yes", urns["train"])
    jobs.lose_create("former", of_stack="dev")
    other = jobs.stack.sibling("other")
    places = ("--source", jobs.stack.name, "--dest", other.name)
    jobs.stack.run("state", "move", "--yes", *places, urns["moved"])
    return other, urns["first"]


def a_preview_foresees_what_will_be_asked(had: dict[str, str], foreseen: Outcome) -> None:
    """With the way to take it over, and not of a job that the state has."""
    for name in ("train", "former", "moved"):
        begins = f"the update will be refused: submitting ServiceJob ({name}): {had[name]} is a"
        assert begins in foreseen.stdout
        job_id = had[name].rpartition("/")[2]
        assert f': "{job_id}", or' in foreseen.stdout.replace("_id=", "Id: ")
    assert "submitting ServiceJob (first)" not in foreseen.stdout


def each_is_asked_about_in_its_own_words(
    front: Front, had: dict[str, str], refused: Outcome
) -> None:
    """Whose it may be is said, who submitted it, and both ways."""
    said = errors(refused)
    for name in ("train", "former", "moved"):
        assert f"{had[name]} is a run of this very request, RUNNING, submitted 20" in said[name]
        adopting = "adopt_job_id=" if front == DYNAMIC else "adoptJobId: "
        job_id = had[name].rpartition("/")[2]
        assert f'{adopting}"{job_id}", or change `triggers` for a new run' in said[name]
    assert "before it was lost or rolled back" in said["train"]
    submitter = "organization/project/dev/former submitted it and no state has recorded it"
    assert submitter in said["former"]
    assert "change `triggers` for a new run" in said["first"]


def what_is_tainted_and_made_before_the_old_one_goes_is_refused(arn: str, refused: Outcome) -> None:
    """Until it is tainted no longer."""
    assert f"{arn} exists; a state has recorded it" in errors(refused)["train-room"]


def what_was_moved_is_the_other_stacks_and_its_old_one_has_its_own(
    jobs: JobStack, other: PulumiStack, moved: str
) -> None:
    """Once the other stack was brought up, which is one update there, nothing is asked any more."""
    assert ids(other) == {"moved": moved}
    assert sorted(jobs.live("moved")) == sorted([moved, jobs.in_state()["moved"]])


def errors(outcome: Outcome) -> dict[str, str]:
    """Return the errors by the name of the resource on whose row they stand."""
    found = outcome.diagnostics("error")
    return {error.urn.rpartition("::")[2]: error.message for error in found}


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
