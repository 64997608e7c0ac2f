"""Create, update, delete, describe and list the quota shares of a quota-managed job queue."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    page,
    require,
    require_disabled,
    require_new,
    require_settled,
)
from sjresource.emulator.api.scheduling_policies import policy_kind
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
_MOST_LIMITS: Final = 5
_MOST_SHARES: Final = 20
"""https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html"""


def create_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Create a share in a queue that is VALID and quota-managed; it is CREATING, then VALID."""
    name = parameters["quotaShareName"]
    check_name("quotaShareName", name)
    queue = require(call, "job-queue", parameters["jobQueue"])
    require_settled(queue, "create")
    if not is_quota_managed(call, queue):
        raise ClientException(
            f"jobQueue: JobQueue {queue.name} has no quota share scheduling policy"
        )
    arn = quota_share_arn(queue, name)
    require_new(call, arn)
    if len(_shares_of(call, queue)) >= _MOST_SHARES:
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
    call.store.put_resource(Resource(KIND, arn, name, call.region, detail, call.now))
    return _named(detail)


def update_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Change a share; it is UPDATING, then VALID."""
    share = require(call, KIND, parameters["quotaShareArn"])
    require_settled(share, "update")
    changes = _configuration(parameters)
    if "state" in parameters:
        changes["state"] = parameters["state"]
    detail = {**share.detail, **changes, "status": "UPDATING"}
    call.store.put_resource(replace(share, detail=detail, since=call.now))
    return _named(detail)


def delete_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Delete a share that is DISABLED: its jobs are terminated, it is DELETING, then gone."""
    share = require(call, KIND, parameters["quotaShareArn"])
    require_settled(share, "delete")
    require_disabled(share)
    detail = {**share.detail, "status": "DELETING"}
    call.store.put_resource(replace(share, detail=detail, since=call.now))
    return {}


def describe_quota_share(call: Call, parameters: Parameters) -> Answer:
    """Describe one share."""
    return require(call, KIND, parameters["quotaShareArn"]).detail


def list_quota_shares(call: Call, parameters: Parameters) -> Answer:
    """List a queue's shares by their names, without tags."""
    queue = require(call, "job-queue", parameters["jobQueue"])
    shown, token = page(_shares_of(call, queue), parameters, lambda each: each.name)
    listed = [
        {name: value for name, value in share.detail.items() if name != "tags"} for share in shown
    ]
    return {"quotaShares": listed, "nextToken": token} if token else {"quotaShares": listed}


def is_quota_managed(call: Call, queue: Resource) -> bool:
    """Tell whether a queue's scheduling policy is one of quota shares."""
    return queue_policy(call, queue) == "quotaSharePolicy"


def queue_policy(call: Call, queue: Resource) -> str | None:
    """Tell the kind of a queue's scheduling policy, None for first in, first out."""
    arn = queue.detail.get("schedulingPolicyArn")
    policy = None if arn is None else call.store.resource(arn)
    return None if policy is None else policy_kind(policy)


def quota_share_arn(queue: Resource, name: str) -> str:
    """Write the ARN of a queue's share."""
    return f"{queue.arn}/quota-share/{name}"


def _shares_of(call: Call, queue: Resource) -> list[Resource]:
    shares = call.store.resources(KIND, call.region)
    return [share for share in shares if share.detail["jobQueueArn"] == queue.arn]


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
    if not 1 <= len(limits) <= _MOST_LIMITS:
        raise ClientException(f"capacityLimits must have 1 to {_MOST_LIMITS} entries")
    units = [limit["capacityUnit"] for limit in limits]
    if len(set(units)) != len(units):
        raise ClientException("capacityLimits must name each capacityUnit once")
    for limit in limits:
        if not limit["capacityUnit"].startswith("ml."):
            raise ClientException("capacityUnit must be an instance type (ml.*) in a quota share")
        if limit["maxCapacity"] < 0:
            raise ClientException("maxCapacity must be 0 or more")


def _sharing(sharing: dict[str, Any]) -> dict[str, Any]:
    if sharing["strategy"] != "LEND_AND_BORROW":
        if "borrowLimit" in sharing:
            raise ClientException("borrowLimit needs the strategy LEND_AND_BORROW")
        return sharing
    if sharing.get("borrowLimit", _UNLIMITED) < _UNLIMITED:
        raise ClientException("borrowLimit must be -1 (unlimited), or 0 or more per cent")
    return {"borrowLimit": _UNLIMITED, **sharing}


def _named(detail: dict[str, Any]) -> Answer:
    return {"quotaShareName": detail["quotaShareName"], "quotaShareArn": detail["quotaShareArn"]}
