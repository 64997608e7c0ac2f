"""Create, update, delete, describe and list the quota shares of a quota-managed job queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    change,
    page,
    reference,
    require,
    require_capacity_limits,
    require_disabled,
    require_new,
    require_valid,
)
from sjresource.emulator.api.quota_management import is_quota_managed, shares_of
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import check_name
from sjresource.emulator.store.records import Resource

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Kind

KIND: Final[Kind] = "quota-share"
_CONFIGURATION: Final = (
    "capacityLimits",
    "resourceSharingConfiguration",
    "preemptionConfiguration",
)
_UNLIMITED: Final = -1
_MOST_SHARES: Final = 20
_MOST_LIMITS: Final = 5
"""https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html"""


def create_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Create a share in a VALID, quota-managed queue; it is CREATING, then VALID."""
    name = parameters["quotaShareName"]
    check_name("quotaShareName", name)
    queue = require(call, "job-queue", parameters["jobQueue"])
    require_valid(call, queue, "create")
    if not is_quota_managed(call, queue):
        raise ClientException(
            f"jobQueue: JobQueue {queue.name} has no quota share scheduling policy"
        )
    arn = quota_share_arn(queue, name)
    require_new(call, arn)
    if len(shares_of(call, queue)) >= _MOST_SHARES:
        raise ClientException(f"JobQueue {queue.name} has {_MOST_SHARES} quota shares, the most")
    detail = {
        "quotaShareName": name,
        "quotaShareArn": arn,
        "jobQueueArn": queue.arn,
        **_configuration(parameters),
        "state": parameters.get("state", "ENABLED"),
        "status": "CREATING",
        "tags": parameters.get("tags", {}),
    }
    share = Resource(KIND, arn, name, call.region, detail, call.now)
    call.store.put_resource(share)
    return reference(share, "quotaShare")


def update_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Change a share; it is UPDATING, then VALID."""
    share = require(call, KIND, parameters["quotaShareArn"])
    require_valid(call, share, "update")
    changes = _configuration(parameters)
    if "state" in parameters:
        changes["state"] = parameters["state"]
    return reference(change(call, share, "UPDATING", changes), "quotaShare")


def delete_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Delete a share that is DISABLED: its jobs are terminated, it is DELETING, then gone."""
    share = require(call, KIND, parameters["quotaShareArn"])
    require_valid(call, share, "delete")
    require_disabled(share)
    change(call, share, "DELETING")
    return {}


def describe_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Describe one share."""
    return require(call, KIND, parameters["quotaShareArn"]).detail


def list_quota_shares(call: Call, parameters: Parameters) -> Answer:
    """List a queue's shares, sorted by name, without their tags."""
    queue = require(call, "job-queue", parameters["jobQueue"])
    return page("quotaShares", shares_of(call, queue), parameters, _without_tags)


def quota_share_arn(queue: Resource, name: str) -> str:
    """Return the ARN of a queue's share."""
    return f"{queue.arn}/quota-share/{name}"


def _without_tags(share: Resource) -> Answer:
    return {name: value for name, value in share.detail.items() if name != "tags"}


def _configuration(parameters: Parameters) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        name: parameters[name] for name in _CONFIGURATION if name in parameters
    }
    if "capacityLimits" in configuration:
        _check_limits(configuration["capacityLimits"])
    sharing = configuration.get("resourceSharingConfiguration")
    if sharing is not None:
        configuration["resourceSharingConfiguration"] = _sharing(sharing)
    return configuration


def _check_limits(limits: list[dict[str, Any]]) -> None:
    """Raise ClientException for limits that a share can't have.

    https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    """
    require_capacity_limits(limits, _MOST_LIMITS)
    if not all(limit["capacityUnit"].startswith("ml.") for limit in limits):
        raise ClientException("capacityUnit must be an instance type (ml.*) in a quota share")


def _sharing(sharing: dict[str, Any]) -> dict[str, Any]:
    if sharing["strategy"] != "LEND_AND_BORROW":
        if "borrowLimit" in sharing:
            raise ClientException("borrowLimit needs the strategy LEND_AND_BORROW")
        return sharing
    if sharing.get("borrowLimit", _UNLIMITED) < _UNLIMITED:
        raise ClientException("borrowLimit must be -1 (unlimited), or 0 or more per cent")
    return {"borrowLimit": _UNLIMITED, **sharing}
