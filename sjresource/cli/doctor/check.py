"""The result of one check: its status, what was found, and how to fix it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """A check of the doctor, as `--json` prints it; `fix` is None if there is nothing to fix.

    "unknown" is what can't be found out from here, or not without an effect.
    """

    name: str
    status: Literal["ok", "failed", "unknown"]
    message: str
    fix: str | None = None


def ok(name: str, message: str) -> Check:
    """Return a check that has passed."""
    return Check(name, "ok", message)


def failed(name: str, message: str, fix: str) -> Check:
    """Return a check that has failed, with its fix."""
    return Check(name, "failed", message, fix)


def unknown(name: str, message: str, fix: str | None = None) -> Check:
    """Return a check that could not be made, and what to do instead."""
    return Check(name, "unknown", message, fix)
