"""ServiceEnvironment: how much capacity the service jobs of the queues on top of it may use.

Its replacement is created first: queues switch to it in place, and the old one is deleted last,
when no queue uses it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pulumi

from sjresource.aws.arn import name_in
from sjresource.aws.batch import SERVICE_ENVIRONMENT
from sjresource.resources.named.delete_guards import refuse_while_queues_use
from sjresource.resources.named_provider import NamedResourceProvider
from sjresource.resources.named_resource import NamedResource
from sjresource.stack.diff import IN_PLACE, REPLACES, Rules
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.args import CapacityLimitArgs, Inputs, TimeoutsArgs
    from sjresource.aws.batch import BatchClient


class ServiceEnvironmentProvider(NamedResourceProvider):
    """Creates, reads, updates and deletes a service environment."""

    kind = SERVICE_ENVIRONMENT
    rules: ClassVar[Rules] = {
        "service_environment_name": REPLACES,
        "service_environment_type": REPLACES,
        "capacity_limits": IN_PLACE,
        "state": IN_PLACE,
        "tags": IN_PLACE,
    }

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Raise RequestFailed while queues use it; see `delete_guards`."""

        def uses(queue: Mapping[str, Any]) -> bool:
            order = queue.get("serviceEnvironmentOrder", [])
            return any(entry["serviceEnvironment"] == arn for entry in order)

        identity = props["identity"]
        refuse_while_queues_use(
            client, self.kind.noun, arn, self.sleep, identity=identity, uses=uses
        )


class ServiceEnvironment(NamedResource, module="sjresource", name="ServiceEnvironment"):
    """The capacity that service jobs may use at a time."""

    state: pulumi.Output[str]
    """ENABLED or DISABLED, as declared."""
    status: pulumi.Output[str]
    """VALID once jobs can run in it."""

    def __init__(
        self,
        resource_name: str,
        *,
        capacity_limits: Inputs[CapacityLimitArgs],
        service_environment_name: pulumi.Input[str] | None = None,
        service_environment_type: pulumi.Input[str] = SAGEMAKER_TRAINING,
        state: pulumi.Input[str] = "ENABLED",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        timeouts: pulumi.Input[TimeoutsArgs] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the environment.

        Args:
            resource_name: the name in the program.
            capacity_limits: `[{"max_capacity": 2, "capacity_unit": "NUM_INSTANCES"}]`; in an
                environment under quota management the unit is an instance type. Updated in place.
            service_environment_name: defaults to `<resource_name>-<7 hex>`.
            service_environment_type: the only type that Batch has.
            state: ENABLED or DISABLED; updated in place.
            tags: at most 46; updated in place.
            timeouts: the most seconds to wait: `create` and `update` (60 each) until it is VALID,
                `delete` (600) until it is gone.
            region: its region, if not the configured one; a change replaces it.
            opts: as for every resource.
        """
        super().__init__(
            ServiceEnvironmentProvider(),
            resource_name,
            {
                "service_environment_name": service_environment_name,
                "service_environment_type": service_environment_type,
                "capacity_limits": capacity_limits,
                "state": state,
                "tags": tags,
                "region": region,
                "timeouts": timeouts,
            },
            opts,
        )

    @property
    def service_environment_arn(self) -> pulumi.Output[str]:
        """The environment's ARN, known even in a preview that updates it."""
        return self.id

    @property
    def service_environment_name(self) -> pulumi.Output[str]:
        """The environment's name, the last part of its ARN."""
        return self.id.apply(name_in)
