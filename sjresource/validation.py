"""What is wrong with a resource's arguments, found before anything is sent.

Batch takes any payload and fails hours later, at the head of the queue, so the whole request is
held against botocore's models at preview. Every problem is found at once, each with its path.
Values are never quoted, only their kind is: they may be secret. What is unknown yet is passed
over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.conformance import Conformance, Problem, join
from sjresource.identity import MARKS
from sjresource.naming import input_shape, property_name
from sjresource.payload import InvalidPayload, is_unknown, kind_of, parse_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def request_problems(operation: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Hold properties, under our names, against what Batch's `operation` takes and documents."""
    walk = Conformance(name_of=property_name)
    misshapen = list(walk.problems(input_shape(operation), properties, ""))
    yield from misshapen
    told = {problem.path for problem in misshapen}
    for path, bound in BOUNDS.get(operation, {}).items():
        for found, value in _values_at(properties, path.split("."), ""):
            if found not in told and not bound.allows(value):
                yield Problem(found, f"must be {bound.meaning}, got {kind_of(value)}{_size(value)}")


def payload_problems(value: Any) -> Iterator[Problem]:
    """Hold a service job's payload against SageMaker's CreateTrainingJob.

    `TrainingJobName` may be left out: the job's name stands in for it, and Batch gives the
    training job a name of its own anyway.
    """
    if is_unknown(value):
        return
    if value is None:
        yield Problem("service_request_payload", "is required")
        return
    try:
        payload = parse_payload(value)
    except InvalidPayload as error:
        yield Problem("service_request_payload", str(error))
        return
    walk = Conformance(name_of=str, optional=frozenset({"TrainingJobName"}))
    shape = input_shape("CreateTrainingJob", "sagemaker")
    yield from walk.problems(shape, payload, "service_request_payload")


class Bound(NamedTuple):
    """A bound that AWS only documents in words: what it is, and whether a value keeps it."""

    meaning: str
    allows: Callable[[Any], bool]


def _name(value: Any) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_-]{1,128}", str(value)))


def _between(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, (int, float)) or low <= value <= high


def _no_longer_than(length: int) -> Callable[[Any], bool]:
    return lambda value: not hasattr(value, "__len__") or len(value) <= length


_NAME = Bound("1 to 128 letters, digits, hyphens or underscores", _name)
_TAGS = Bound(
    f"at most {50 - len(MARKS)} tags, none of them named sjresource:… or aws:…",
    lambda value: (
        not isinstance(value, dict)
        or (
            len(value) <= 50 - len(MARKS)
            and not any(key.startswith(("sjresource:", "aws:")) for key in value)
        )
    ),
)

BOUNDS: dict[str, dict[str, Bound]] = {
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
    "SubmitServiceJob": {
        "job_name": _NAME,
        "client_token": Bound("1 to 64 characters", lambda value: len(str(value)) in range(1, 65)),
        "scheduling_priority": Bound("an integer from 0 to 9999", _between(0, 9999)),
        "retry_strategy.attempts": Bound("an integer from 1 to 10", _between(1, 10)),
        "retry_strategy.evaluate_on_exit": Bound("at most 5 conditions", _no_longer_than(5)),
        "retry_strategy.evaluate_on_exit[].on_status_reason": Bound(
            "at most 512 characters", _no_longer_than(512)
        ),
        "timeout_config.attempt_duration_seconds": Bound(
            "an integer of at least 1", _between(1, 2**31 - 1)
        ),
        "tags": _TAGS,
    },
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
    "CreateJobQueue": {
        "job_queue_name": _NAME,
        "priority": Bound("an integer from 0 to 1000", _between(0, 1000)),
        "job_state_time_limit_actions[].max_time_seconds": Bound(
            "an integer from 600 to 86400", _between(600, 86400)
        ),
        "tags": _TAGS,
    },
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateServiceEnvironment.html
    "CreateServiceEnvironment": {
        "service_environment_name": _NAME,
        "capacity_limits[].max_capacity": Bound("an integer of at least 0", _between(0, 2**31 - 1)),
        "tags": _TAGS,
    },
}


def _values_at(value: Any, steps: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """Find what stands at a path such as `a.b[].c`, with the path that it really has."""
    if is_unknown(value) or value is None:
        return
    if not steps:
        yield path, value
        return
    name, each = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    inner = value.get(name) if isinstance(value, dict) else None
    if not each:
        yield from _values_at(inner, steps[1:], join(path, name))
        return
    for position, item in enumerate(inner if isinstance(inner, list) else []):
        yield from _values_at(item, steps[1:], f"{join(path, name)}[{position}]")


def _size(value: Any) -> str:
    if isinstance(value, str):
        return f" of {len(value)} characters"
    return f" of {len(value)} items" if isinstance(value, (list, dict)) else ""
