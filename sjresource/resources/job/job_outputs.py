"""The outputs of a service job, which the state keeps beside its inputs: few, no secrets. Pure.

The engine writes the whole state at each step, so a job's part of it is bounded to 2 KB. A
completion records every attempt with its whole reason. Left out is what says nothing:

| what                                    | because                                            |
| --------------------------------------- | -------------------------------------------------- |
| what is empty, zero or false            | None says so, too                                  |
| `attempts`, as long as there is one     | `latest_attempt`, the times and the reason have it |
| the reason of a success                 | it is always the same                              |
| the capacity that the job uses          | its payload asks for that                          |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.models import answer_properties
from sjresource.stack.inputs.secret_paths import texts_at
from sjresource.status.masking import Mask, texts_in

if TYPE_CHECKING:
    from collections.abc import Mapping

OUTPUTS = (
    "status",
    "status_reason",
    "attempts",
    "latest_attempt",
    "preemption_summary",
    "is_terminated",
    "created_at",
    "scheduled_at",
    "started_at",
    "stopped_at",
)
"""Members of DescribeServiceJob beside the request. The payload may contain secrets."""

OTHER_RUNS = ("orphans", "recorded_runs")
"""ARNs of other live jobs of the resource; a refresh drops those that have ended."""

OUTPUT_NAMES = (*OUTPUTS, "record_expired", "resolved_arn", *OTHER_RUNS, "registered_at")
"""All outputs that are no inputs."""

NOT_INPUTS = (*OUTPUT_NAMES, "capacity_usage")
"""All that a state has of a job beside its inputs, and that an older one may have."""

_ATTEMPTS_KEPT = 2
_REASON_LENGTH = 160
_CUT = "…"
_WORDS = ("status_reason", "attempts", "latest_attempt", "preemption_summary")


def job_outputs(detail: Mapping[str, Any], props: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs: the latest attempts only, and reasons shortened, with secrets masked."""
    described = answer_properties("DescribeServiceJob", detail)
    outputs = {name: described[name] for name in OUTPUTS if described.get(name)}
    if _has_one_attempt(outputs):
        del outputs["attempts"]
    if outputs["status"] == "SUCCEEDED":
        outputs.pop("status_reason", None)
    mask = Mask(_secrets(props))
    _shorten(outputs, mask)
    for attempt in _latest_attempts(outputs):
        _shorten(attempt, mask)
    return _masked(outputs, mask)


def masked_again(outputs: Mapping[str, Any], props: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs of a state with what has become a secret since masked, too."""
    return _masked(outputs, Mask(_secrets(props)))


def _masked(outputs: Mapping[str, Any], mask: Mask) -> dict[str, Any]:
    """Mask AWS's words; a training job's name begins with the payload's TrainingJobName."""
    words = {name: _masked_words(outputs[name], mask) for name in _WORDS if name in outputs}
    return {**outputs, **words}


def _masked_words(value: Any, mask: Mask) -> Any:
    """Mask every text in a value; of one that was shortened, also a secret's beginning."""
    if isinstance(value, dict):
        return {name: _masked_words(each, mask) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked_words(each, mask) for each in value]
    if isinstance(value, str) and len(value) == _REASON_LENGTH:
        return mask.text(f"{value}{_CUT}").removesuffix(_CUT)[:_REASON_LENGTH]
    return mask.everything(value)


def _has_one_attempt(outputs: Mapping[str, Any]) -> bool:
    """Return whether the latest attempt is the only one that has ended."""
    latest = outputs.get("latest_attempt", {}).get("service_resource_id")
    ended = [each.get("service_resource_id") for each in outputs.get("attempts", ())]
    return latest is not None and ended == [latest]


def _shorten(described: dict[str, Any], mask: Mask) -> None:
    if described.get("status_reason"):
        described["status_reason"] = mask.text(described["status_reason"])[:_REASON_LENGTH]


def _latest_attempts(outputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Drop all but the latest attempts; Batch lists preempted ones with the newest first."""
    attempts = outputs.get("attempts", [])
    del attempts[:-_ATTEMPTS_KEPT]
    preempted = outputs.get("preemption_summary", {}).get("recent_preempted_attempts", [])
    del preempted[_ATTEMPTS_KEPT:]
    return [*attempts, *preempted]


def _secrets(props: Mapping[str, Any]) -> frozenset[str]:
    """Return the secret texts; where nobody has looked for any, all that a reason may quote."""
    known = texts_at(props)
    if known is not None:
        return known
    return texts_in(props.get("service_request_payload")) | texts_in(props.get("tags"))
