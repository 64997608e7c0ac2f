"""SchedulingPolicy: how a queue chooses among jobs, by fair share or by quota shares.

Its kind never changes, and is part of its default name: a policy of the other kind is another
policy. Its replacement is created first, so that queues can switch to it in place. A queue can't
switch to a policy of the other kind: it has to be replaced (`pulumi up --replace`), with its jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from sjresource.aws.arn import name_in
from sjresource.aws.batch import SCHEDULING_POLICY
from sjresource.resources.named.delete_guards import refuse_while_queues_use
from sjresource.resources.named_provider import NamedResourceProvider
from sjresource.resources.named_resource import NamedResource
from sjresource.stack.diff import IN_PLACE, REPLACES, REPLACES_IF_ADDED_OR_REMOVED, Rules
from sjresource.stack.identity import default_name, with_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.args import FairsharePolicyArgs, QuotaSharePolicyArgs
    from sjresource.aws.batch import BatchClient


class SchedulingPolicyProvider(NamedResourceProvider):
    """Creates, reads, updates and deletes a scheduling policy; it has no state and no status."""

    kind = SCHEDULING_POLICY
    outputs = ()
    rules: ClassVar[Rules] = {
        "name": REPLACES,
        "fairshare_policy": REPLACES_IF_ADDED_OR_REMOVED,
        "quota_share_policy": REPLACES_IF_ADDED_OR_REMOVED,
        "tags": IN_PLACE,
    }

    def with_name(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """Return `news` with a name of its kind: in a replacement both exist for a while."""
        kind = _kind(news)
        same = olds if _kind(olds) == kind else {}
        return with_name("name", same, news, lambda _: self.default_name(news))

    def default_name(self, props: Mapping[str, Any], *variant: str) -> str:
        """Return the default name of a policy of this kind, or a variant of it."""
        return default_name(props["identity"], _kind(props), *variant)

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Raise RequestFailed while queues use it; see `delete_guards`."""

        def uses(queue: Mapping[str, Any]) -> bool:
            return queue.get("schedulingPolicyArn") == arn

        identity = props["identity"]
        refuse_while_queues_use(
            client, self.kind.noun, arn, self.sleep, identity=identity, uses=uses
        )


class SchedulingPolicy(NamedResource, module="sjresource", name="SchedulingPolicy"):
    """The rule by which a queue chooses among its jobs."""

    def __init__(
        self,
        resource_name: str,
        *,
        fairshare_policy: pulumi.Input[FairsharePolicyArgs] | None = None,
        quota_share_policy: pulumi.Input[QuotaSharePolicyArgs] | None = None,
        name: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        timeouts: pulumi.Input[Mapping[str, pulumi.Input[float]]] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the policy, of one of the two kinds; neither is a policy with a name alone.

        Args:
            resource_name: the name in the program.
            fairshare_policy: `{"share_decay_seconds": 3600, "compute_reservation": 0,
                "share_distribution": [{"share_identifier": "a*", "weight_factor": 0.5}]}`, each of
                them optional; updated in place.
            quota_share_policy: `{"idle_resource_assignment_strategy": "FIFO"}`, for queues with
                QuotaShares; updated in place.
            name: defaults to `<resource_name>-<7 hex>`.
            tags: at most 46; updated in place.
            timeouts: `delete` is the most seconds to wait (600) until no queue of this stack uses
                it any more.
            region: its region, if not the configured one; a change replaces it.
            opts: as for every resource.
        """
        super().__init__(
            SchedulingPolicyProvider(),
            resource_name,
            {
                "name": name,
                "fairshare_policy": fairshare_policy,
                "quota_share_policy": quota_share_policy,
                "tags": tags,
                "region": region,
                "timeouts": timeouts,
            },
            opts,
        )

    @property
    def arn(self) -> pulumi.Output[str]:
        """The policy's ARN, known even in a preview that updates it."""
        return self.id

    @property
    def name(self) -> pulumi.Output[str]:
        """The policy's name, the last part of its ARN."""
        return self.id.apply(name_in)


def _kind(properties: Mapping[str, Any]) -> str:
    return "fairshare" if properties.get("quota_share_policy") is None else "quota share"
