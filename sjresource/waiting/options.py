"""The arguments of a completion that configure its wait, and their checks.

They never reach a provider, whose check would report a mistake in them only in the update, after
the job was submitted. So they are checked where the completion is declared. There they can't be
secret: an error may quote them. In the native provider they can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.checks.rules.own_arguments import plain_number, seconds
from sjresource.problem import Problem
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

_MAX_LOG_LINES = 10_000
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"""

_MAX_QUOTED = 40


@dataclass(frozen=True)
class WaitOptions:
    """How a completion waits; see `ServiceJobCompletion` for what each argument means."""

    min_succeeded: int | None = None
    timeout_seconds: float | None = None
    records_failures: bool = False
    log_lines: int = 20


def read_options(
    name: str, *, min_succeeded: Any, timeout_seconds: Any, on_failure: Any, log_lines: Any
) -> WaitOptions:
    """Return the options of the completion called `name`; numbers may be text.

    Raises:
        pulumi.RunError: one of them has a wrong type or value.
    """
    given = {
        "min_succeeded": min_succeeded,
        "timeout_seconds": timeout_seconds,
        "on_failure": on_failure,
        "log_lines": log_lines,
    }
    for problem in option_problems(given):
        raise invalid_argument(name, f"{problem.path} {problem.reason}")
    return options_of(given)


def options_of(given: Mapping[str, Any]) -> WaitOptions:
    """Return the options that are given under the names of the arguments, all of them right."""
    needed, timeout = given.get("min_succeeded"), given.get("timeout_seconds")
    return WaitOptions(
        None if needed is None else _whole(needed),
        None if timeout is None else seconds(timeout),
        given.get("on_failure") == "record",
        _whole(given["log_lines"]) or 0 if "log_lines" in given else WaitOptions.log_lines,
    )


def option_problems(given: Mapping[str, Any], hidden: Container[str] = ()) -> Iterator[Problem]:
    """Yield what is wrong with each option that is given; the values of `hidden` are not quoted."""
    for name, (must, is_right) in _OPTIONS.items():
        if name in given and not is_right(given[name]):
            shown = "" if name in hidden else f", got {quoted(given[name])}"
            yield Problem(name, f"{must}{shown}")


def _is_line_count(value: Any) -> bool:
    lines = _whole(value)
    return lines is not None and lines <= _MAX_LOG_LINES


_OPTIONS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "timeout_seconds": (
        "must be a number of seconds, more than 0; None waits without end",
        lambda value: value is None or seconds(value) is not None,
    ),
    "min_succeeded": (
        "must be a whole number of jobs",
        lambda value: value is None or _whole(value) is not None,
    ),
    "log_lines": (f"must be a whole number from 0 to {_MAX_LOG_LINES}", _is_line_count),
    "on_failure": ("must be raise or record", lambda value: value in ("raise", "record")),
}


def quoted(value: Any) -> str:
    """Return a short value as an error quotes it, and anything else by its type."""
    if isinstance(value, pulumi.Output):
        return "an Output, whose value is not known at once"
    if isinstance(value, (str, int, float)) and len(str(value)) <= _MAX_QUOTED:
        return plain(repr(value))
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def invalid_argument(name: str, reason: str) -> pulumi.RunError:
    """Return the error for a wrong argument of the completion called `name`."""
    return pulumi.RunError(f"declaring ServiceJobCompletion ({name}): {reason}")


def _whole(value: Any) -> int | None:
    number = plain_number(value)
    return int(number) if number is not None and number.is_integer() else None
