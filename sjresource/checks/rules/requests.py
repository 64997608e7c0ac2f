"""What is wrong with a resource's arguments, found before anything is sent.

Batch takes any payload and fails hours later, at the head of the queue, so the whole request is
held against botocore's models at preview, and against what AWS only says in words: the tables in
`documented_bounds`, the rules of jobs and of the queue side. Every problem is found at once,
each with its path. Values are never quoted, only their kind is: they may be secret. A number out of
range is, where the program tells which places are secret. What is unknown yet is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, property_name
from sjresource.aws.payload import (
    InvalidPayload,
    is_unknown,
    kind_of,
    parse_payload,
    readable_payload,
)
from sjresource.checks.rules.bounds import BOUNDS
from sjresource.checks.rules.foreign_arns import foreign_arns
from sjresource.checks.rules.images import images_are_of_the_jobs_region
from sjresource.checks.rules.job import RULES
from sjresource.checks.rules.own_arguments import own_problems
from sjresource.checks.rules.queues import QUEUE_RULES
from sjresource.checks.rules.request_size import requests_fit
from sjresource.checks.values.shapes import Conformance
from sjresource.problem import Problem, join
from sjresource.stack.inputs.output_text import is_output_text, output_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def job_problems(properties: Mapping[str, Any], region: str | None = None) -> Iterator[Problem]:
    """Hold a service job, payload included, against everything that can be known of it offline.

    `region` is the stack's; None leaves regions unchecked where the queue is not an ARN.
    """
    yield from _each_told_once(properties, _job_problems(properties, region))


def queue_problems(operation: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Hold the arguments of a queue, an environment, a policy or a share against `operation`."""
    yield from _each_told_once(properties, _queue_problems(operation, properties))


def _job_problems(properties: Mapping[str, Any], region: str | None) -> Iterator[Problem]:
    payload = properties.get("service_request_payload")
    request = _of_operation("SubmitServiceJob", properties)
    request["service_request_payload"] = ""  # it has a check of its own
    yield from request_problems("SubmitServiceJob", request)
    yield from payload_problems(payload)
    readable = readable_payload(payload)
    for rule in RULES:
        yield from rule(request, readable)
    yield from foreign_arns(request, readable, region)
    yield from images_are_of_the_jobs_region(request, readable, region)
    yield from requests_fit(properties)


def _queue_problems(operation: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    request = _of_operation(operation, properties)
    yield from request_problems(operation, request)
    for rule in QUEUE_RULES[operation]:
        yield from rule(request)


def failing(problems: Iterable[Problem], *, lenient: bool) -> list[Problem]:
    """Leave out what `sjresource:validation: warn` lets pass: all that botocore can send."""
    return [problem for problem in problems if problem.unsendable or not lenient]


def request_problems(operation: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Hold properties, under our names, against what Batch's `operation` takes and documents."""
    walk = Conformance(name_of=property_name)
    misshapen = list(walk.problems(input_shape(operation), properties, ""))
    yield from misshapen
    told = [problem.path for problem in misshapen]
    for path, bound in BOUNDS[operation]:
        for found, value in _values_at(properties, path.split("."), ""):
            if not _is_told(found, told) and not bound.allows(value):
                seen = f"must be {bound.meaning}, got {kind_of(value)}{_size(value)}{_break(value)}"
                number = value if isinstance(value, (int, float)) else None
                yield Problem(found, seen, unsendable=bound.is_ours, number=number)


def payload_problems(value: Any) -> Iterator[Problem]:
    """Hold a service job's payload against SageMaker's CreateTrainingJob.

    `TrainingJobName` may be left out: the job's name stands in for it, and Batch gives the
    training job a name of its own anyway.
    """
    if is_unknown(value):
        return
    if value is None:
        yield Problem("service_request_payload", "is required", unsendable=True)
        return
    try:
        payload = parse_payload(value)
    except InvalidPayload as error:
        yield Problem("service_request_payload", str(error), unsendable=True)
        return
    walk = Conformance(name_of=str, optional=frozenset({"TrainingJobName"}), as_text=True)
    shape = input_shape("CreateTrainingJob", "sagemaker")
    yield from walk.problems(shape, payload, "service_request_payload")


def _each_told_once(
    properties: Mapping[str, Any], problems: Iterable[Problem]
) -> Iterator[Problem]:
    """Put first what is wrong with any argument, of AWS or ours, and leave out what follows of it.

    The text of an Output has neither the form nor the length that is wanted of it.
    """
    first = [*output_texts(_public(properties)), *own_problems(properties)]
    told = [problem.path for problem in first]
    yield from (_with_number(problem, properties) for problem in first)
    for problem in problems:
        if not (_is_told(problem.path, told) or is_output_text(problem.path)):
            yield _with_number(problem, properties)


def _with_number(problem: Problem, properties: Mapping[str, Any]) -> Problem:
    """Show the number that is wrong, where the program says that it is no secret."""
    places = properties.get("secret_paths")
    if problem.number is None or not isinstance(places, list):
        return problem
    hidden = [[str(step) for step in place] for place in places]
    path = problem.path.replace("[", ".").replace("]", "").split(".")
    if any(path[: len(place)] == place for place in hidden):
        return problem
    reason, _, hint = problem.reason.partition(", got a number")
    return problem._replace(reason=f"{reason}, got {_digits(problem.number)}{hint}")


def _digits(number: float) -> str:
    """Write a number out: the engine hands integers over as floats."""
    is_whole = abs(number) < _EXACT and float(number).is_integer()
    return str(int(number) if is_whole else number)


_EXACT = 2.0**53
"""Below it a float is the integer that the program gave."""


def _public(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not a program's argument; a payload in JSON is looked into."""
    shown = {
        name: value
        for name, value in properties.items()
        if name not in _PRIVATE and not name.startswith("__")
    }
    readable = readable_payload(properties.get("service_request_payload"))
    return {**shown, "service_request_payload": readable} if readable else shown


_PRIVATE = frozenset({"identity", "managed_in_program", "secret_paths", "max_instance_hours"})


def _of_operation(operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the arguments that are ours, not AWS's."""
    names = map(property_name, input_shape(operation).members)
    return {name: properties[name] for name in names if properties.get(name) is not None}


def _is_told(path: str, told: list[str]) -> bool:
    """Tell whether something at or below `path` has the wrong kind, which the bounds rely on."""
    return any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in told)


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


def _break(value: Any) -> str:
    """Say that a text, or a map's name or value, has a line break, which few places take."""
    texts = [*value, *value.values()] if isinstance(value, dict) else [value]
    broken = any(isinstance(text, str) and ("\n" in text or "\r" in text) for text in texts)
    return "; it holds a line break" if broken else ""


def _size(value: Any) -> str:
    if isinstance(value, str):
        return f" of {len(value)} characters"
    return f" of {len(value)} items" if isinstance(value, (list, dict)) else ""
