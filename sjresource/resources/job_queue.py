"""JobQueue: where service jobs wait for the capacity of service environments.

Deleting a queue ends every job in it, whoever submitted it. So a queue with live jobs that are not
this stack's is not deleted; the error lists them. It is deleted before its replacement is created,
which has the same name; its jobs are replaced with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
from pulumi.dynamic import CheckResult

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.batch import JOB_QUEUE
from sjresource.checks.preflight.queue import queue_conflicts
from sjresource.checks.queue import with_conflicts
from sjresource.checks.values.lookups import holds_unknown, items_at, value_at
from sjresource.resources.named.delete_guards import refuse_foreign_jobs
from sjresource.resources.named_provider import NamedResourceProvider
from sjresource.resources.named_resource import NamedResource
from sjresource.stack.diff import (
    IN_PLACE,
    REPLACES,
    REPLACES_IF_ADDED_OR_REMOVED,
    Rules,
    find_changes,
)
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.args import (
        Inputs,
        JobStateTimeLimitActionArgs,
        ServiceEnvironmentOrderArgs,
        TimeoutsArgs,
    )
    from sjresource.aws.batch import BatchClient


_REFERENCES = {"service_environment_order": REPLACES, "scheduling_policy_arn": REPLACES}
"""What a queue refers to: if one of these changes, the new one is checked as for a new queue."""


class JobQueueProvider(NamedResourceProvider):
    """Creates, reads, updates and deletes a job queue."""

    kind = JOB_QUEUE
    outputs = ("status", "status_reason")
    rules: ClassVar[Rules] = {
        "job_queue_name": REPLACES,
        "job_queue_type": REPLACES,
        "priority": IN_PLACE,
        "service_environment_order": IN_PLACE,
        "scheduling_policy_arn": REPLACES_IF_ADDED_OR_REMOVED,
        "job_state_time_limit_actions": IN_PLACE,
        "state": IN_PLACE,
        "tags": IN_PLACE,
    }

    def check_surroundings(self, olds: Mapping[str, Any], checked: CheckResult) -> CheckResult:
        """Check the environment and the policy too, if the queue would be made or given others."""
        props = checked.inputs
        changes = find_changes(_REFERENCES, olds, props)
        find = queue_conflicts if changes.replaces or not olds else None
        settings = self.settings_at(self.region_source(props), props.get("region"))
        return with_conflicts(self.kind.noun, checked, settings, self.checking, find)

    def region_source(self, props: Mapping[str, Any]) -> str:
        """Return the first environment that is known."""
        for entry in items_at(props, "service_environment_order"):
            environment = value_at(entry, "service_environment")
            if isinstance(environment, str):
                return environment
        return ""

    def may_be_elsewhere(self, props: Mapping[str, Any]) -> bool:
        """Return whether its environment is not known yet."""
        known = parse_arn(self.region_source(props))
        return known is None and holds_unknown(props.get("service_environment_order"))

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Raise RequestFailed while it would end jobs that are not this stack's."""
        refuse_foreign_jobs(
            client, self.kind.noun, arn, self.sleep, job_queue=arn, identity=props["identity"]
        )


class JobQueue(NamedResource, module="sjresource", name="JobQueue"):
    """A queue for service jobs."""

    state: pulumi.Output[str]
    """ENABLED or DISABLED, as declared."""
    status: pulumi.Output[str]
    """VALID once jobs can be submitted to it."""
    status_reason: pulumi.Output[str | None]
    """Batch's reason for the status."""

    def __init__(
        self,
        resource_name: str,
        *,
        priority: pulumi.Input[int],
        service_environment_order: Inputs[ServiceEnvironmentOrderArgs],
        job_queue_name: pulumi.Input[str] | None = None,
        job_queue_type: pulumi.Input[str] = SAGEMAKER_TRAINING,
        scheduling_policy_arn: pulumi.Input[str] | None = None,
        job_state_time_limit_actions: Inputs[JobStateTimeLimitActionArgs] | None = None,
        state: pulumi.Input[str] = "ENABLED",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        timeouts: pulumi.Input[TimeoutsArgs] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the queue.

        Args:
            resource_name: the name in the program.
            priority: 0 to 1000; of the queues on one environment, the higher is served first.
            service_environment_order: `[{"order": 1, "service_environment": ARN}]`, a list of one:
                Batch takes no more. Under quota management the environment is this queue's alone.
            job_queue_name: defaults to `<resource_name>-<7 hex>`.
            job_queue_type: service jobs need SAGEMAKER_TRAINING.
            scheduling_policy_arn: None is first in, first out. Another policy of the same kind is
                taken in place; adding or removing one replaces the queue.
            job_state_time_limit_actions: what to do with a head of the queue that waits too long.
            state: ENABLED or DISABLED, which takes no new jobs.
            tags: at most 46.
            timeouts: the most seconds to wait: `create` and `update` (60 each) until it is VALID,
                `delete` (600) until it is gone.
            region: its region, if its environment is given by name; a change replaces it.
            opts: `delete_before_replace` defaults to True, since the new one has the old one's
                name.
        """
        super().__init__(
            JobQueueProvider(),
            resource_name,
            {
                "job_queue_name": job_queue_name,
                "job_queue_type": job_queue_type,
                "priority": priority,
                "service_environment_order": service_environment_order,
                "scheduling_policy_arn": scheduling_policy_arn,
                "job_state_time_limit_actions": job_state_time_limit_actions,
                "state": state,
                "tags": tags,
                "region": region,
                "timeouts": timeouts,
            },
            opts,
            may_conflict=True,
            delete_before_replace=True,
        )

    @property
    def job_queue_arn(self) -> pulumi.Output[str]:
        """The queue's ARN, known even in a preview that updates it."""
        return self.id

    @property
    def job_queue_name(self) -> pulumi.Output[str]:
        """The queue's name, the last part of its ARN."""
        return self.id.apply(name_in)
