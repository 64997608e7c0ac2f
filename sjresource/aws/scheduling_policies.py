"""Scheduling policies: how a queue divides its capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import BatchCalls, only

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class SchedulingPolicyCalls(BatchCalls):
    """What Batch is asked about scheduling policies, and told."""

    def create_scheduling_policy(self, request: Mapping[str, Any]) -> str:
        """Create a policy and give its ARN; it can be used at once."""
        answer = self._call(
            "creating", "SchedulingPolicy", request["name"], "create_scheduling_policy", **request
        )
        arn: str = answer["arn"]
        return arn

    def find_scheduling_policy(self, arn: str) -> dict[str, Any]:
        """Describe the policy with this ARN."""
        answer = self._call(
            "reading", "SchedulingPolicy", arn, "describe_scheduling_policies", arns=[arn]
        )
        return only(answer["schedulingPolicies"], "SchedulingPolicy", arn)

    def list_scheduling_policies(self) -> Iterator[str]:
        """Give the ARN of every policy of the region."""
        for page in self._pages(
            "listing", "SchedulingPolicy", "all", "list_scheduling_policies", {}
        ):
            yield from (policy["arn"] for policy in page["schedulingPolicies"])

    def update_scheduling_policy(self, request: Mapping[str, Any]) -> None:
        """Change a policy within its kind; the change holds at once."""
        self._call(
            "updating", "SchedulingPolicy", request["arn"], "update_scheduling_policy", **request
        )

    def delete_scheduling_policy(self, arn: str) -> None:
        """Delete a policy that no queue uses; it is gone at once."""
        self._call("deleting", "SchedulingPolicy", arn, "delete_scheduling_policy", arn=arn)
