"""Checks the arguments of functions before AWS is asked about them.

The engine's plugin checks a resource's arguments, and nobody a function's: a list for a queue would
fail in botocore's words, and the text of an Output would ask AWS about a job of that name. A value
that came in an Output may be secret, so only its type is shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

import pulumi

from sjresource.aws.models import input_shape
from sjresource.checks.rules.bounds import bounds_of
from sjresource.checks.rules.own_arguments import region_problems, service_job_problems
from sjresource.checks.values.shapes import must_be_one_of
from sjresource.problem import Problem
from sjresource.stack.inputs.arguments import type_of
from sjresource.stack.inputs.output_text import HOLDS_OUTPUT_TEXT, is_output_text

_REQUIRED = frozenset({"job", "job_queue"})
_SHOWN = 80
"""Characters of a wrong text: what is longer is something else, of which the type says enough."""


class ArgumentError(pulumi.RunError, TypeError, ValueError):
    """A function's argument is wrong; Pulumi shows this without a traceback."""


def require_arguments(
    doing: str, arguments: Mapping[str, Any], *, plain_form: bool = True, lenient: bool = False
) -> None:
    """Refuse arguments that can name no job, queue, status or region.

    The `plain_form` of a function needs its values at once, and may show them; the other form has
    Outputs, which are skipped until they are known. `lenient` lets statuses pass that botocore does
    not know.

    Raises:
        ArgumentError: a sentence for each of them.
    """
    problems: list[Problem] = []
    for name, value in arguments.items():
        passes = lenient and name == "job_status" and isinstance(value, str) and value
        if not passes:
            problems.extend(_problems(name, value, plain_form=plain_form))
    refuse(doing, problems)


def refuse(doing: str, problems: Iterable[Problem]) -> None:
    """Raise if there is a problem.

    Raises:
        ArgumentError: there is one.
    """
    lines = [f"{doing}: {each.path} {each.reason}" for each in problems]
    if lines:
        raise ArgumentError("\n".join(lines))


def is_awaited(value: Any) -> bool:
    """Return whether a value will be known only later."""
    return isinstance(value, (pulumi.Output, Awaitable))


def describe(value: Any, *, shown: bool = True) -> str:
    """Return a simple value as text if it may be `shown`, else its type."""
    if value == "":
        return "an empty text"
    if value is None or (shown and isinstance(value, (str, bool, int, float))):
        text = repr(value)
        return text if len(text) <= _SHOWN else f"a text of {len(text)} characters"
    return type_of(value)


def _problems(name: str, value: Any, *, plain_form: bool) -> Iterator[Problem]:
    if value is None and name not in _REQUIRED:
        return
    if is_awaited(value):
        if plain_form:
            reason = f"is {type_of(value)}, and has to be known at once; use the _output form"
            yield Problem(name, reason)
    elif is_output_text(value):
        yield Problem(name, HOLDS_OUTPUT_TEXT)
    else:
        problem = next(_CHECKS.get(name, _bound_problems)(name, value), None)
        if problem:
            yield problem.with_given(f"{describe(value, shown=plain_form)}{_hint(name, value)}")


def _hint(name: str, value: Any) -> str:
    if isinstance(value, pulumi.Resource) and name in _REQUIRED:
        output = "job_arn" if name == "job" else "job_queue_arn"
        return f"; give its {output} to the _output form"
    return ""


def _bound_problems(name: str, value: Any) -> Iterator[Problem]:
    """Yield a problem if a submission does not take the value under that name."""
    allowed = dict(bounds_of("SubmitServiceJob"))[name]
    if not isinstance(value, str) or not allowed.test(value):
        yield Problem(name, f"must be {allowed.meaning.replace('-', ' ')}")


def _status_problems(name: str, value: Any) -> Iterator[Problem]:
    known = input_shape("ListServiceJobs").members["jobStatus"].enum
    if value not in known:
        yield must_be_one_of(name, value, known)


_CHECKS: Mapping[str, Callable[[str, Any], Iterator[Problem]]] = {
    "job": service_job_problems,
    "job_status": _status_problems,
    "region": region_problems,
}
