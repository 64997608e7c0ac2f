"""What a stack's state knows of jobs and queues, read without decrypting anything. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, parse_arn
from sjresource.status.masking import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Resource = Mapping[str, Any]

JOB_TYPE = "pulumi-python:dynamic/sjresource:ServiceJob"
COMPLETION_TYPE = "pulumi-python:dynamic/sjresource:ServiceJobCompletion"
_STACK_TYPE = "pulumi:pulumi:Stack"

_MARK = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of one
"""How a state marks a secret value.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
"""


@dataclass(frozen=True)
class StackJob:
    """A service job of the stack.

    `path` is the resource's name with those of the components around it, `nightly/train`; `label`
    is the shorter of both that means only this one. `outputs` is what the last `up` or `refresh`
    saw of it, `record` what a completion recorded for good.
    """

    resource: str
    path: str
    label: str
    urn: str
    arn: str
    job_name: str | None = None
    job_queue: str | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def job_id(self) -> str:
        """The id in the ARN."""
        return name_in(self.arn)


@dataclass(frozen=True)
class StackQueue:
    """A job queue of the stack, from any provider."""

    resource: str
    path: str
    arn: str

    @property
    def label(self) -> str:
        """What to call it."""
        return self.path


def jobs_in(deployment: Mapping[str, Any]) -> list[StackJob]:
    """List the stack's jobs, in the state's order; what is only still to be deleted is left out."""
    resources = _living(deployment)
    records = _records(resources)
    found = [resource for resource in resources if resource["type"] == JOB_TYPE]
    paths = _paths(resources)
    names = Counter(_name(resource["urn"]) for resource in found)
    return [_job(resource, paths[resource["urn"]], names, records) for resource in found]


def queues_in(deployment: Mapping[str, Any]) -> list[StackQueue]:
    """List the stack's job queues, in the state's order."""
    resources = _living(deployment)
    paths = _paths(resources)
    return [
        StackQueue(_name(resource["urn"]), paths[resource["urn"]], arn)
        for resource in resources
        if (arn := _queue_arn(resource)) is not None
    ]


def holds_secrets(deployment: Mapping[str, Any]) -> bool:
    """Tell whether anything is secret that AWS's words about a job may quote."""
    return any(True for _ in _secrets(_quotable(deployment)))


def secret_texts(deployment: Mapping[str, Any]) -> frozenset[str]:
    """Give what is secret in the jobs' payloads, from a state that was exported decrypted."""
    found: set[str] = set()
    for secret in _secrets(_quotable(deployment)):
        if "plaintext" in secret:
            found |= texts_in(json.loads(secret["plaintext"]))
    return frozenset(found)


def is_secret(value: Any) -> bool:
    """Tell whether the state holds a value as a secret."""
    return isinstance(value, dict) and value.get(_MARK) == _SECRET


def _quotable(deployment: Mapping[str, Any]) -> list[Any]:
    return [
        (resource.get("inputs", {}), resource.get("outputs", {}))
        for resource in deployment.get("resources", [])
        if resource["type"] in (JOB_TYPE, COMPLETION_TYPE)
    ]


def _secrets(value: Any) -> Iterator[dict[str, Any]]:
    if is_secret(value):
        yield value
    elif isinstance(value, dict):
        yield from _secrets(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secrets(item)


def _living(deployment: Mapping[str, Any]) -> list[Resource]:
    return [
        resource
        for resource in deployment.get("resources", [])
        if not resource.get("delete") and not resource.get("pendingReplacement")
    ]


def _job(
    resource: Resource, path: str, names: Counter[str], records: Mapping[str, Any]
) -> StackJob:
    name, outputs = _name(resource["urn"]), resource.get("outputs", {})
    return StackJob(
        resource=name,
        path=path,
        label=name if names[name] == 1 else path,
        urn=resource["urn"],
        arn=resource["id"],
        job_name=_text(outputs.get("job_name")),
        job_queue=_text(outputs.get("job_queue")),
        outputs=outputs,
        record=records.get(resource["id"], {}),
    )


def _records(resources: Iterable[Resource]) -> dict[str, Any]:
    """Give what completions have recorded, by the job's ARN."""
    return {
        record["job"]: record
        for resource in resources
        if resource["type"] == COMPLETION_TYPE
        for record in _results(resource.get("outputs", {}).get("outcome"))
        if record.get("job")
    }


def _results(outcome: Any) -> list[dict[str, Any]]:
    results = outcome.get("results", []) if isinstance(outcome, dict) else []
    return [result for result in results if isinstance(result, dict)]


def _queue_arn(resource: Resource) -> str | None:
    """Give the ARN, which providers keep as the id or as an output."""
    outputs = resource.get("outputs", {})
    for value in (resource.get("id"), outputs.get("arn"), outputs.get("jobQueueArn")):
        arn = parse_arn(value) if isinstance(value, str) else None
        if arn is not None and (arn.service, arn.kind) == ("batch", "job-queue"):
            return None if "/" in arn.name else str(value)  # it is a quota share's
    return None


def _paths(resources: Iterable[Resource]) -> dict[str, str]:
    parents = {resource["urn"]: resource.get("parent") for resource in resources}

    def path(urn: str) -> str:
        parent = parents.get(urn)
        inside = parent is not None and f"::{_STACK_TYPE}::" not in parent
        return f"{path(parent)}/{_name(urn)}" if inside and parent else _name(urn)

    return {urn: path(urn) for urn in parents}


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
