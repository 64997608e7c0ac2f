"""Tries probes one after the other: each held, differs, or was not tried, for a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sjresource.errors import SjresourceError
from sjresource.probes.session.calls import NotTriedError
from sjresource.probes.session.probe import differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sjresource.probes.session.calls import Answer
    from sjresource.probes.session.probe import Probe
    from sjresource.probes.session.session import Session

Verdict = Literal["held", "differs", "not tried"]

INTERRUPTED = "the run was interrupted"


@dataclass(frozen=True)
class Trial:
    """What came of one probe. `answers` are the calls that it made itself."""

    probe: Probe
    verdict: Verdict
    facts: dict[str, Any] = field(default_factory=dict)
    differs: dict[str, dict[str, Any]] = field(default_factory=dict)
    reason: str = ""
    """Why it was not tried."""
    answers: tuple[Answer, ...] = ()


def try_each(
    probes: Iterable[Probe],
    session: Session,
    *,
    paid: bool,
    tell: Callable[[Trial], None],
    trials: list[Trial],
) -> None:
    """Try probes in their order, and append what came of each to `trials`, also when interrupted.

    `tell` is called after each; without `paid` those that train are not tried.
    """
    left = list(probes)
    try:
        while left:
            trial = _try_one(left[0], session, paid=paid)
            trials.append(trial)
            del left[0]
            tell(trial)
    finally:
        trials += [Trial(each, "not tried", reason=INTERRUPTED) for each in left]


def _try_one(probe: Probe, session: Session, *, paid: bool) -> Trial:
    if probe.run is None:
        return Trial(probe, "not tried", reason=f"no call can try it: {probe.why_untried}")
    if probe.cost == "paid" and not paid:
        return Trial(probe, "not tried", reason="it trains for minutes, which costs: see --paid")
    session.calls.clear()
    try:
        facts = probe.run(session)
        differs = differences(probe.believed, facts)
    except (NotTriedError, SjresourceError) as error:
        return Trial(probe, "not tried", reason=str(error), answers=_answers(session))
    except (AttributeError, KeyError, LookupError, TypeError, ValueError) as error:
        # The experiment reads answers as they are believed to be: another shape is a finding.
        seen = f"an answer of another shape: {type(error).__name__}: {error}"
        shape = {"shape": {"believed": "the members that the probe reads", "seen": seen}}
        return Trial(probe, "differs", {"shape": seen}, shape, answers=_answers(session))
    verdict: Verdict = "differs" if differs else "held"
    return Trial(probe, verdict, facts, differs, answers=_answers(session))


def _answers(session: Session) -> tuple[Answer, ...]:
    return tuple(session.calls.answers)
