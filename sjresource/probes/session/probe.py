"""A probe: a small, documented experiment that tries one belief about AWS.

A function asks AWS and returns *facts*, plain JSON values by name; the probe has the values that
are believed. So a probe can't agree with itself: what was seen is compared by `differences`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.probes.session.session import Session

    Facts = dict[str, Any]
    """What was seen, by name: JSON values."""

Cost = Literal["free", "paid", "untried"]
"""`free` trains nothing; `paid` trains for minutes; `untried` is what no call can try."""


@dataclass(frozen=True)
class Words:
    """What is believed of a text: that it has these words, in any case."""

    words: str

    def __str__(self) -> str:
        return f"... {self.words} ..."


@dataclass(frozen=True)
class Probe:
    """One belief, and how it is tried."""

    name: str
    """By which results, `--only` and the emulator's switches refer to it."""
    question: str
    """What it asks."""
    belief: str
    """What is believed, in Markdown: a row of the table in docs/emulator.md."""
    source: str
    """The nearest thing that anybody says about it, in Markdown, with its address."""
    believed: Mapping[str, Any]
    """The facts that are expected."""
    operations: tuple[str, ...] = ()
    """The operations of Batch that it calls, beside those of its session."""
    cost: Cost = "free"
    minutes: int = 0
    """For how many minutes instances train, all together; 0 for what trains nothing."""
    run: Callable[[Session], Facts] | None = None
    """The experiment; None for what no call can try."""
    why_untried: str = ""
    """Why no call can try it."""
    believer: Literal["emulator", "sjresource"] = "emulator"
    """Who stands on the belief: the emulator alone, or the resources too."""


def probe(**described: Any) -> Callable[[Callable[[Session], Facts]], Probe]:
    """Make a probe of a function, whose docstring's first line is the question."""

    def make(run: Callable[[Session], Facts]) -> Probe:
        question = (run.__doc__ or "").partition("\n")[0]
        return Probe(question=question, run=run, **described)

    return make


def differences(believed: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each fact that was not seen as it is believed, with both; empty if all hold."""
    return {
        fact: {"believed": _as_json(expected), "seen": seen.get(fact)}
        for fact, expected in believed.items()
        if not _holds(expected, seen.get(fact))
    }


def _holds(expected: Any, seen: Any) -> bool:
    if isinstance(expected, Words):
        return isinstance(seen, str) and expected.words.lower() in seen.lower()
    return type(expected) is type(seen) and bool(expected == seen)


def _as_json(expected: Any) -> Any:
    return str(expected) if isinstance(expected, Words) else expected
