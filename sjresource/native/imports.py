"""What an import, or a `get`, knows of a thing that no program has declared: its description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import parse_arn
from sjresource.aws.models import answer_properties
from sjresource.aws.payload import default_training_job_name, payload_or_empty
from sjresource.errors import NotFound, RequestFailed
from sjresource.resources.job.wanted_run import REQUEST
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.identity import IDENTITY_TAG, OWN_TAGS
from sjresource.stack.ownership import other_owner
from sjresource.stack.spelling.resources import PAYLOAD
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.native.kinds import Core, NativeKind
    from sjresource.stack.spelling.names import Path

_ENVIRONMENT = "Environment"
"""The part of a payload that may hold keys: whoever submitted it can't be asked."""

_ARN_KINDS = {
    "ServiceEnvironment": "service-environment",
    "SchedulingPolicy": "scheduling-policy",
    "JobQueue": "job-queue",
    "QuotaShare": "quota-share",
    "ServiceJob": "service-job",
}
_OF_SHARE = "/quota-share/"
"""A share's ARN is its queue's, with this and its name."""

_TYPES = ("service_job_type", "job_queue_type", "service_environment_type")


class Described(NamedTuple):
    """The arguments that would make a thing as it is, in the core's names."""

    arguments: dict[str, Any]
    secrets: list[Path]
    """Where in them secrets may be."""
    tags: Mapping[str, str]
    """All of its tags, our own too."""


def arguments_of(kind: NativeKind, core: Core, id_: str) -> Described | None:
    """Return the arguments that would make the thing as it is.

    Args:
        kind: what it is to be.
        core: the core's object for that kind.
        id_: its ARN, or a name or id where AWS takes one.

    Returns:
        None if there is no such thing.

    Raises:
        RequestFailed: it is another thing, not for service jobs, or of another account; or there is
            none, and a name is not enough to find it.
    """
    _require_kind(kind, id_)
    client = core.client(id_)
    try:
        if isinstance(core, ServiceJobProvider):
            described = answer_properties("DescribeServiceJob", client.find_service_job(id_))
        else:
            described = core.described(client.find(core.kind, id_))
    except NotFound:
        core.confirm_gone(kind.noun, id_)
        _require_reference(kind, core, id_)
        return None
    _require_type(kind, id_, described)
    arguments = _given(described, REQUEST if kind.is_job else tuple(kind.rules))
    arn = parse_arn(id_)
    if arn and arn.region != core.settings.region:
        arguments["region"] = arn.region
    if not kind.is_job:
        return Described(arguments, [], described.get("tags") or {})
    payload = payload_or_empty(client.find_payload(id_))
    if payload.get("TrainingJobName") == default_training_job_name(described["job_name"]):
        del payload["TrainingJobName"]
    secrets: list[Path] = [(PAYLOAD, _ENVIRONMENT)] if payload.get(_ENVIRONMENT) else []
    return Described({**arguments, PAYLOAD: payload}, secrets, described.get("tags") or {})


def foreign_import(
    kind: NativeKind, id_: str, tags: Mapping[str, str], identity: str
) -> str | None:
    """Return the warning of an import of another stack's resource; None if it has no other owner.

    Args:
        kind: what it is.
        id_: its ARN.
        tags: as AWS tells them.
        identity: what it is to be here.
    """
    owner = other_owner({"tags": tags}, identity)
    if not owner:
        return None
    return (
        f"importing {kind.noun} ({id_}): by its tag {IDENTITY_TAG} it is the resource {owner} of a "
        "Pulumi stack, which alone changes and deletes it: here an update or a deletion of it will "
        "be refused; take it from there with `pulumi state move`, or, if that stack is lost, make "
        f"it nobody's with `aws batch untag-resource --resource-arn {id_} --tag-keys "
        f"{IDENTITY_TAG}`; to read it only, use `get` instead"
    )


def _require_kind(kind: NativeKind, id_: str) -> None:
    arn = parse_arn(id_)
    if arn is None:
        return
    found = "quota-share" if _OF_SHARE in arn.name else arn.kind
    wanted = _ARN_KINDS[kind.noun]
    if (arn.service, found) != ("batch", wanted):
        thing = found if arn.service == "batch" else f"{arn.service} {found}"
        seen = f"it is the ARN of a {thing}, and not of a {wanted}"
        raise RequestFailed("reading", kind.noun, id_, seen)


def _require_reference(kind: NativeKind, core: Core, id_: str) -> None:
    """Make sure that what was not found was not sought by a name that AWS does not take."""
    takes_a_name = not isinstance(core, ServiceJobProvider) and core.kind.by_name
    if parse_arn(id_) is None and not takes_a_name:
        reference = "id or ARN" if kind.is_job else "ARN"
        seen = f"there is none with this {reference}; a name is not enough"
        raise RequestFailed("reading", kind.noun, id_, seen)


def _given(described: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    given = {name: described[name] for name in names if described.get(name) not in (None, [], {})}
    tags = {key: each for key, each in given.get("tags", {}).items() if key not in OWN_TAGS}
    others = {name: each for name, each in given.items() if name != "tags"}
    return {**others, "tags": tags} if tags else others


def _require_type(kind: NativeKind, id_: str, described: Mapping[str, Any]) -> None:
    for name in _TYPES:
        found = described.get(name)
        if name in kind.rules and found not in (None, SAGEMAKER_TRAINING):
            raise RequestFailed(
                "importing", kind.noun, id_, f"it is of type {found}, and not {SAGEMAKER_TRAINING}"
            )
