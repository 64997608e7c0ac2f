"""What is wrong with a resource's arguments, found before anything is sent.

Batch takes any payload and fails hours later, at the head of the queue, so the whole request is
held against botocore's models at preview. Every problem is found at once, each with its path.
Values are never quoted, only their kind is: they may be secret. What is unknown yet is passed
over.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.identity import MARKS
from sjresource.naming import input_shape, property_name
from sjresource.payload import InvalidPayload, is_unknown, kind_of, parse_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from botocore.model import Shape


class Problem(NamedTuple):
    """One mistake: where it is, and what must be there instead."""

    path: str
    reason: str


def request_problems(
    operation: str, properties: Mapping[str, Any], *, optional: Collection[str] = ()
) -> Iterator[Problem]:
    """Hold properties against what Batch's `operation` takes and documents.

    Args:
        operation: the operation that creates the resource.
        properties: the request's own properties, under our names.
        optional: members that the API requires but that we fill in.
    """
    walk = _Walk(name_of=property_name, optional=frozenset(optional))
    yield from walk.problems(input_shape(operation), properties, "")
    for path, bound in BOUNDS.get(operation, {}).items():
        for found, value in _values_at(properties, path.split("."), ""):
            if not is_unknown(value) and not bound.allows(value):
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
    walk = _Walk(name_of=str, optional=frozenset({"TrainingJobName"}))
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


@dataclass(frozen=True)
class _Walk:
    """One walk down a shape; `name_of` turns its members' names into the user's."""

    name_of: Callable[[str], str]
    optional: frozenset[str]

    def problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        if is_unknown(value) or value is None:
            return
        if not _is_kind(shape, value):
            yield Problem(path, f"must be {_article(shape)}, got {kind_of(value)}")
        elif shape.type_name == "structure":
            yield from self._structure_problems(shape, value, path)
        elif shape.type_name == "list":
            for position, item in enumerate(value):
                yield from self.problems(shape.member, item, f"{path}[{position}]")
            yield from _size_problems(shape, len(value), path, "items")
        elif shape.type_name == "map":
            for key, item in value.items():
                yield from self.problems(shape.value, item, f"{path}.{key}")
            yield from _size_problems(shape, len(value), path, "entries")
        else:
            yield from _scalar_problems(shape, value, path)

    def _structure_problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        known = {self.name_of(member): member for member in shape.members}
        for name in sorted(set(value) - set(known)):
            yield Problem(_join(path, name), f"is not known{_nearest(name, known)}")
        for member in shape.required_members:
            if value.get(self.name_of(member)) is None and member not in self.optional:
                yield Problem(_join(path, self.name_of(member)), "is required")
        for name, item in value.items():
            if name in known:
                yield from self.problems(shape.members[known[name]], item, _join(path, name))


def _scalar_problems(shape: Any, value: Any, path: str) -> Iterator[Problem]:
    if shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield Problem(path, f"must be one of {_some(shape.enum)}{_nearest(value, shape.enum)}")
        yield from _size_problems(shape, len(value), path, "characters")
    elif shape.type_name in ("integer", "long", "float", "double"):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            yield Problem(path, f"must be {_range(low, high)}")


def _size_problems(shape: Shape, size: int, path: str, unit: str) -> Iterator[Problem]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield Problem(path, f"must have {_range(low, high)} {unit}, got {size}")


def _is_kind(shape: Shape, value: Any) -> bool:
    kinds: dict[str, Callable[[Any], bool]] = {
        "structure": lambda v: isinstance(v, dict),
        "map": lambda v: isinstance(v, dict),
        "list": lambda v: isinstance(v, (list, tuple)),
        "string": lambda v: isinstance(v, str),
        "boolean": lambda v: isinstance(v, bool),
        "integer": _is_integer,
        "long": _is_integer,
        "float": _is_number,
        "double": _is_number,
    }
    return kinds.get(shape.type_name, lambda _: True)(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and float(value).is_integer()


def _article(shape: Shape) -> str:
    return {
        "structure": "an object",
        "map": "an object",
        "list": "a list",
        "string": "a string",
        "boolean": "a boolean",
        "integer": "an integer",
        "long": "an integer",
    }.get(shape.type_name, "a number")


def _range(low: Any, high: Any) -> str:
    if high is None:
        return f"at least {low}"
    return f"from {low or 0} to {high}"


def _size(value: Any) -> str:
    if isinstance(value, str):
        return f" of {len(value)} characters"
    return f" of {len(value)} items" if isinstance(value, (list, dict)) else ""


_SHOWN = 8


def _some(allowed: Collection[str]) -> str:
    shown = ", ".join(list(allowed)[:_SHOWN])
    return shown if len(allowed) <= _SHOWN else f"{shown}, … ({len(allowed)} in all)"


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


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
        yield from _values_at(inner, steps[1:], _join(path, name))
        return
    for position, item in enumerate(inner if isinstance(inner, list) else []):
        yield from _values_at(item, steps[1:], f"{_join(path, name)}[{position}]")
