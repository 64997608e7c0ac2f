"""Quota shares: a team's part of a queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import BatchCalls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class QuotaShareCalls(BatchCalls):
    """What Batch is asked about quota shares, and told."""

    def create_quota_share(self, request: Mapping[str, Any]) -> str:
        """Create a share and give its ARN; it becomes VALID some time after the answer."""
        name = request["quotaShareName"]
        answer = self._call("creating", "QuotaShare", name, "create_quota_share", **request)
        arn: str = answer["quotaShareArn"]
        return arn

    def find_quota_share(self, arn: str) -> dict[str, Any]:
        """Describe the share with this ARN."""
        return self._call("reading", "QuotaShare", arn, "describe_quota_share", quotaShareArn=arn)

    def list_quota_shares(self, job_queue: str) -> Iterator[dict[str, Any]]:
        """Describe a queue's shares, without their tags."""
        request = {"jobQueue": job_queue}
        for page in self._pages("listing", "QuotaShare", job_queue, "list_quota_shares", request):
            yield from page["quotaShares"]

    def update_quota_share(self, request: Mapping[str, Any]) -> None:
        """Change a share; it is VALID again some time after the answer."""
        self._call(
            "updating", "QuotaShare", request["quotaShareArn"], "update_quota_share", **request
        )

    def delete_quota_share(self, arn: str) -> None:
        """Delete a DISABLED share with every job in it; it is gone some time after the answer."""
        self._call("deleting", "QuotaShare", arn, "delete_quota_share", quotaShareArn=arn)
