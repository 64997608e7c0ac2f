"""Create, update, delete and describe service environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    change,
    named_or_all,
    page,
    reference,
    related,
    require,
    require_capacity_limits,
    require_disabled,
    require_new,
    require_valid,
)
from sjresource.emulator.api.quota_management import check_new_units, queues_on
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.scheduling.capacity import NUM_INSTANCES
from sjresource.emulator.store.arns import batch_arn, check_name
from sjresource.emulator.store.records import Resource

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Kind

KIND: Final[Kind] = "service-environment"


def create_service_environment(call: Call, parameters: Parameters) -> Answer:
    """Create an environment, which is CREATING, then VALID."""
    name = parameters["serviceEnvironmentName"]
    check_name("serviceEnvironmentName", name)
    _check_limits(parameters["capacityLimits"])
    arn = batch_arn(call.region, KIND, name)
    require_new(call, arn)
    detail = {
        "serviceEnvironmentName": name,
        "serviceEnvironmentArn": arn,
        "serviceEnvironmentType": parameters["serviceEnvironmentType"],
        "state": parameters.get("state", "ENABLED"),
        "status": "CREATING",
        "capacityLimits": parameters["capacityLimits"],
        "tags": parameters.get("tags", {}),
    }
    environment = Resource(KIND, arn, name, call.region, detail, call.now)
    call.store.put_resource(environment)
    return reference(environment, "serviceEnvironment")


def update_service_environment(call: Call, parameters: Parameters) -> Answer:
    """Change state or limits; the environment is UPDATING, then VALID. Running jobs stay."""
    environment = require(call, KIND, parameters["serviceEnvironment"])
    require_valid(call, environment, "update")
    changes: dict[str, Any] = {
        name: parameters[name] for name in ("state", "capacityLimits") if name in parameters
    }
    if "capacityLimits" in changes:
        _check_limits(changes["capacityLimits"])
        check_new_units(call, environment, changes["capacityLimits"])
    return reference(change(call, environment, "UPDATING", changes), "serviceEnvironment")


def delete_service_environment(call: Call, parameters: Parameters) -> Answer:
    """Delete an environment that is DISABLED and in no queue; it is DELETING, then gone."""
    environment = require(call, KIND, parameters["serviceEnvironment"])
    require_valid(call, environment, "delete")
    require_disabled(environment)
    if queues_on(call, environment.arn):
        raise related(call, "JobQueue")
    change(call, environment, "DELETING")
    return {}


def describe_service_environments(call: Call, parameters: Parameters) -> Answer:
    """Describe the named environments, or all; missing ones are left out."""
    chosen = named_or_all(call, KIND, parameters.get("serviceEnvironments", []))
    return page("serviceEnvironments", chosen, parameters)


def _check_limits(limits: list[dict[str, Any]]) -> None:
    require_capacity_limits(limits)
    units = [limit["capacityUnit"] for limit in limits]
    if any(unit != NUM_INSTANCES and not unit.startswith("ml.") for unit in units):
        raise ClientException("capacityUnit must be NUM_INSTANCES or an instance type (ml.*)")
    if NUM_INSTANCES in units and len(units) > 1:
        raise ClientException("capacityUnit NUM_INSTANCES stands alone in capacityLimits")
