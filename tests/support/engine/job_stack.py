"""A stack of service jobs alone, in a queue that is there already, and both ledgers of them.

One ledger is Batch's: the jobs that exist, whatever was called. The other is the stack's state.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from declared_jobs import program_of
from fronts import DYNAMIC, types_of
from native_programs import native_stack
from pulumi_cli import holds_within

from sjresource.stack.identity import IDENTITY_TAG, RECORDED_TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emulated_stack import EmulatedCloud
    from fronts import Front
    from pulumi_stack import PulumiStack


class JobStack:
    """Jobs in one queue of an emulated cloud, declared by the program of one stack.

    `stack` drives the engine. A job's name is its resource's; names are never used twice, unless
    the test is about that. `front` is that of the programs to come: a stack may go to the other.
    """

    def __init__(
        self,
        cloud: EmulatedCloud,
        new_stack: Callable[..., PulumiStack],
        front: Front = DYNAMIC,
        **settings: Any,
    ) -> None:
        self.cloud = cloud
        self.front = front
        self.queue = make_queue(cloud)
        self.stack = native_stack(new_stack, "", environment=cloud.environment, **settings)

    def declare(self, **jobs: dict[str, Any]) -> None:
        """Make these jobs all that the program has.

        Each is given by the arguments that it adds to a plain job; `epochs` is its hyperparameter,
        `after` names jobs that it depends on, `opts` further options, with names as `aliases`;
        `room` adds an environment of so many instances at most, perhaps with a name.
        """
        self.stack.program(program_of(self.front, jobs, self.queue))

    def in_batch(self, name: str) -> list[str]:
        """Return the ARNs of all jobs with this name that exist, whatever has become of them."""
        return [job["jobArn"] for job in self._summaries(name)]

    def live(self, name: str) -> list[str]:
        """Return the ARNs of those that go on, and that nobody has asked to end."""
        return _live(self._summaries(name))

    def all_live(self) -> list[str]:
        """Return the same of all jobs in the queue."""
        everything = {"name": "AFTER_CREATED_AT", "values": ["0"]}
        return _live(self._list(everything))

    def in_state(self) -> dict[str, str]:
        """Return the id of each job that the state has and doesn't mean to delete, by name."""
        return jobs_in_state(self.stack)

    def lose_create(self, name: str, *, of_stack: str | None = None) -> str:
        """Leave a job of the state as its create does that is lost before its answer.

        Args:
            name: the resource's, whose job was never recorded then.
            of_stack: what the stack was called when it was submitted, if that was not its name.

        Returns:
            Its ARN.
        """
        resource = self.stack.resources()[name]
        lost: str = resource["id"]
        self.stack.run("state", "delete", "--yes", resource["urn"])
        self.cloud.batch.untag_resource(resourceArn=lost, tagKeys=[RECORDED_TAG])
        tags = self.cloud.batch.describe_service_job(jobId=lost)["tags"]
        assert RECORDED_TAG not in tags
        if of_stack:
            organization, project, _, rest = tags[IDENTITY_TAG].split("/", 3)
            identity = f"{organization}/{project}/{of_stack}/{rest}"
            self.cloud.batch.tag_resource(resourceArn=lost, tags={IDENTITY_TAG: identity})
        return lost

    def pending(self) -> list[str]:
        """Return the kinds of operation that the state says were begun and not ended."""
        operations = self.stack.state().get("pending_operations") or []
        return [operation["type"] for operation in operations]

    def wrong(self, *names: str) -> dict[str, str]:
        """Return which of these jobs are not exactly one job that the state has, and why."""
        return {name: seen for name in names if (seen := self._compare(name))}

    @contextmanager
    def without_a_backend(self) -> Iterator[None]:
        """Let the engine's writes of the state fail, and no other."""
        stacks = self.stack.checkpoint_file.parent
        aside = stacks.with_name("aside")
        stacks.rename(aside)
        stacks.write_text("no folder any more")
        try:
            yield
        finally:
            stacks.unlink()
            aside.rename(stacks)

    def _compare(self, name: str) -> str:
        there, recorded = self.in_batch(name), self.in_state().get(name)
        if len(there) > 1:
            return "doubled"
        if not there:
            return "never submitted"
        return "" if there == [recorded] else "lost"

    def _summaries(self, name: str) -> list[dict[str, Any]]:
        return self._list({"name": "JOB_NAME", "values": [name]})

    def _list(self, matching: dict[str, Any]) -> list[dict[str, Any]]:
        pages = self.cloud.batch.get_paginator("list_service_jobs").paginate(
            jobQueue=self.queue, filters=[matching]
        )
        return [job for page in pages for job in page["jobSummaryList"]]


def jobs_in_state(stack: PulumiStack) -> dict[str, str]:
    """Return the id of each job that a stack's state has and doesn't mean to delete, by name."""
    return _in_state(stack, "ServiceJob")


def rooms_in_state(stack: PulumiStack) -> dict[str, str]:
    """Return the same of the environments."""
    return _in_state(stack, "ServiceEnvironment")


def _in_state(stack: PulumiStack, noun: str) -> dict[str, str]:
    return {
        resource["urn"].rpartition("::")[2]: resource["id"]
        for resource in stack.state().get("resources") or []
        if resource["type"] in types_of(noun)
        and not resource.get("delete")
        and not resource.get("pendingReplacement")
    }


def _live(jobs: list[dict[str, Any]]) -> list[str]:
    ended = ("SUCCEEDED", "FAILED")
    return [
        job["jobArn"] for job in jobs if job["status"] not in ended and not job.get("isTerminated")
    ]


def make_queue(cloud: EmulatedCloud, name: str = "training", region: str | None = None) -> str:
    """Return the ARN of a queue with room for everything, made unless it is there."""
    batch = cloud.batch_in(region) if region else cloud.batch
    queues = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    if queues:
        arn: str = queues[0]["jobQueueArn"]
        return arn
    limits = [{"maxCapacity": 100_000, "capacityUnit": "NUM_INSTANCES"}]
    environment = batch.create_service_environment(
        serviceEnvironmentName=name,
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=limits,
    )["serviceEnvironmentArn"]
    assert holds_within(60, lambda: _valid(batch.describe_service_environments()))
    batch.create_job_queue(
        jobQueueName=name,
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
    )
    assert holds_within(60, lambda: _valid(batch.describe_job_queues()))
    return make_queue(cloud, name, region)


def _valid(described: dict[str, Any]) -> bool:
    members = ("serviceEnvironments", "jobQueues")
    return all(it["status"] == "VALID" for member in members for it in described.get(member, []))
