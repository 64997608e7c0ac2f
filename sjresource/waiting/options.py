"""The arguments of a completion that say how to wait, held against what they mean.

They never reach a provider: a mistake in them would show only in the update, after the job was
submitted. So it is told where the completion is declared, with the value, which can be no secret.
"""

from __future__ import annotations

from typing import Any

import pulumi

from sjresource.checks.rules.own_arguments import plain_number, seconds
from sjresource.sanitize import plain
from sjresource.waiting.wait import Terms

_MOST_LINES = 10_000
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"""

_SHOWN = 40


def stated_terms(
    name: str, *, min_succeeded: Any, timeout_seconds: Any, on_failure: Any, log_lines: Any
) -> Terms:
    """Return the terms of the completion called `name`; numbers may be written as text.

    Raises:
        pulumi.RunError: one of them is not of its kind.
    """
    patience = None if timeout_seconds is None else seconds(timeout_seconds)
    if timeout_seconds is not None and patience is None:
        must = "timeout_seconds must be a number of seconds, more than 0; None waits without end"
        raise nonsense(name, f"{must}, got {shown(timeout_seconds)}")
    needed = None if min_succeeded is None else _whole(min_succeeded)
    if min_succeeded is not None and needed is None:
        must = "min_succeeded must be a whole number of jobs"
        raise nonsense(name, f"{must}, got {shown(min_succeeded)}")
    lines = _whole(log_lines)
    if lines is None or lines > _MOST_LINES:
        must = f"log_lines must be a whole number from 0 to {_MOST_LINES}"
        raise nonsense(name, f"{must}, got {shown(log_lines)}")
    if on_failure not in ("raise", "record"):
        raise nonsense(name, f"on_failure must be raise or record, got {shown(on_failure)}")
    return Terms(needed, patience, on_failure == "record", lines)


def shown(value: Any) -> str:
    """Show what was given in place of what can be no secret; of anything large, its kind."""
    if isinstance(value, pulumi.Output):
        return "an Output, whose value is not known at once"
    if isinstance(value, (str, int, float)) and len(str(value)) <= _SHOWN:
        return plain(repr(value))
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def nonsense(name: str, reason: str) -> pulumi.RunError:
    """Make the error for a completion that makes no sense."""
    return pulumi.RunError(f"declaring ServiceJobCompletion ({name}): {reason}")


def _whole(value: Any) -> int | None:
    number = plain_number(value)
    return int(number) if number is not None and number.is_integer() else None
