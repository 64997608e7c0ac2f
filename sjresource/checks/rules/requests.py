"""Every problem of a resource's arguments that can be found offline: shapes, bounds and rules.

Batch takes any payload and fails hours later, at the head of the queue, so a preview checks the
whole request against botocore's models (`checks/values/shapes.py`), the bounds that AWS gives in
words (`bounds`), and the rules. All problems are found at once, each with its path. Values are
never quoted, since they may be secret: only their type is. A number out of range is, where the
program says which paths are secret. What is still unknown is skipped.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, property_name
from sjresource.aws.payload import is_unknown, json_type
from sjresource.checks.rules.bounds import bounds_of
from sjresource.checks.rules.job import JOB_RULES
from sjresource.checks.rules.own_arguments import own_problems
from sjresource.checks.rules.queues import QUEUE_RULES
from sjresource.checks.values.job_arguments import PAYLOAD
from sjresource.checks.values.shapes import ShapeValidator
from sjresource.problem import Problem, join, mismatch
from sjresource.stack.inputs.output_text import is_output_text, output_texts
from sjresource.stack.inputs.secret_paths import paths_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sjresource.checks.values.job_arguments import JobArguments

LET_PASS = "let pass, since sjresource:validation is warn"  # noqa: S105 - no password


def job_problems(job: JobArguments) -> Iterator[Problem]:
    """Yield the problems of a service job, payload included.

    Regions are not checked where neither the queue's ARN nor the stack's config has one.
    """
    arguments = _own_left_out(job.properties)
    if job.payload:
        arguments[PAYLOAD] = job.payload
    yield from _without_consequences(job.properties, arguments, _job_problems(job))


def queue_problems(operation: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of a queue, an environment, a policy or a share made by `operation`."""
    problems = _queue_problems(operation, properties)
    yield from _without_consequences(properties, _own_left_out(properties), problems)


def failing(problems: Iterable[Problem], *, lenient: bool) -> list[Problem]:
    """Return the problems that fail; `sjresource:validation: warn` lets all pass but unsendable."""
    return [problem for problem in problems if problem.unsendable or not lenient]


def _job_problems(job: JobArguments) -> Iterator[Problem]:
    request = _request("SubmitServiceJob", job.properties)
    request[PAYLOAD] = ""  # it has a check of its own
    yield from _request_problems("SubmitServiceJob", request)
    yield from _payload_problems(job)
    for rule in JOB_RULES:
        yield from rule(job)


def _queue_problems(operation: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    request = _request(operation, properties)
    yield from _request_problems(operation, request)
    for rule in QUEUE_RULES[operation]:
        yield from rule(request)


def _request_problems(operation: str, request: Mapping[str, Any]) -> Iterator[Problem]:
    validator = ShapeValidator(name_of=property_name)
    problems = validator.problems(input_shape(operation), request, "")
    yield from _with_bounds(problems, operation, request, "")


def _payload_problems(job: JobArguments) -> Iterator[Problem]:
    """Yield the problems of a payload as a CreateTrainingJob request.

    `TrainingJobName` may be left out: the job's name stands in for it, and Batch gives the
    training job a name of its own anyway.
    """
    given = job.properties.get(PAYLOAD)
    if is_unknown(given):
        return
    if given is None or job.parse_error:
        yield Problem(PAYLOAD, job.parse_error or "is required", unsendable=True)
        return
    optional = frozenset({"TrainingJobName"})
    validator = ShapeValidator(name_of=str, optional=optional, as_text=True)
    shape = input_shape("CreateTrainingJob", "sagemaker")
    problems = validator.problems(shape, job.payload, PAYLOAD)
    yield from _with_bounds(problems, "CreateTrainingJob", job.payload, PAYLOAD)


def _with_bounds(
    problems: Iterable[Problem], operation: str, request: Mapping[str, Any], path: str
) -> Iterator[Problem]:
    """Yield `problems`, then those of values that have the right shape and are out of bounds."""
    misshapen = list(problems)
    yield from misshapen
    reported = [problem.path for problem in misshapen]
    for bounded, allowed in bounds_of(operation):
        for found, value in _values_at(request, bounded.split("."), path):
            if not _is_reported(found, reported) and not allowed.test(value):
                got = f"{json_type(value)}{_size(value)}{_line_break(value)}"
                number = value if isinstance(value, (int, float)) else None
                problem = mismatch(found, f"must be {allowed.meaning}", got)
                yield problem._replace(unsendable=allowed.is_ours, number=number)


def _without_consequences(
    properties: Mapping[str, Any], arguments: Mapping[str, Any], problems: Iterable[Problem]
) -> Iterator[Problem]:
    """Yield problems of Outputs' texts and of our own arguments, then `problems` elsewhere.

    The text of an Output has neither the form nor the length that is wanted of it, so other
    problems at its path only follow from it.
    """
    first = [*output_texts(arguments), *own_problems(properties)]
    reported = [problem.path for problem in first]
    yield from (_with_number(problem, properties) for problem in first)
    for problem in problems:
        if not (_is_reported(problem.path, reported) or is_output_text(problem.path)):
            yield _with_number(problem, properties)


def _with_number(problem: Problem, properties: Mapping[str, Any]) -> Problem:
    """Return a problem with its wrong number shown, if the program says that it is no secret."""
    secret = paths_in(properties)
    if problem.number is None or secret is None:
        return problem
    hidden = [[str(step) for step in path] for path in secret]
    steps = problem.path.replace("[", ".").replace("]", "").split(".")
    if any(steps[: len(path)] == path for path in hidden):
        return problem
    return problem.with_given(_digits(problem.number))


def _digits(number: float) -> str:
    """Return a number as text: the engine passes integers as floats."""
    if abs(number) > sys.float_info.max:
        return f"a number of {len(str(abs(number)))} digits"
    if abs(number) >= _EXACT:
        return f"{float(number):g}"
    return str(int(number) if float(number).is_integer() else number)


_EXACT = 2.0**53
"""Below it a float is the integer that the program gave."""


def _own_left_out(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a program's arguments, without the properties that sjresource or Pulumi adds."""
    return {
        name: value
        for name, value in properties.items()
        if name not in _ADDED and not name.startswith("__")
    }


_ADDED = frozenset(
    ("identity", "managed_in_program", "conflicts", "secret_paths", "max_instance_hours")
)


def _request(operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties that `operation` takes."""
    names = map(property_name, input_shape(operation).members)
    return {name: properties[name] for name in names if properties.get(name) is not None}


def _is_reported(path: str, reported: list[str]) -> bool:
    """Return whether a problem at or below `path` is known already."""
    return any(each == path or each.startswith((f"{path}.", f"{path}[")) for each in reported)


def _values_at(value: Any, steps: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """Yield the values at a path such as `a.b[].c`, each with its own path."""
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
    for position, item in enumerate(inner if isinstance(inner, (list, tuple)) else []):
        yield from _values_at(item, steps[1:], f"{join(path, name)}[{position}]")


def _line_break(value: Any) -> str:
    """Return words for a line break in a text, or in a map's names or values; else ""."""
    texts = [*value, *value.values()] if isinstance(value, dict) else [value]
    broken = any(isinstance(text, str) and ("\n" in text or "\r" in text) for text in texts)
    return "; it holds a line break" if broken else ""


def _size(value: Any) -> str:
    if isinstance(value, str):
        return f" of {len(value)} characters"
    return f" of {len(value)} items" if isinstance(value, (list, dict)) else ""
