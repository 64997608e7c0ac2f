"""AWS Batch, all of it that is used here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.aws.job_queues import JobQueueCalls
from sjresource.aws.quota_shares import QuotaShareCalls
from sjresource.aws.scheduling_policies import SchedulingPolicyCalls
from sjresource.aws.service_environments import ServiceEnvironmentCalls
from sjresource.aws.service_jobs import ServiceJobCalls

if TYPE_CHECKING:
    from collections.abc import Mapping


class BatchClient(
    ServiceJobCalls,
    JobQueueCalls,
    ServiceEnvironmentCalls,
    SchedulingPolicyCalls,
    QuotaShareCalls,
):
    """AWS Batch in one region. Safe to share between threads.

    Every method makes one call, or one a page. They raise NotFound, RequestFailed or Unreachable.
    """

    def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add tags, or change their values."""
        self._call("tagging", "resource", arn, "tag_resource", resourceArn=arn, tags=dict(tags))

    def untag_resource(self, arn: str, keys: list[str]) -> None:
        """Take tags away; a key that is not there is no error."""
        self._call("untagging", "resource", arn, "untag_resource", resourceArn=arn, tagKeys=keys)
