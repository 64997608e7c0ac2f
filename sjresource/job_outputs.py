"""What the state says of a service job beside its inputs: little, and no secrets. Pure.

The engine writes the whole state at each step, so a job's part of it is bounded: 2 KB. A completion
records every attempt with its whole reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.naming import answer_properties
from sjresource.payload import InvalidPayload, parse_payload
from sjresource.waits.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OUTPUTS = (
    "status",
    "status_reason",
    "attempts",
    "latest_attempt",
    "capacity_usage",
    "preemption_summary",
    "is_terminated",
    "created_at",
    "scheduled_at",
    "started_at",
    "stopped_at",
)
"""What DescribeServiceJob tells beside the request; never the payload, which may hold secrets."""

_ATTEMPTS_KEPT = 2
_REASON_LENGTH = 160

_QUOTED_LENGTH = 6
"""A provider is not told which values are secret. Reasons quote them, so all that a container gets
is masked in them, but for words so short that they would mask half of every sentence.
"""


def job_outputs(detail: Mapping[str, Any], props: Mapping[str, Any]) -> dict[str, Any]:
    """Give what DescribeServiceJob tells: the latest attempts, reasons cut and masked."""
    described = answer_properties("DescribeServiceJob", detail)
    outputs = {name: described[name] for name in OUTPUTS if described.get(name) is not None}
    mask = Mask(_values(props))
    _shorten(outputs, mask)
    for attempt in _latest_attempts(outputs):
        _shorten(attempt, mask)
    return outputs


def _shorten(said: dict[str, Any], mask: Mask) -> None:
    if said.get("status_reason"):
        said["status_reason"] = mask.text(said["status_reason"])[:_REASON_LENGTH]


def _latest_attempts(outputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Drop all but the latest attempts: Batch tells of preempted ones the newest first."""
    attempts = outputs.get("attempts", [])
    del attempts[:-_ATTEMPTS_KEPT]
    preempted = outputs.get("preemption_summary", {}).get("recent_preempted_attempts", [])
    del preempted[_ATTEMPTS_KEPT:]
    return [*attempts, *preempted]


def _values(props: Mapping[str, Any]) -> Iterator[str]:
    """Give what the container gets from the payload, and the tags."""
    try:
        payload = parse_payload(props.get("service_request_payload"))
    except InvalidPayload:  # a job that is only read may have any
        payload = {}
    algorithm = payload.get("AlgorithmSpecification")
    said = algorithm if isinstance(algorithm, dict) else {}
    maps = (payload.get("HyperParameters"), payload.get("Environment"), props.get("tags"))
    lists = (said.get("ContainerEntrypoint"), said.get("ContainerArguments"))
    values = [value for each in maps if isinstance(each, dict) for value in each.values()]
    values += [value for each in lists if isinstance(each, list) for value in each]
    for value in values:
        if isinstance(value, str) and len(value) >= _QUOTED_LENGTH:
            yield value
