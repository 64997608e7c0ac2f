"""Job queues, and what stands at their front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import BatchCalls, only

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class JobQueueCalls(BatchCalls):
    """What Batch is asked about job queues, and told."""

    def create_job_queue(self, request: Mapping[str, Any]) -> str:
        """Create a queue and give its ARN; it becomes VALID some time after the answer."""
        name = request["jobQueueName"]
        answer = self._call("creating", "JobQueue", name, "create_job_queue", **request)
        arn: str = answer["jobQueueArn"]
        return arn

    def find_job_queue(self, job_queue: str) -> dict[str, Any]:
        """Describe the queue with this name or ARN; one that is DELETED is not found."""
        answer = self._call(
            "reading", "JobQueue", job_queue, "describe_job_queues", jobQueues=[job_queue]
        )
        return only(answer["jobQueues"], "JobQueue", job_queue)

    def find_job_queues(self, job_queues: list[str]) -> list[dict[str, Any]]:
        """Describe those of the queues that exist."""
        answer = self._call(
            "reading",
            "JobQueue",
            ", ".join(job_queues),
            "describe_job_queues",
            jobQueues=job_queues,
        )
        found: list[dict[str, Any]] = answer["jobQueues"]
        return found

    def list_job_queues(self) -> Iterator[dict[str, Any]]:
        """Describe every queue of the region."""
        for page in self._pages("listing", "JobQueue", "all", "describe_job_queues", {}):
            yield from page["jobQueues"]

    def find_job_queue_snapshot(self, job_queue: str) -> dict[str, Any]:
        """Tell which jobs are at the front of the queue, and what capacity is in use."""
        return self._call(
            "reading", "JobQueue", job_queue, "get_job_queue_snapshot", jobQueue=job_queue
        )

    def update_job_queue(self, request: Mapping[str, Any]) -> None:
        """Change a queue; it is VALID again some time after the answer."""
        self._call("updating", "JobQueue", request["jobQueue"], "update_job_queue", **request)

    def delete_job_queue(self, job_queue: str) -> None:
        """Delete a DISABLED queue with every job in it; it is gone some time after the answer."""
        self._call("deleting", "JobQueue", job_queue, "delete_job_queue", jobQueue=job_queue)
