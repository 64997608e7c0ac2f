"""The arguments of queues, environments, policies and shares, as their providers get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulated import IDENTITY
from lifecycle import Life

from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider

if TYPE_CHECKING:
    from emulated import EmulatedBatch

    from sjresource.resources.named_provider import NamedResourceProvider

KIND = "ml.m5.large"


class QueueSide:
    """A quota-managed queue with what it needs, made one by one by our providers."""

    def __init__(self, aws: EmulatedBatch) -> None:
        self.aws = aws

    def make(self, provider: type[NamedResourceProvider], name: str, /, **inputs: Any) -> Life:
        """Check and create one."""
        return Life(self.aws.provider(provider), {"identity": IDENTITY + name, **inputs})

    def environment(self, name: str = "capacity", **changes: Any) -> Life:
        """Make an environment of four instances."""
        limits = [{"max_capacity": 4.0, "capacity_unit": KIND}]
        inputs = {
            "service_environment_type": "SAGEMAKER_TRAINING",
            "capacity_limits": limits,
            "state": "ENABLED",
            **changes,
        }
        return self.make(ServiceEnvironmentProvider, name, **inputs)

    def policy(self, name: str = "policy", /, **changes: Any) -> Life:
        """Make a policy, of quota shares if `changes` don't say otherwise."""
        kind = {"quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"}}
        return self.make(SchedulingPolicyProvider, name, **(changes or kind))

    def queue(self, environment: Life, name: str = "training", **changes: Any) -> Life:
        """Make a queue over `environment`."""
        order = [{"order": 1.0, "service_environment": environment.id}]
        inputs = {
            "job_queue_type": "SAGEMAKER_TRAINING",
            "priority": 1.0,
            "service_environment_order": order,
            "state": "ENABLED",
            **changes,
        }
        return self.make(JobQueueProvider, name, **inputs)

    def quota_managed_queue(self) -> Life:
        """Make a queue that takes shares."""
        return self.queue(self.environment(), scheduling_policy_arn=self.policy().id)

    def share(self, queue: str, name: str = "vision", **changes: Any) -> Life:
        """Make a share of two instances."""
        inputs = {
            "job_queue": queue,
            "capacity_limits": [{"max_capacity": 2.0, "capacity_unit": KIND}],
            "resource_sharing_configuration": {"strategy": "RESERVE"},
            "preemption_configuration": {"in_share_preemption": "DISABLED"},
            "state": "ENABLED",
            **changes,
        }
        return self.make(QuotaShareProvider, name, **inputs)

    def one(self, kind: str) -> Life:
        """Make one of a kind of `one_of_each`, with no more than what it needs."""
        if kind == "share":
            return self.share(self.quota_managed_queue().id)
        makers = {
            "environment": self.environment,
            "policy": self.policy,
            "queue": self.quota_managed_queue,
        }
        return makers[kind]()

    def one_of_each(self) -> dict[str, Life]:
        """Make the whole side, in the order in which it depends on each other."""
        environment, policy = self.environment(), self.policy()
        queue = self.queue(environment, scheduling_policy_arn=policy.id)
        share = self.share(queue.id)
        return {"environment": environment, "policy": policy, "queue": queue, "share": share}
