"""The arguments of functions, held against what they mean before AWS is asked about them.

A resource's arguments are checked by the engine's plugin, and a function's by nobody: a list for a
queue fails in botocore's words, and the text of an Output asks AWS about a job of that name. What
came in an Output may be secret, so only its kind is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import pulumi

from sjresource.aws.models import input_shape
from sjresource.checks.rules.bounds import bounds_of
from sjresource.checks.rules.own_arguments import region_problems, service_job_problems
from sjresource.checks.values.shapes import must_be_one_of
from sjresource.problem import Problem
from sjresource.stack.inputs.arguments import type_of
from sjresource.stack.inputs.output_text import HOLDS_OUTPUT_TEXT, is_output_text

Check = Callable[[str, Any], Iterable[Problem]]

_REQUIRED = frozenset({"job", "job_queue"})
_SHOWN = 80
"""Characters of a wrong text: what is longer is another thing, and its kind says so."""


class ArgumentError(pulumi.RunError, TypeError, ValueError):
    """An argument that a function can't mean anything by; Pulumi shows it without a traceback."""


def require_arguments(
    doing: str, arguments: Mapping[str, Any], *, plain_form: bool = True, lenient: bool = False
) -> None:
    """Refuse what names no job, queue, status or region.

    `plain_form` is a function that needs its values at once, and may show them; the other form has
    Outputs, which are passed over until they are known. `lenient` lets statuses pass that botocore
    does not know.

    Raises:
        ArgumentError: a sentence for each of them.
    """
    problems = [
        problem
        for name, value in arguments.items()
        for problem in _problems(name, value, plain_form=plain_form)
        if problem.unsendable or not lenient
    ]
    refuse(doing, problems)


def refuse(doing: str, problems: Iterable[Problem]) -> None:
    """Refuse if there is a problem.

    Raises:
        ArgumentError: there is.
    """
    lines = [f"{doing}: {each.path} {each.reason}" for each in problems]
    if lines:
        raise ArgumentError("\n".join(lines))


def is_awaited(value: Any) -> bool:
    """Whether a value is one that is known later."""
    return isinstance(value, (pulumi.Output, Awaitable))


def given(value: Any, *, shown: bool = True) -> str:
    """Say what was given: a value where it may be `shown`, and else its kind."""
    if value == "":
        return "an empty text"
    if value is None or (shown and isinstance(value, (str, bool, int, float))):
        said = repr(value)
        return said if len(said) <= _SHOWN else f"a text of {len(said)} characters"
    return type_of(value)


def _problems(name: str, value: Any, *, plain_form: bool) -> Iterator[Problem]:
    if value is None and name not in _REQUIRED:
        return
    if is_awaited(value):
        if plain_form:
            seen = f"is {type_of(value)}, and has to be known at once; use the _output form"
            yield Problem(name, seen, unsendable=True)
        return
    if is_output_text(value):
        yield Problem(name, HOLDS_OUTPUT_TEXT, unsendable=True)
        return
    for problem in _CHECKS[name](name, value):
        reason = problem.reason.partition(", got ")[0]
        hint = _hint(name, value)
        yield problem._replace(reason=f"{reason}, got {given(value, shown=plain_form)}{hint}")
        return


def _hint(name: str, value: Any) -> str:
    if isinstance(value, pulumi.Resource):
        output = "job_arn" if name == "job" else "job_queue_arn"
        return f"; give its {output} to the _output form" if name in _REQUIRED else ""
    return ""


def _documented(argument: str, name: str, value: Any) -> Iterator[Problem]:
    """Hold it against what AWS documents for a submission's argument."""
    allowed = dict(bounds_of("SubmitServiceJob"))[argument]
    if not isinstance(value, str) or not allowed.test(value):
        yield Problem(name, f"must be {allowed.meaning.replace('-', ' ')}", unsendable=True)


def _status(name: str, value: Any) -> Iterator[Problem]:
    known = input_shape("ListServiceJobs").members["jobStatus"].enum
    if value not in known:
        problem = must_be_one_of(name, value, known)
        yield problem._replace(unsendable=not isinstance(value, str) or not value)


_CHECKS: Mapping[str, Check] = {
    "job": lambda name, value: (
        each._replace(unsendable=True) for each in service_job_problems(name, value)
    ),
    "job_queue": partial(_documented, "job_queue"),
    "job_name": partial(_documented, "job_name"),
    "job_status": _status,
    "region": lambda name, value: (
        each._replace(unsendable=True) for each in region_problems(name, value)
    ),
}
