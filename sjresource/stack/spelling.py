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
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from sjresource.aws.models import input_shape, made_once, output_shape, property_name
from sjresource.aws.payload import is_unknown
from sjresource.vocabulary import NATIVE_PREFIX, SAGEMAKER_TRAINING, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Path: TypeAlias = tuple["str | int", ...]
"""The steps to a value: names, and positions in lists."""

PAYLOAD = "service_request_payload"
TYPED = "trainingJob"
"""The payload with the names and types of the schema."""
UNTYPED = "serviceRequestPayload"
"""The payload in AWS's own names, as an object or as JSON text: also what botocore lacks."""

JOB_RECORD = (
    "job",
    "job_name",
    "status",
    "status_reason",
    "failure_reason",
    "attempts",
    "training_job_arn",
    "training_job_name",
    "model_artifacts",
    "final_metrics",
    "training_seconds",
    "billable_seconds",
    "log_group",
    "log_stream",
    "console_urls",
)
"""What a completion records of a job."""


@dataclass(frozen=True)
class Names:
    """The names within one value: by which names it has members, and what its items are.

    `members` maps the schema's name to the core's and to the names within. A list or a map has
    `items`; `is_list` tells them apart. `is_text` says that the API takes text, so that a number is
    written as one.
    """

    members: Mapping[str, tuple[str, Names]] = field(default_factory=dict)
    items: Names | None = None
    is_text: bool = False
    is_list: bool = False

    @cached_property
    def by_core_name(self) -> Mapping[str, tuple[str, Names]]:
        """The reverse of `members`; of two schema names for one in the core, the first."""
        found: dict[str, tuple[str, Names]] = {}
        for native, (core, within) in self.members.items():
            found.setdefault(core, (native, within))
        return found


@dataclass(frozen=True, eq=False)
class Spelling:
    """The names of one resource.

    `request` is the operation that creates it; `answer` the one that describes it, and `listed`
    the member of its answer that lists the details, None if the answer is the detail. Own names,
    which AWS has no member for, are the core's.
    """

    name: str
    request: str | None = None
    answer: str | None = None
    listed: str | None = None
    own_arguments: tuple[str, ...] = ()
    own_outputs: tuple[str, ...] = ()
    """Outputs, and what a state remembers for its provider."""
    left_out: frozenset[str] = frozenset()
    """Members of the request that are no arguments here."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The core's names of arguments that a program may leave out, with what they are then."""

    @property
    def token(self) -> str:
        """Its type in the schema."""
        return NATIVE_PREFIX + self.name

    @property
    def dynamic_token(self) -> str:
        """The type of the dynamic resource, by which a thing in AWS is known as this one's."""
        return TYPE_PREFIX + self.name

    @property
    def arguments(self) -> Mapping[str, str]:
        """The core's name of each argument, by the schema's; a payload has two."""
        return _arguments_of(self)

    @property
    def names(self) -> Names:
        """All that an argument, an output or a state may have, by the schema's names."""
        return _names_of(self)

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


def is_native(values: Mapping[str, Any]) -> bool:
    """Return whether the native provider has written this state; the core's names are lower."""
    return any(not name.islower() for name in values if not name.startswith("__"))


def core_state(name: str, values: Mapping[str, Any], identity: Any) -> dict[str, Any]:
    """Return a state of the native provider as the core's; any other as it is.

    Args:
        name: of the resource's class.
        values: the state, or its inputs.
        identity: what the resource is now, which the state of an imported one lacks.
    """
    if not is_native(values):
        return dict(values)
    return {"identity": identity, **SPELLINGS[NATIVE_PREFIX + name].to_core(values)}


def identity_of(urn: str, organization: str) -> str:
    """Return the identity of a resource: that of the dynamic one of the same place and name.

    So a stack may go from one front to the other, and a lost job is found by either.
    """
    head, project, types, name = urn.split("::", 3)
    spelled = "$".join(
        SPELLINGS[each].dynamic_token if each in SPELLINGS else each for each in types.split("$")
    )
    return f"{organization}/{head}::{project}::{spelled}::{name}"


def is_type_of(noun: str, token: str) -> bool:
    """Return whether a type is that of a resource of this name, of either front."""
    return token in (TYPE_PREFIX + noun, NATIVE_PREFIX + noun)


def is_typed(values: Mapping[str, Any]) -> bool:
    """Return whether a job of the schema has its payload as `trainingJob`."""
    return values.get(TYPED) is not None


def is_written_typed(values: Mapping[str, Any]) -> bool:
    """Return whether a payload is to be written as `trainingJob`: unless it was given as JSON."""
    return is_typed(values) or UNTYPED not in values


def steps_of(path: str) -> Path:
    """Return the steps of a problem's path: `capacity_limits[0].max_capacity` has three."""
    return tuple(int(position) if position else name for name, position in _STEP.findall(path))


def camel_case(name: str) -> str:
    """Return `maxInstanceHours` for `max_instance_hours`."""
    first, *others = name.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in others)


def camel_cased(value: Any) -> Any:
    """Return a value of the core with its members in camel case; keys of tags are the user's."""
    if isinstance(value, dict):
        return {
            camel_case(name): each if name == "tags" else camel_cased(each)
            for name, each in value.items()
        }
    return [camel_cased(each) for each in value] if isinstance(value, list) else value


def camel_member(member: str) -> str:
    """Return `roleArn` for `RoleArn`: SageMaker's members as Pulumi's properties begin."""
    return member[:1].lower() + member[1:]


def native_words(text: str) -> str:
    """Return a text with the native provider's names of settings, without Python's words."""
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return text


FOR_A_NEW_RUN = '", or change `triggers` for a new run'
"""The end of the advice about a job that exists; the plugin's has more ways."""
LEFT_RUNNING = "they were left running on purpose, or are"
"""Why jobs go on that a queue's delete would end; the plugin's has one more reason."""

_WORDS = (
    (re.compile(r"the stack's aws: config"), "the stack's sjresource: config or its provider"),
    (re.compile(r"(?<!arn:)\baws:(?=[a-z])"), "sjresource:"),
    (re.compile(r"\bTrue or False\b"), "true or false"),
    (re.compile(r"\bdelete_before_replace\b"), "deleteBeforeReplace"),
    (re.compile(r"\bgot None\b"), "got null"),
    (re.compile(r"\bgot True\b"), "got true"),
    (re.compile(r"\bgot False\b"), "got false"),
    (re.compile(r"; pulumi\.Config has get_bool"), ""),
    (
        re.compile(rf"adoptJobId=(\"[^\"]*){re.escape(FOR_A_NEW_RUN)}"),
        (
            rf"adoptJobId: \1{FOR_A_NEW_RUN}, or let it be replaced with the "
            "resource option `deleteBeforeReplace`"
        ),
    ),
    (
        re.compile(re.escape(LEFT_RUNNING)),
        (
            "they were left running on purpose, or have the resource option `deletedWith` without "
            "the argument `deletedWith`, or are"
        ),
    ),
)

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")

_LIFE = ("region", "timeouts")
_REMEMBERED = ("identity", "aliased_identities", "secret_paths", "registered_at")
_CREATED = ("create_token", "requested_name", "conflicts", *_REMEMBERED)
_STATE: Mapping[str, Any] = {"state": "ENABLED"}

SPELLINGS = {
    each.token: each
    for each in (
        Spelling(
            "ServiceEnvironment",
            "CreateServiceEnvironment",
            "DescribeServiceEnvironments",
            "serviceEnvironments",
            own_arguments=_LIFE,
            own_outputs=_CREATED,
            defaults={"service_environment_type": SAGEMAKER_TRAINING, **_STATE},
        ),
        Spelling(
            "SchedulingPolicy",
            "CreateSchedulingPolicy",
            "DescribeSchedulingPolicies",
            "schedulingPolicies",
            own_arguments=_LIFE,
            own_outputs=_CREATED,
        ),
        Spelling(
            "JobQueue",
            "CreateJobQueue",
            "DescribeJobQueues",
            "jobQueues",
            own_arguments=_LIFE,
            own_outputs=_CREATED,
            left_out=frozenset({"computeEnvironmentOrder"}),
            defaults={"job_queue_type": SAGEMAKER_TRAINING, **_STATE},
        ),
        Spelling(
            "QuotaShare",
            "CreateQuotaShare",
            "DescribeQuotaShare",
            own_arguments=_LIFE,
            own_outputs=_CREATED,
            defaults=_STATE,
        ),
        Spelling(
            "ServiceJob",
            "SubmitServiceJob",
            "DescribeServiceJob",
            own_arguments=(
                "triggers",
                "rerun_on_failure",
                "adopt_job_id",
                "region",
                "deleted_with",
            ),
            own_outputs=(
                "max_instance_hours",
                "record_expired",
                "resolved_arn",
                "orphans",
                "recorded_runs",
                "managed_in_program",
                *_REMEMBERED,
            ),
            defaults={"service_job_type": SAGEMAKER_TRAINING},
        ),
        Spelling(
            "ServiceJobCompletion",
            own_arguments=(
                "job",
                "jobs",
                "named_jobs",
                "min_succeeded",
                "timeout_seconds",
                "on_failure",
                "log_lines",
            ),
            own_outputs=(
                "summary",
                "results",
                "named_results",
                *JOB_RECORD,
                "names",
                "statuses",
                "outcome",
                "secret_values",
                "secret_results",
                "identity",
            ),
            defaults={"on_failure": "raise", "log_lines": 20},
        ),
    )
}
"""By type token."""


@made_once
def _arguments_of(spelling: Spelling) -> Mapping[str, str]:
    found = {camel_case(name): name for name in spelling.own_arguments}
    if spelling.request:
        for member in input_shape(spelling.request).members:
            if member not in spelling.left_out:
                found[member] = property_name(member)
    if UNTYPED in found:
        found[TYPED] = PAYLOAD
    return found


@made_once
def _names_of(spelling: Spelling, *, typed: bool = True) -> Names:
    """Return the names of a resource; `typed` decides how the core's payload is spelled."""
    own = (*spelling.own_arguments, *spelling.own_outputs)
    members: dict[str, tuple[str, Names]] = {
        camel_case(name): (name, _own_names(name)) for name in own
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
        return Names(items=_names(shape.member, native, core), is_list=True)
    if shape.type_name == "map":
        return Names(items=_names(shape.value, native, core))
    return Names(is_text=shape.type_name == "string")


def _same(member: str) -> str:
    return member


_OPAQUE = Names()
_TEXT = Names(is_text=True)
_TEXTS = ("region", "adopt_job_id", "job", "on_failure")
_MEMBERS = {
    "timeouts": ("create", "update", "delete"),
    "summary": ("jobs", "succeeded", "failed", "unfinished"),
    "console_urls": ("job_queue", "training_job", "log", "page"),
}


def _own_names(name: str) -> Names:
    """Return the names within a value that AWS has no member for."""
    if name in _TEXTS:
        return _TEXT
    if name in ("jobs", "named_jobs"):
        return Names(items=_TEXT, is_list=name == "jobs")
    if name == "attempts":
        return _names(output_shape("DescribeServiceJob").members[name], _same, property_name)
    if name in ("results", "named_results"):
        members = {camel_case(each): (each, _own_names(each)) for each in (*JOB_RECORD, "name")}
        return Names(items=Names(members), is_list=name == "results")
    return Names({camel_case(each): (each, _OPAQUE) for each in _MEMBERS.get(name, ())})


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
