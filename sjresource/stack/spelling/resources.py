"""How each resource is spelled: its arguments and outputs, in the schema and in the core. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import made_once
from sjresource.aws.payload import is_unknown
from sjresource.stack.spelling.aws_names import aws_names
from sjresource.stack.spelling.names import OPAQUE, TEXT, Names
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import NATIVE_PREFIX, SAGEMAKER_TRAINING, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.stack.spelling.names import Path

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
        properties: dict[str, Any] = _names_of(self).renamed(known, to_core=True)
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
        values: dict[str, Any] = _names_of(self, typed=typed).renamed(known, to_core=False)
        return values

    def core_path(self, path: Path) -> Path:
        """Return where the core has what the schema has at `path`."""
        return _names_of(self).renamed_path(path, to_core=True)

    def native_path(self, path: Path, *, typed: bool) -> Path:
        """Return where the schema has what the core has at `path`."""
        return _names_of(self, typed=typed).renamed_path(path, to_core=False)


def is_native(values: Mapping[str, Any]) -> bool:
    """Return whether the native provider has written this state; the core's names are lower."""
    return any(not name.islower() for name in values if not name.startswith("__"))


_DYNAMIC_MARKS = frozenset({"identity", "__provider"})
"""One of which every state and all inputs of a dynamic resource have."""


def core_state(name: str, values: Mapping[str, Any], identity: Any) -> dict[str, Any]:
    """Return a state of the native provider as the core's; any other as it is.

    Args:
        name: of the resource's class.
        values: the state, or its inputs.
        identity: what the resource is now, which the state of an imported one lacks.
    """
    # A policy may have a name alone, which both spell alike; the dynamic one's has marks beside it.
    is_marked = not values or not _DYNAMIC_MARKS.isdisjoint(values)
    if is_marked and not is_native(values):
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
        for member, (core, _) in aws_names().requests[spelling.request].members.items():
            if member not in spelling.left_out:
                found[member] = core
    if UNTYPED in found:
        found[TYPED] = PAYLOAD
    return found


@made_once
def _names_of(spelling: Spelling, *, typed: bool = True) -> Names:
    """Return the names of a resource; `typed` decides how the core's payload is spelled."""
    aws = aws_names()
    own = (*spelling.own_arguments, *spelling.own_outputs)
    members: dict[str, tuple[str, Names]] = {
        camel_case(name): (name, _own_names(name)) for name in own
    }
    if spelling.answer:
        members |= aws.answers[spelling.answer].members
    if spelling.request:  # it counts where both have a member
        members |= aws.requests[spelling.request].members
    if UNTYPED in members:
        forms = {TYPED: (PAYLOAD, aws.typed), UNTYPED: (PAYLOAD, aws.untyped)}
        del members[UNTYPED]
        order = (TYPED, UNTYPED) if typed else (UNTYPED, TYPED)
        members |= {name: forms[name] for name in order}
    return Names(members)


_TEXTS = ("region", "adopt_job_id", "job", "on_failure")
_MEMBERS = {
    "timeouts": ("create", "update", "delete"),
    "summary": ("jobs", "succeeded", "failed", "unfinished"),
    "console_urls": ("job_queue", "training_job", "log", "page"),
}


def _own_names(name: str) -> Names:
    """Return the names within a value that AWS has no member for."""
    if name in _TEXTS:
        return TEXT
    if name in ("jobs", "named_jobs"):
        return Names(items=TEXT, is_list=name == "jobs")
    if name == "attempts":
        return aws_names().answers["DescribeServiceJob"].members[name][1]
    if name in ("results", "named_results"):
        members = {camel_case(each): (each, _own_names(each)) for each in (*JOB_RECORD, "name")}
        return Names(items=Names(members), is_list=name == "results")
    return Names({camel_case(each): (each, OPAQUE) for each in _MEMBERS.get(name, ())})
