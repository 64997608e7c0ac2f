"""Damages of a state: a property of another kind than its writer gave it, or one that is missing.

A state is JSON that people export, edit and import, and that other tools write. What is wrong in it
is told with the key and what it has to be, never with the value: before anything is compared,
since a missing payload would look like a change, and be a paid run. Pure.

What is None or still encrypted is of any kind. Arguments within these are not looked at:
they were checked before they came into the state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.errors import RequestFailed
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import NATIVE_PREFIX, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping


class Damage(NamedTuple):
    """What is wrong at one key: `seen` says so."""

    path: str
    seen: str

    def __str__(self) -> str:
        """Return both in words."""
        return f"its {self.path} {self.seen}"


RESTORE = (
    "the state was edited, or is incomplete: restore an export of it with `pulumi stack import`, "
    "or forget the resource with `pulumi state delete`, which leaves it in AWS"
)
"""What to do about it."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key of what stands for a value in a state, such as one that is encrypted."""


_URN_PARTS = 3
"""How often a URN has `::` at least."""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_identity(value: Any) -> bool:
    """Return whether it is one, in either spelling; `identity` takes longer to load than this."""
    return isinstance(value, str) and "/" in value and value.count("::") >= _URN_PARTS


def _may_be_identity(value: Any) -> bool:
    """Return whether it is one, or that of now, which a preview may not know.

    The inputs of the native provider have none, so that they are given the one of now.
    """
    if _is_identity(value):
        return True
    from sjresource.aws.payload import is_unknown  # noqa: PLC0415 - it takes longer to load

    return is_unknown(value)


def _is_payload(value: Any) -> bool:
    return isinstance(value, (dict, str)) and bool(value)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "text"),
    "number": (_is_number, "a number"),
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "object": (lambda value: isinstance(value, dict), "an object"),
    "list": (lambda value: isinstance(value, (list, tuple)), "a list"),
    "identity": (_may_be_identity, "an identity, such as `/dev::vision::~::train`"),
    "payload": (_is_payload, "an object or JSON text, and not empty"),
}
"""Whether a value is of a kind, and what it is called."""

_OF_ALL = {
    "identity": "identity",
    "region": "text",
    "tags": "object",
    "registered_at": "number",
    "aliased_identities": "list",
    "secret_paths": "list",
}
_OF_NAMED = {
    **_OF_ALL,
    "create_token": "text",
    "requested_name": "text",
    "timeouts": "object",
    "state": "text",
    "status": "text",
}
PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "ServiceJob": {
        **_OF_ALL,
        "job_name": "text",
        "job_queue": "text",
        "service_job_type": "text",
        "service_request_payload": "payload",
        "client_token": "text",
        "preemption_configuration": "object",
        "quota_share_name": "text",
        "retry_strategy": "object",
        "scheduling_priority": "number",
        "share_identifier": "text",
        "timeout_config": "object",
        "rerun_on_failure": "flag",
        "adopt_job_id": "text",
        "deleted_with": "flag",
        "status": "text",
        "status_reason": "text",
        "attempts": "list",
        "latest_attempt": "object",
        "preemption_summary": "object",
        "is_terminated": "flag",
        "created_at": "number",
        "scheduled_at": "number",
        "started_at": "number",
        "stopped_at": "number",
        "max_instance_hours": "number",
        "record_expired": "flag",
        "resolved_arn": "text",
        "orphans": "list",
        "recorded_runs": "list",
    },
    "ServiceEnvironment": {
        **_OF_NAMED,
        "service_environment_name": "text",
        "service_environment_type": "text",
        "capacity_limits": "list",
    },
    "JobQueue": {
        **_OF_NAMED,
        "job_queue_name": "text",
        "job_queue_type": "text",
        "priority": "number",
        "service_environment_order": "list",
        "scheduling_policy_arn": "text",
        "job_state_time_limit_actions": "list",
    },
    "SchedulingPolicy": {
        **_OF_NAMED,
        "name": "text",
        "fairshare_policy": "object",
        "quota_share_policy": "object",
    },
    "QuotaShare": {
        **_OF_NAMED,
        "quota_share_name": "text",
        "job_queue": "text",
        "capacity_limits": "list",
        "resource_sharing_configuration": "object",
        "preemption_configuration": "object",
    },
    "ServiceJobCompletion": {
        "identity": "identity",
        "jobs": "list",
        "named_jobs": "object",
        "names": "list",
        "statuses": "list",
        "outcome": "object",
        "results": "list",
        "named_results": "object",
        "summary": "object",
        "secret_values": "list",
        "secret_results": "object",
        "on_failure": "text",
    },
}
"""What each property of a state is, by the core's names; a property that is not here is not read
from a state, or is compared whatever it is."""

_OF_TEXTS = ("orphans", "recorded_runs", "aliased_identities")
_OF_OBJECTS = ("attempts", "results", "capacity_limits", "service_environment_order")
_OF_LISTS = ("secret_paths",)
_OF_RECORDS = ("results",)
"""Each of which says of which job it is."""

_MISSING = "is missing"
_REQUIRED = {
    "ServiceJob": ("identity", "job_name", "job_queue", "service_request_payload"),
    "ServiceEnvironment": ("identity", "service_environment_name", "capacity_limits"),
    "JobQueue": ("identity", "job_queue_name", "service_environment_order"),
    "SchedulingPolicy": ("identity", "name"),
    "QuotaShare": ("identity", "quota_share_name", "job_queue"),
}
"""What no state of a resource that exists is without."""


def damages(noun: str, values: Mapping[str, Any], *, whole: bool = True) -> Iterator[Damage]:
    """Yield what is wrong in the properties of one resource's state.

    Args:
        noun: the resource's, as AWS calls it.
        values: inputs, or the whole state, in the core's names.
        whole: whether nothing that a diff compares may be missing; else only the identity.
    """
    for name, kind in PROPERTIES[noun].items():
        value = values.get(name)
        if value is None:
            required = _REQUIRED.get(noun, ())
            if name in (required if whole else required[:1]):
                yield Damage(name, _MISSING)
        else:
            yield from _of_value(name, kind, value)
            if name == "outcome" and isinstance(value, dict):
                results = value.get("results")
                yield from _of_value("outcome.results", "list", results)


def resource_damages(resource: Any) -> Iterator[Damage]:
    """Yield what is wrong in one resource of a deployment, as it is spelled there.

    Of other providers' resources only what tells them from ours.
    """
    wrong = next(_form_damages(resource), None)
    if wrong is not None:
        yield wrong
        return
    noun = _noun_of(resource["type"])
    if noun is None:
        return
    if not (isinstance(resource.get("id"), str) and resource["id"]):
        yield Damage("id", _MISSING)
    for part in ("inputs", "outputs"):
        values = resource.get(part) or {}
        known = {name: values.get(_spelled(name, resource["type"])) for name in PROPERTIES[noun]}
        for each in damages(noun, known, whole=False):
            if each.seen != _MISSING:
                yield Damage(f"{part}.{_spelled(each.path, resource['type'])}", each.seen)


def _form_damages(resource: Any) -> Iterator[Damage]:
    """Yield what is wrong in the form of a resource, whatever it is."""
    if not isinstance(resource, dict):
        yield Damage("entry", f"must be an object, got {_called(resource)}")
        return
    for name in ("urn", "type"):
        if not isinstance(resource.get(name), str):
            yield Damage(name, f"must be text, got {_called(resource.get(name))}")
    if str(resource.get("urn")).count("::") < _URN_PARTS:
        yield Damage("urn", "is no URN")
    for name in ("inputs", "outputs"):
        if not isinstance(resource.get(name) or {}, dict):
            yield Damage(name, f"must be an object, got {_called(resource[name])}")


def _noun_of(token: str) -> str | None:
    for prefix in (TYPE_PREFIX, NATIVE_PREFIX):
        if token.startswith(prefix) and token.removeprefix(prefix) in PROPERTIES:
            return token.removeprefix(prefix)
    return None


def _spelled(name: str, token: str) -> str:
    return camel_case(name) if token.startswith(NATIVE_PREFIX) else name


def require_intact(
    noun: str,
    id_: str,
    values: Mapping[str, Any],
    *,
    whole: bool = False,
    names: Collection[str] | None = None,
) -> None:
    """Make sure that a state is as it was written, before anything is done by it.

    Args:
        noun: the resource's, as AWS calls it.
        id_: the resource's.
        values: the state, in the core's names.
        whole: see `damages`.
        names: the properties that matter; None for all.

    Raises:
        RequestFailed: it is damaged.
    """
    found = [
        each
        for each in damages(noun, values, whole=whole)
        if names is None or each.path.partition("[")[0] in names
    ]
    if found:
        identity = values.get("identity")
        name = str(identity).split("::", 3)[3] if _is_identity(identity) else id_
        raise RequestFailed("reading", "State", f"{noun} {name}", str(found[0]), RESTORE)


def _of_value(name: str, kind: str, value: Any) -> Iterator[Damage]:
    if not _is_of(kind, value):
        yield Damage(name, f"must be {_KINDS[kind][1]}, got {_called(value)}")
        return
    last = name.rpartition(".")[2]
    if kind != "list" or not isinstance(value, (list, tuple)):
        return
    for member, names in (("text", _OF_TEXTS), ("object", _OF_OBJECTS), ("list", _OF_LISTS)):
        for position, each in enumerate(value if last in names else ()):
            if not _is_of(member, each):
                seen = f"must be {_KINDS[member][1]}, got {_called(each)}"
                yield Damage(f"{name}[{position}]", seen)
            elif last in _OF_RECORDS and isinstance(each, dict) and not _names_job(each):
                yield Damage(f"{name}[{position}].job", "must be the job's ARN")


def _names_job(record: Mapping[str, Any]) -> bool:
    return _SIGNATURE in record or isinstance(record.get("job"), (str, dict))


def _is_of(kind: str, value: Any) -> bool:
    if value is None or _KINDS[kind][0](value):
        return True
    return isinstance(value, dict) and _SIGNATURE in value


def _called(value: Any) -> str:
    """Return what kind of value it is, and not the value: it may be a secret."""
    if isinstance(value, (dict, str)) and not value:
        return "an empty object" if isinstance(value, dict) else "an empty text"
    names = {
        type(None): "nothing",
        bool: "true or false",
        str: "text",
        dict: "an object",
        list: "a list",
    }
    return names.get(type(value), "a number" if _is_number(value) else "something else")
