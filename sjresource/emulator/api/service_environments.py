"""Create, update, delete and describe service environments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    named_or_all,
    page,
    require,
    require_disabled,
    require_new,
    require_settled,
)
from sjresource.emulator.api.environment_sharing import check_new_units
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import batch_arn, check_name
from sjresource.emulator.store.records import Resource

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Kind

KIND: Final[Kind] = "service-environment"
_MOST_LIMITS: Final = 5


def create_service_environment(call: Call, parameters: Parameters) -> Answer:
    """Create an environment; it is CREATING, then VALID."""
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
    call.store.put_resource(Resource(KIND, arn, name, call.region, detail, call.now))
    return _named(detail)


def update_service_environment(call: Call, parameters: Parameters) -> Answer:
    """Change state or limits; the environment is UPDATING, then VALID. Running jobs stay."""
    environment = require(call, KIND, parameters["serviceEnvironment"])
    require_settled(environment, "update")
    changes: dict[str, Any] = {
        name: parameters[name] for name in ("state", "capacityLimits") if name in parameters
    }
    if "capacityLimits" in changes:
        _check_limits(changes["capacityLimits"])
        check_new_units(call, environment, changes["capacityLimits"])
    detail = {**environment.detail, **changes, "status": "UPDATING"}
    call.store.put_resource(replace(environment, detail=detail, since=call.now))
    return _named(detail)


def delete_service_environment(call: Call, parameters: Parameters) -> Answer:
    """Delete an environment that is DISABLED and in no queue; it is DELETING, then gone."""
    environment = require(call, KIND, parameters["serviceEnvironment"])
    require_settled(environment, "delete")
    require_disabled(environment)
    for queue in call.store.resources("job-queue", call.region):
        order = queue.detail.get("serviceEnvironmentOrder", [])
        if any(entry["serviceEnvironment"] == environment.arn for entry in order):
            raise ClientException("Cannot delete, found existing JobQueue relationship")
    detail = {**environment.detail, "status": "DELETING"}
    call.store.put_resource(replace(environment, detail=detail, since=call.now))
    return {}


def describe_service_environments(call: Call, parameters: Parameters) -> Answer:
    """Describe the named environments, or all; names that are not there are left out."""
    chosen = named_or_all(call, KIND, parameters.get("serviceEnvironments", []))
    shown, token = page(chosen, parameters, lambda each: each.name)
    answer: Answer = {"serviceEnvironments": [each.detail for each in shown]}
    return {**answer, "nextToken": token} if token else answer


def _check_limits(limits: list[dict[str, Any]]) -> None:
    if not 1 <= len(limits) <= _MOST_LIMITS:
        raise ClientException(f"capacityLimits must have 1 to {_MOST_LIMITS} entries")
    units = [limit.get("capacityUnit") for limit in limits]
    if len(set(units)) != len(units):
        raise ClientException("capacityLimits must name each capacityUnit once")
    for limit in limits:
        if "maxCapacity" not in limit or "capacityUnit" not in limit:
            raise ClientException("capacityLimits must each have maxCapacity and capacityUnit")
        unit = limit["capacityUnit"]
        if unit != "NUM_INSTANCES" and not unit.startswith("ml."):
            raise ClientException("capacityUnit must be NUM_INSTANCES or an instance type (ml.*)")
        if limit["maxCapacity"] < 0:
            raise ClientException("maxCapacity must be 0 or more")
    if "NUM_INSTANCES" in units and len(units) > 1:
        raise ClientException("capacityUnit NUM_INSTANCES stands alone in capacityLimits")


def _named(detail: dict[str, Any]) -> Answer:
    return {
        "serviceEnvironmentName": detail["serviceEnvironmentName"],
        "serviceEnvironmentArn": detail["serviceEnvironmentArn"],
    }
