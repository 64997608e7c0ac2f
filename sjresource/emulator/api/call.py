"""What every operation gets, and what several nouns need: finding resources, pages, bounds.

An operation is a function from a `Call` and its parsed parameters to its answer; it runs in a
transaction, and raises ClientException to refuse.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.api.behaviour import filled
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.protocol.user_json import read_json
from sjresource.emulator.store.arns import batch_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.emulator.api.behaviour import Behaviour
    from sjresource.emulator.lifecycle.queue_front import QueueFronts
    from sjresource.emulator.store.records import Kind, Resource
    from sjresource.emulator.store.store import Store

MOST_RESULTS: Final = 100
"""Entries of one page of a list, at most."""
_MOST_NAMES: Final = 100
"""Entries of a list of names or ARNs to describe: "A list of up to 100 queue names or full queue
Amazon Resource Name (ARN) entries", https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobQueues.html"""
_BY_ARN_ONLY: Final = ("scheduling-policy", "quota-share")
_NOUNS: Final = {
    "service-environment": "ServiceEnvironment",
    "job-queue": "JobQueue",
    "quota-share": "QuotaShare",
    "scheduling-policy": "SchedulingPolicy",
}


@dataclass(frozen=True)
class Call:
    """One call: `now` is in epoch milliseconds of the emulator's clock."""

    store: Store
    region: str
    now: int
    behaviour: Behaviour
    fronts: QueueFronts


Parameters = dict[str, Any]
Answer = dict[str, Any]


def find(call: Call, kind: Kind, name_or_arn: str) -> Resource | None:
    """Find a resource by its name or ARN, None if there is none in the caller's region.

    No operation takes the name of a policy or of a share.
    """
    is_arn = name_or_arn.startswith("arn:") or kind in _BY_ARN_ONLY
    arn = name_or_arn if is_arn else batch_arn(call.region, kind, name_or_arn)
    resource = call.store.resource(arn)
    if resource is None or resource.kind != kind or resource.region != call.region:
        return None
    return resource


def named_or_all(call: Call, kind: Kind, names: Sequence[str]) -> list[Resource]:
    """Return the named resources that exist, or all of the region if no names are given."""
    if not names:
        return call.store.resources(kind, call.region)
    found = {each.arn: each for name in names if (each := find(call, kind, name)) is not None}
    return sorted(found.values(), key=lambda each: each.name)


def require(call: Call, kind: Kind, name_or_arn: str) -> Resource:
    """Find a resource; ClientException if it is not there."""
    resource = find(call, kind, name_or_arn)
    if resource is None:
        words = call.behaviour.missing_words
        raise ClientException(filled(words, noun=_NOUNS[kind], name=name_or_arn))
    return resource


def require_new(call: Call, arn: str) -> None:
    """Raise ClientException if `arn` is taken, in the words that AWS's own clients look for.

    https://github.com/aws/sagemaker-python-sdk/blob/master/v3-examples/training-examples/aws_batch/utils/aws_batch_resource_management.py
    """
    if call.store.resource(arn) is not None:
        raise ClientException(call.behaviour.exists_words, status=call.behaviour.exists_status)


def require_valid(call: Call, resource: Resource, verb: str) -> None:
    """Raise ClientException while an earlier change of `resource` is not finished."""
    if resource.detail.get("status", "VALID") != "VALID":
        raise ClientException(filled(call.behaviour.modified_words, verb=verb))


def related(call: Call, noun: str) -> ClientException:
    """Return the refusal to delete what a `noun` uses."""
    return ClientException(filled(call.behaviour.related_words, noun=noun))


def require_disabled(resource: Resource) -> None:
    """Raise ClientException if `resource` can't be deleted because it is ENABLED."""
    if resource.detail["state"] != "DISABLED":
        raise ClientException(
            f"Cannot delete, {_NOUNS[resource.kind]} {resource.name} must be DISABLED first"
        )


def require_between(parameters: Parameters, member: str, least: int, most: int) -> None:
    """Raise ClientException if a number is given that is out of its bounds."""
    value = parameters.get(member)
    if value is not None and not least <= value <= most:
        raise ClientException(f"{member} must be between {least} and {most}")


def require_capacity_limits(limits: Sequence[Mapping[str, Any]], most: int | None = None) -> None:
    """Raise ClientException for capacityLimits that no resource can have, or more than `most`."""
    if not limits or (most is not None and len(limits) > most):
        allowed = "at least 1 entry" if most is None else f"1 to {most} entries"
        raise ClientException(f"capacityLimits must have {allowed}")
    units = [limit.get("capacityUnit") for limit in limits]
    if len(set(units)) != len(units):
        raise ClientException("capacityLimits must name each capacityUnit once")
    for limit in limits:
        if "maxCapacity" not in limit or "capacityUnit" not in limit:
            raise ClientException("capacityLimits must each have maxCapacity and capacityUnit")
        if limit["maxCapacity"] < 0:
            raise ClientException("maxCapacity must be 0 or more")


def require_at_most(parameters: Parameters, member: str, most: int = _MOST_NAMES) -> None:
    """Raise ClientException if a list is given that has too many entries."""
    if len(parameters.get(member, [])) > most:
        raise ClientException(f"{member} must have at most {most} entries")


def change(
    call: Call, resource: Resource, status: str, changes: Mapping[str, Any] | None = None
) -> Resource:
    """Store a resource as UPDATING or DELETING, and return it."""
    detail = {**resource.detail, **(changes or {}), "status": status}
    changed = replace(resource, detail=detail, since=call.now)
    call.store.put_resource(changed)
    return changed


def reference(resource: Resource, noun: str) -> Answer:
    """Return the name and the ARN of a resource, as Create and Update answer."""
    return {member: resource.detail[member] for member in (f"{noun}Name", f"{noun}Arn")}


def page(
    member: str,
    resources: Sequence[Resource],
    parameters: Parameters,
    show: Callable[[Resource], Answer] = lambda resource: resource.detail,
) -> Answer:
    """Return one page of `resources`, which are sorted by their names, in a list in `member`."""
    size = page_size(parameters)
    if "nextToken" in parameters:
        (after,) = read_token(parameters["nextToken"], 1)
        resources = [each for each in resources if each.name > str(after)]
    answer: Answer = {member: [show(each) for each in resources[:size]]}
    if len(resources) > size:
        answer["nextToken"] = write_token(resources[size - 1].name)
    return answer


def page_size(parameters: Parameters) -> int:
    """Return how many entries a page has; ClientException if maxResults is out of bounds."""
    require_between(parameters, "maxResults", 1, MOST_RESULTS)
    size: int = parameters.get("maxResults", MOST_RESULTS)
    return size


def write_token(*position: str | int) -> str:
    """Return an opaque nextToken for a position in a list."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def read_token(token: str, length: int) -> list[str | int]:
    """Return the position of a nextToken; ClientException for one that is not ours."""
    try:
        position = read_json(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != length
        or not all(map(_is_position, position))
    ):
        raise ClientException("nextToken is not valid")
    return position


def _is_position(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**63)
