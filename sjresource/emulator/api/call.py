"""What every operation is given, and what several nouns need: finding resources, pages, bounds.

An operation is a function from a `Call` and its parsed parameters to its answer; it runs inside a
transaction and raises ClientException to refuse.
"""

from __future__ import annotations

import base64
import binascii
import http
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from msgspec import Meta

from sjresource.emulator.protocol.decoding import read_json
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import batch_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sjresource.emulator.engine.queue_front import QueueFronts
    from sjresource.emulator.store.records import Kind, Resource
    from sjresource.emulator.store.store import Store

PAGE: Final = 100
_NOUNS: Final = {
    "service-environment": "ServiceEnvironment",
    "job-queue": "JobQueue",
    "quota-share": "QuotaShare",
    "scheduling-policy": "SchedulingPolicy",
}
Item = TypeVar("Item")


@dataclass
class Behaviour:
    """What AWS's documents leave open, and users of the emulator may choose."""

    token_replay: Literal["same-job", "reject"] = "same-job"  # noqa: S105 - no password
    """What a replayed clientToken with the same request gives: the first job again, or an error."""
    tag_finished_jobs: bool = True
    """Whether a finished job's tags can be changed."""
    leave_out_defaults: bool = False
    """Whether answers leave out what AWS may leave out: what is empty, or is the default."""
    termination_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 100
    """How long Batch takes to act on a termination, in milliseconds of the emulator's clock."""


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
    """Find a resource by its name or ARN, None if there is none in the caller's region."""
    arn = (
        name_or_arn if name_or_arn.startswith("arn:") else batch_arn(call.region, kind, name_or_arn)
    )
    resource = call.store.resource(arn)
    if resource is None or resource.kind != kind or resource.region != call.region:
        return None
    return resource


def named_or_all(call: Call, kind: Kind, names: Sequence[str]) -> list[Resource]:
    """Give the named resources, or all of the region without names; missing ones are left out."""
    if not names:
        return call.store.resources(kind, call.region)
    found = {each.arn: each for name in names if (each := find(call, kind, name)) is not None}
    return sorted(found.values(), key=lambda each: each.name)


def require(call: Call, kind: Kind, name_or_arn: str) -> Resource:
    """Find a resource; ClientException if it is not there."""
    resource = find(call, kind, name_or_arn)
    if resource is None:
        raise ClientException(f"{_NOUNS[kind]} {name_or_arn} does not exist")
    return resource


def require_new(call: Call, arn: str) -> None:
    """Raise ClientException if `arn` is taken, in the words that AWS's own clients look for.

    https://github.com/aws/sagemaker-python-sdk/blob/master/v3-examples/training-examples/aws_batch/utils/aws_batch_resource_management.py
    """
    if call.store.resource(arn) is not None:
        raise ClientException("Object already exists", status=http.HTTPStatus.CONFLICT)


def require_settled(resource: Resource, verb: str) -> None:
    """Raise ClientException while an earlier change of `resource` is still on its way."""
    if resource.detail.get("status", "VALID") != "VALID":
        raise ClientException(f"Cannot {verb}, resource is being modified.")


def require_disabled(resource: Resource) -> None:
    """Raise ClientException if `resource` can't be deleted because it is ENABLED."""
    if resource.detail["state"] != "DISABLED":
        raise ClientException(
            f"Cannot delete, {_NOUNS[resource.kind]} {resource.name} must be DISABLED first"
        )


def require_between(parameters: Parameters, member: str, least: int, most: int) -> None:
    """Raise ClientException if a number that was given is out of its bounds."""
    value = parameters.get(member)
    if value is not None and not least <= value <= most:
        raise ClientException(f"{member} must be between {least} and {most}")


def page(
    items: Sequence[Item], parameters: Parameters, key: Callable[[Item], str]
) -> tuple[list[Item], str | None]:
    """Cut one page out of `items`, which are in the order of their unique `key`."""
    require_between(parameters, "maxResults", 1, PAGE)
    size = parameters.get("maxResults", PAGE)
    if "nextToken" in parameters:
        (after,) = read_token(parameters["nextToken"], 1)
        items = [item for item in items if key(item) > str(after)]
    more = len(items) > size
    return list(items[:size]), write_token(key(items[size - 1])) if more else None


def write_token(*position: str | int) -> str:
    """Make an opaque nextToken of a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def read_token(token: str, length: int) -> list[str | int]:
    """Read a nextToken; ClientException for one that is not ours."""
    try:
        position = read_json(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, binascii.Error):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != length
        or not all(map(_is_place, position))
    ):
        raise ClientException("nextToken is not valid")
    return position


def _is_place(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**63)
