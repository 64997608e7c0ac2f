"""Warnings of a provider's check, which can only fail: written where the engine shows them.

A check runs several times in one preview, so each is told once in half a minute.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.checks.values.kept_answers import KeptAnswers
from sjresource.sanitize import plain
from sjresource.stack.identity import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.problem import Problem

KEPT_SECONDS = 30.0

MANAGED = "this stack manages it, so this may be about to change"
LET_PASS = "let pass, since sjresource:validation is warn"  # noqa: S105 - no password

Told = KeptAnswers[int]

_told: Told = KeptAnswers(time.monotonic, KEPT_SECONDS)


def tell(
    noun: str, properties: Mapping[str, Any], problem: Problem, why: str, told: Told = _told
) -> None:
    """Write a problem to stderr that does not fail, and why it does not."""
    identity = properties.get("identity")
    known = isinstance(identity, str) and not is_unknown(identity)
    name = name_of(str(identity)) if known else "not known yet"
    said = plain(f"checking {noun} ({name}): {problem.path} {problem.reason}")
    text = f"warning: {said}; {why}\n"
    told.get(text, partial(sys.stderr.write, text))
