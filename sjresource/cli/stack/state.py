"""The jobs, queues and secrets in a stack's state, read without decrypting anything. Pure.

A resource of the native provider is read as the dynamic one would be, by `stack/spelling/`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, parse_arn
from sjresource.cli.stack.order import program_order
from sjresource.status.masking import texts_in
from sjresource.vocabulary import NATIVE_PREFIX, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Resource = Mapping[str, Any]

_JOB_TYPE = f"{TYPE_PREFIX}ServiceJob"
_COMPLETION_TYPE = f"{TYPE_PREFIX}ServiceJobCompletion"
_STACK_TYPE = "pulumi:pulumi:Stack"

_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - not one itself
"""How a state marks a secret value.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
"""


@dataclass(frozen=True)
class StackJob:
    """A service job of the stack.

    `path` is the resource's name after those of its parent components, such as `nightly/train`;
    `label` is `resource` if that is unique in the stack, else `path`. `outputs` are as of the last
    `up` or `refresh`; `record` is what a completion has recorded of the job.
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
        """The job id in the ARN."""
        return name_in(self.arn)


@dataclass(frozen=True)
class StackQueue:
    """A job queue of the stack, of any provider."""

    resource: str
    path: str
    arn: str


def jobs_in(deployment: Mapping[str, Any]) -> list[StackJob]:
    """Return the stack's jobs in the program's order, without those that are only to be deleted."""
    resources = _live_resources(deployment)
    records = _records(resources)
    found = [resource for resource in resources if resource["type"] == _JOB_TYPE]
    paths = _paths(resources)
    names = Counter(_name(resource["urn"]) for resource in found)
    named = [(paths[resource["urn"]], resource["id"]) for resource in found]
    return [
        _job(found[index], paths[found[index]["urn"]], names, records)
        for index in program_order(named, _waited_for(resources))
    ]


def queues_in(deployment: Mapping[str, Any]) -> list[StackQueue]:
    """Return the stack's job queues in the state's order."""
    resources = _live_resources(deployment)
    paths = _paths(resources)
    return [
        StackQueue(_name(resource["urn"]), paths[resource["urn"]], arn)
        for resource in resources
        if (arn := _queue_arn(resource)) is not None
    ]


def holds_secrets(deployment: Mapping[str, Any]) -> bool:
    """Return whether AWS's messages about a job may quote a secret."""
    return any(True for _ in _secrets(_quotable(deployment)))


def secret_texts(deployment: Mapping[str, Any]) -> frozenset[str]:
    """Return the secrets in the jobs' payloads, from a state that was exported decrypted."""
    found: set[str] = set()
    for secret in _secrets(_quotable(deployment)):
        if "plaintext" in secret:
            found |= texts_in(json.loads(secret["plaintext"]))
    return frozenset(found)


def payload_secrets(resource: Resource, payload: str) -> frozenset[str]:
    """Return the secrets in a job's payload as Batch has it, without decrypting the state.

    The state says which parts of the job `resource`'s payload are secret, and Batch, in the JSON
    `payload`, has their values.
    """
    try:
        sent = json.loads(payload)
    except ValueError:
        sent = payload
    state = _as_dynamic(resource).get("inputs", {}).get("service_request_payload")
    return frozenset(_texts_at_secrets(state, sent))


def fails_up(job: StackJob, deployment: Mapping[str, Any]) -> bool:
    """Return whether every `pulumi up` fails while `job` is FAILED, as its completion does."""
    for resource in _resources(deployment):
        inputs = resource.get("inputs", {})
        if resource["type"] == _COMPLETION_TYPE and inputs.get("on_failure") != "record":
            if job.urn in (resource.get("dependencies") or []):
                return True
            if job.arn in _jobs_of(inputs):
                return True
    return False


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.get(_SIGNATURE_KEY) == _SECRET_SIGNATURE


def _texts_at_secrets(state: Any, sent: Any) -> set[str]:
    """Return all texts that `sent` has where `state` has a secret."""
    if _is_secret(state):
        return set(texts_in(sent))
    if isinstance(state, dict) and isinstance(sent, dict):
        pairs = [(value, sent[key]) for key, value in state.items() if key in sent]
    elif isinstance(state, list) and isinstance(sent, list):
        pairs = list(zip(state, sent, strict=False))
    else:
        return set()
    return {text for pair in pairs for text in _texts_at_secrets(*pair)}


def _quotable(deployment: Mapping[str, Any]) -> list[Any]:
    return [
        (resource.get("inputs", {}), resource.get("outputs", {}))
        for resource in _resources(deployment)
        if resource["type"] in (_JOB_TYPE, _COMPLETION_TYPE)
    ]


def _secrets(value: Any) -> Iterator[dict[str, Any]]:
    if _is_secret(value):
        yield value
    elif isinstance(value, dict):
        yield from _secrets(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _secrets(item)


def _live_resources(deployment: Mapping[str, Any]) -> list[Resource]:
    return [
        resource
        for resource in _resources(deployment)
        if not resource.get("delete") and not resource.get("pendingReplacement")
    ]


def _resources(deployment: Mapping[str, Any]) -> list[Resource]:
    return [_as_dynamic(resource) for resource in deployment.get("resources", [])]


def _as_dynamic(resource: Resource) -> Resource:
    """Return a native resource with type and properties of the dynamic one; others as they are."""
    if not resource["type"].startswith(NATIVE_PREFIX):
        return resource
    from sjresource.stack.spelling.resources import SPELLINGS  # noqa: PLC0415 - it loads botocore's models

    spelling = SPELLINGS.get(resource["type"])
    if spelling is None:
        return resource
    properties = {
        part: spelling.to_core(resource.get(part) or {}) for part in ("inputs", "outputs")
    }
    return {**resource, "type": spelling.dynamic_token, **properties}


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


def _waited_for(resources: Iterable[Resource]) -> list[list[str]]:
    """Return the ARNs of the jobs of each completion, as its program has them."""
    return [
        _jobs_of(resource.get("inputs", {}))
        for resource in resources
        if resource["type"] == _COMPLETION_TYPE
    ]


def _jobs_of(inputs: Mapping[str, Any]) -> list[str]:
    """Return the ARNs of a completion's jobs that are known; only the native one has names."""
    jobs, named = inputs.get("jobs"), inputs.get("named_jobs")
    given = [
        inputs.get("job"),
        *(jobs if isinstance(jobs, list) else []),
        *(named.values() if isinstance(named, dict) else []),
    ]
    return [arn for arn in given if isinstance(arn, str)]


def _records(resources: Iterable[Resource]) -> dict[str, Any]:
    """Return what completions have recorded, by the job's ARN."""
    return {
        record["job"]: record
        for resource in resources
        if resource["type"] == _COMPLETION_TYPE
        for record in _results(resource.get("outputs", {}))
        if record.get("job")
    }


def _results(outputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a completion's jobs, without what is a secret in them."""
    outcome = outputs.get("outcome", outputs)
    results = outcome.get("results") if isinstance(outcome, dict) else None
    return [
        {name: value for name, value in result.items() if not _is_secret(value)}
        for result in results or []
        if isinstance(result, dict) and not _is_secret(result)
    ]


def _queue_arn(resource: Resource) -> str | None:
    """Return a queue's ARN, which providers keep as the id or as an output; None for others."""
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
