"""QuotaShare: a part of a queue's capacity, with its own jobs, that can lend, borrow and preempt.

Deleting a share ends every job in it, as deleting a queue does; it is refused alike while jobs live
that are not this stack's. It is deleted before its replacement is created, which has its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
from pulumi.dynamic import CheckResult

from sjresource.aws.arn import name_in
from sjresource.aws.batch import QUOTA_SHARE
from sjresource.checks.preflight.queue import share_conflicts
from sjresource.checks.queue import with_conflicts
from sjresource.resources.named.delete_guards import refuse_foreign_jobs
from sjresource.resources.named_provider import NamedResourceProvider
from sjresource.resources.named_resource import NamedResource
from sjresource.stack.diff import IN_PLACE, REPLACES, Rules, find_changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.args import (
        Inputs,
        QuotaShareCapacityLimitArgs,
        ResourceSharingConfigurationArgs,
        SharePreemptionConfigurationArgs,
        TimeoutsArgs,
    )
    from sjresource.aws.batch import BatchClient


class QuotaShareProvider(NamedResourceProvider):
    """Creates, reads, updates and deletes a quota share."""

    kind = QUOTA_SHARE
    rules: ClassVar[Rules] = {
        "quota_share_name": REPLACES,
        "job_queue": REPLACES,
        "capacity_limits": IN_PLACE,
        "resource_sharing_configuration": IN_PLACE,
        "preemption_configuration": IN_PLACE,
        "state": IN_PLACE,
        "tags": IN_PLACE,
    }

    def check_surroundings(self, olds: Mapping[str, Any], checked: CheckResult) -> CheckResult:
        """Check the queue's other shares too, if the share would be made."""
        props = checked.inputs
        replaced = find_changes(self.rules, olds, props).replaces
        find = share_conflicts if replaced or not olds else None
        settings = self.settings_at(self.region_source(props), props.get("region"))
        return with_conflicts(self.kind.noun, checked, settings, self.checking, find)

    def region_source(self, props: Mapping[str, Any]) -> str:
        """Return the queue."""
        queue = props.get("job_queue")
        return queue if isinstance(queue, str) else ""

    def described(self, detail: dict[str, Any]) -> dict[str, Any]:
        """Return a detail as properties; in it the queue has another name than in a request."""
        properties = super().described(detail)
        return {**properties, "job_queue": properties.get("job_queue_arn")}

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Raise RequestFailed while it would end jobs that are not this stack's."""
        refuse_foreign_jobs(
            client,
            self.kind.noun,
            arn,
            self.sleep,
            job_queue=props["job_queue"],
            identity=props["identity"],
            share=name_in(arn),
        )


class QuotaShare(NamedResource, module="sjresource", name="QuotaShare"):
    """A share of a quota-managed queue: `job_queue` has a policy with `quota_share_policy`."""

    state: pulumi.Output[str]
    """ENABLED or DISABLED, as declared."""
    status: pulumi.Output[str]
    """VALID once jobs can be submitted to it."""

    def __init__(
        self,
        resource_name: str,
        *,
        job_queue: pulumi.Input[str],
        capacity_limits: Inputs[QuotaShareCapacityLimitArgs],
        resource_sharing_configuration: pulumi.Input[ResourceSharingConfigurationArgs],
        preemption_configuration: pulumi.Input[SharePreemptionConfigurationArgs],
        quota_share_name: pulumi.Input[str] | None = None,
        state: pulumi.Input[str] = "ENABLED",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        timeouts: pulumi.Input[TimeoutsArgs] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the share.

        Args:
            resource_name: the name in the program.
            job_queue: name or ARN of a quota-managed queue, from any provider. Another queue
                replaces the share.
            capacity_limits: `[{"max_capacity": 4, "capacity_unit": "ml.g5.xlarge"}]`, 1 to 5, one
                for each instance type; updated in place.
            resource_sharing_configuration: `{"strategy": "RESERVE"}`, `"LEND"` or
                `{"strategy": "LEND_AND_BORROW", "borrow_limit": 50}` in per cent of the share's own
                limits, -1 (the default) without limit; updated in place.
            preemption_configuration: `{"in_share_preemption": "ENABLED"}` lets jobs of a higher
                priority take the place of running ones in this share; updated in place.
            quota_share_name: defaults to `<resource_name>-<7 hex>`.
            state: ENABLED or DISABLED, which takes no new jobs; updated in place.
            tags: at most 46; updated in place.
            timeouts: the most seconds to wait: `create` and `update` (60 each) until it is VALID,
                `delete` (600) until it is gone.
            region: of a queue that is given by name; defaults to the config's. A queue's ARN has
                its own.
            opts: `delete_before_replace` defaults to True, since the new one has the old one's
                name.
        """
        super().__init__(
            QuotaShareProvider(),
            resource_name,
            {
                "quota_share_name": quota_share_name,
                "job_queue": job_queue,
                "capacity_limits": capacity_limits,
                "resource_sharing_configuration": resource_sharing_configuration,
                "preemption_configuration": preemption_configuration,
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
    def quota_share_arn(self) -> pulumi.Output[str]:
        """The share's ARN, known even in a preview that updates it."""
        return self.id

    @property
    def quota_share_name(self) -> pulumi.Output[str]:
        """The share's name, the last part of its ARN."""
        return self.id.apply(name_in)
