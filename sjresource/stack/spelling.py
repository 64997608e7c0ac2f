"""How the schema of the native provider spells what the core spells in another way. Pure.

| what                | in the schema            | in the core, and in the dynamic resources |
| ------------------- | ------------------------ | ----------------------------------------- |
| members of Batch    | AWS's own: `jobQueue`    | `botocore.xform_name`'s: `job_queue`      |
| what is only ours   | `rerunOnFailure`         | `rerun_on_failure`                        |
| the payload, typed  | `trainingJob.roleArn`    | `service_request_payload.RoleArn`         |
| the payload, as it is | `serviceRequestPayload.RoleArn` | the same                         |

Each resource has a tree of its names, made of botocore's shapes, by which values and paths are
spelled in both directions, at every depth. Keys of maps are the user's, and stay. What no tree
knows stays as it is, too, so that a check can refuse it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from sjresource.aws.models import input_shape, output_shape, property_name
from sjresource.aws.payload import is_unknown
from sjresource.stack.identity import TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Path: TypeAlias = tuple["str | int", ...]
"""The steps to a value: names, and positions in lists."""

PAYLOAD = "service_request_payload"
TYPED = "trainingJob"
"""The payload with the names and types of the schema."""
UNTYPED = "serviceRequestPayload"
"""The payload in AWS's own names, as an object or as JSON text: also what botocore lacks."""

NATIVE_PREFIX = "sjresource:index:"
"""What the type tokens of the native resources begin with."""


@dataclass(frozen=True)
class Names:
    """The names within one value: by which names it has members, and what its items are.

    `members` maps the schema's name to the core's and to the names within. A list or a map has
    `items`. `is_text` says that the API takes text, so that a number is written as one.
    """

    members: Mapping[str, tuple[str, Names]] = field(default_factory=dict)
    items: Names | None = None
    is_text: bool = False

    @cached_property
    def by_core_name(self) -> Mapping[str, tuple[str, Names]]:
        """The reverse of `members`; of two schema names for one in the core, the first."""
        found: dict[str, tuple[str, Names]] = {}
        for native, (core, within) in self.members.items():
            found.setdefault(core, (native, within))
        return found


@dataclass(frozen=True)
class Spelling:
    """The names of one resource.

    `request` is the operation that creates it; `answer` the one that describes it, and `listed`
    the member of its answer that lists the details, None if the answer is the detail.
    """

    name: str
    request: str | None
    answer: str | None
    listed: str | None = None
    own: tuple[str, ...] = ()
    """What AWS has no member for: arguments, outputs, and what a state remembers."""

    @property
    def token(self) -> str:
        """Its type in the schema."""
        return NATIVE_PREFIX + self.name

    @property
    def dynamic_token(self) -> str:
        """The type of the dynamic resource, by which a thing in AWS is known as this one's."""
        return TYPE_PREFIX + self.name

    def to_core(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return inputs or a state of the schema as the core's properties, without what is None.

        A payload of either form is the core's one payload.
        """
        known = {name: value for name, value in values.items() if value is not None}
        properties: dict[str, Any] = _renamed(_names_of(self), known, to_core=True)
        return properties

    def to_native(self, properties: Mapping[str, Any], *, typed: bool) -> dict[str, Any]:
        """Return the core's properties as the schema spells them, without what is None.

        Args:
            properties: inputs or a state.
            typed: whether the payload is to be the typed one; JSON text never is.
        """
        known = {name: value for name, value in properties.items() if value is not None}
        if not isinstance(known.get(PAYLOAD), dict) and not is_unknown(known.get(PAYLOAD)):
            typed = False
        values: dict[str, Any] = _renamed(_names_of(self, typed=typed), known, to_core=False)
        return values

    def core_path(self, path: Path) -> Path:
        """Return where the core has what the schema has at `path`."""
        return _renamed_path(_names_of(self), path, to_core=True)

    def native_path(self, path: Path, *, typed: bool) -> Path:
        """Return where the schema has what the core has at `path`."""
        return _renamed_path(_names_of(self, typed=typed), path, to_core=False)


def is_typed(values: Mapping[str, Any]) -> bool:
    """Return whether a job of the schema has its payload as `trainingJob`."""
    return values.get(TYPED) is not None


def steps_of(path: str) -> Path:
    """Return the steps of a problem's path: `capacity_limits[0].max_capacity` has three."""
    return tuple(int(position) if position else name for name, position in _STEP.findall(path))


def camel_case(name: str) -> str:
    """Return `maxInstanceHours` for `max_instance_hours`."""
    first, *others = name.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in others)


def camel_member(member: str) -> str:
    """Return `roleArn` for `RoleArn`: SageMaker's members as Pulumi's properties begin."""
    return member[:1].lower() + member[1:]


_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")

_REMEMBERED = (
    "identity",
    "aliased_identities",
    "secret_paths",
    "registered_at",
)
_NAMED = ("region", "timeouts", *_REMEMBERED, "create_token", "requested_name", "conflicts")
_JOB = (
    "region",
    "triggers",
    "rerun_on_failure",
    "adopt_job_id",
    "max_instance_hours",
    "record_expired",
    "resolved_arn",
    "orphans",
    "recorded_runs",
    "deleted_with",
    "managed_in_program",
    *_REMEMBERED,
)
_COMPLETION = (
    "job",
    "jobs",
    "names",
    "min_succeeded",
    "timeout_seconds",
    "on_failure",
    "log_lines",
    "outcome",
    "statuses",
    "secret_values",
    "secret_results",
    "identity",
)

SPELLINGS = {
    each.token: each
    for each in (
        Spelling(
            "ServiceEnvironment",
            "CreateServiceEnvironment",
            "DescribeServiceEnvironments",
            "serviceEnvironments",
            _NAMED,
        ),
        Spelling("JobQueue", "CreateJobQueue", "DescribeJobQueues", "jobQueues", _NAMED),
        Spelling(
            "SchedulingPolicy",
            "CreateSchedulingPolicy",
            "DescribeSchedulingPolicies",
            "schedulingPolicies",
            _NAMED,
        ),
        Spelling("QuotaShare", "CreateQuotaShare", "DescribeQuotaShare", None, _NAMED),
        Spelling("ServiceJob", "SubmitServiceJob", "DescribeServiceJob", None, _JOB),
        Spelling("ServiceJobCompletion", None, None, None, _COMPLETION),
    )
}
"""By type token."""


@cache
def _names_of(spelling: Spelling, *, typed: bool = True) -> Names:
    """Return the names of a resource; `typed` decides how the core's payload is spelled."""
    members: dict[str, tuple[str, Names]] = {
        camel_case(name): (name, _OWN.get(name, _OPAQUE)) for name in spelling.own
    }
    for shape in _shapes(spelling):
        for member, within in shape.members.items():
            members[member] = (property_name(member), _names(within, _same, property_name))
    if spelling.request == "SubmitServiceJob":
        payload = input_shape("CreateTrainingJob", "sagemaker")
        forms = {
            TYPED: (PAYLOAD, _names(payload, camel_member, _same)),
            UNTYPED: (PAYLOAD, _names(payload, _same, _same)),
        }
        del members[UNTYPED]
        order = (TYPED, UNTYPED) if typed else (UNTYPED, TYPED)
        members |= {name: forms[name] for name in order}
    return Names(members)


def _shapes(spelling: Spelling) -> Iterable[Any]:
    """Yield the shapes that have a resource's members; the request's count where both have one."""
    if spelling.answer:
        answer = output_shape(spelling.answer)
        yield answer.members[spelling.listed].member if spelling.listed else answer
    if spelling.request:
        yield input_shape(spelling.request)


def _names(shape: Any, native: Callable[[str], str], core: Callable[[str], str]) -> Names:
    if shape.type_name == "structure":
        return Names(
            {
                native(member): (core(member), _names(within, native, core))
                for member, within in shape.members.items()
            }
        )
    if shape.type_name == "list":
        return Names(items=_names(shape.member, native, core))
    if shape.type_name == "map":
        return Names(items=_names(shape.value, native, core))
    return Names(is_text=shape.type_name == "string")


def _same(member: str) -> str:
    return member


_OPAQUE = Names()
_TEXT = Names(is_text=True)
_OWN = {"region": _TEXT, "adopt_job_id": _TEXT}


def _renamed(names: Names, value: Any, *, to_core: bool) -> Any:
    if isinstance(value, dict):
        if names.items is not None:
            return {
                key: _renamed(names.items, item, to_core=to_core) for key, item in value.items()
            }
        members = names.members if to_core else names.by_core_name
        renamed = {}
        for name, item in value.items():
            other, within = members.get(name, (name, _OPAQUE))
            renamed[other] = _renamed(within, item, to_core=to_core)
        return renamed
    if isinstance(value, list):
        within = names.items or _OPAQUE
        return [_renamed(within, item, to_core=to_core) for item in value]
    if names.is_text and isinstance(value, (bool, int, float)):
        return json.dumps(value)  # YAML's config has the number 100 where the program says "100"
    return value


def _renamed_path(names: Names, path: Path, *, to_core: bool) -> Path:
    renamed: list[str | int] = []
    for step in path:
        members = names.members if to_core else names.by_core_name
        if names.items is not None or step not in members:
            renamed.append(step)
            names = names.items or _OPAQUE
        else:
            other, names = members[str(step)]
            renamed.append(other)
    return tuple(renamed)
