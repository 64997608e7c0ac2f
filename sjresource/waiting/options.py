"""The arguments of a completion that configure its wait, and their checks.

They never reach a provider, whose check would report a mistake in them only in the update, after
the job was submitted. So they are checked where the completion is declared. They can't be secret:
an error may quote them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from sjresource.checks.rules.own_arguments import plain_number, seconds
from sjresource.sanitize import plain

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

    def wrong(must: str, value: Any) -> pulumi.RunError:
        return invalid_argument(name, f"{must}, got {quoted(value)}")

    timeout = None if timeout_seconds is None else seconds(timeout_seconds)
    if timeout_seconds is not None and timeout is None:
        must = "timeout_seconds must be a number of seconds, more than 0; None waits without end"
        raise wrong(must, timeout_seconds)
    needed = None if min_succeeded is None else _whole(min_succeeded)
    if min_succeeded is not None and needed is None:
        raise wrong("min_succeeded must be a whole number of jobs", min_succeeded)
    lines = _whole(log_lines)
    if lines is None or lines > _MAX_LOG_LINES:
        raise wrong(f"log_lines must be a whole number from 0 to {_MAX_LOG_LINES}", log_lines)
    if on_failure not in ("raise", "record"):
        raise wrong("on_failure must be raise or record", on_failure)
    return WaitOptions(needed, timeout, on_failure == "record", lines)


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
