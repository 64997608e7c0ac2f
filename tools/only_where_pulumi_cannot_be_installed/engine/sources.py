"""The places an engine can come from, asked in order until one has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Unavailable(Exception):  # noqa: N818 - an answer, not a failure: the next source is asked
    """A source can't give an engine here; the message is the reason."""


class NoEngineError(Exception):
    """No source could give an engine; the message lists each with its reason."""


@dataclass(frozen=True)
class Source:
    """A place to get an engine from.

    Attributes:
        name: As the user sees it.
        bring: Returns the folder that holds the engine, or raises Unavailable. May take minutes.
    """

    name: str
    bring: Callable[[], Path]


def first_available(version: str, sources: Iterable[Source]) -> Path:
    """Return the folder of the first source that has an engine.

    Raises:
        NoEngineError: If none has.
    """
    tried: list[tuple[str, str]] = []
    for source in sources:
        try:
            return source.bring()
        except Unavailable as reason:  # noqa: PERF203 - each source is tried on its own
            tried.append((source.name, str(reason)))
    raise NoEngineError(no_engine_message(version, tried))


def no_engine_message(version: str, tried: Iterable[tuple[str, str]]) -> str:
    """Return what was tried, why each failed, and what to do."""
    lines = [f"finding the Pulumi CLI ({version}): none of these worked"]
    lines += [f"  {name}: {reason}" for name, reason in tried]
    lines.append("install Pulumi (https://www.pulumi.com/docs/install/) and run this again")
    return "\n".join(lines)
