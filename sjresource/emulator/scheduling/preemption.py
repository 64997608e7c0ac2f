"""Which running jobs are preempted: lowest priority first, of these the most recently started.

AWS considers "the number and type of instances a job is borrowing, relative priorities of the jobs
and the duration of the jobs, and applies a custom heuristic"
(https://docs.aws.amazon.com/batch/latest/userguide/preemption.html). Believed: the lowest
schedulingPriority first, of these the one that got its capacity last (at the
same time: that was submitted last); none at all if that would
still not be enough, and none that turns out not to be needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sjresource.emulator.scheduling.state import RunningJob


def choose_victims(
    candidates: Iterable[RunningJob],
    is_enough: Callable[[Sequence[RunningJob]], bool],
    may_preempt: Callable[[Sequence[RunningJob], RunningJob], bool],
) -> list[RunningJob]:
    """Return the jobs to preempt, none if all candidates together are not enough.

    `may_preempt` says whether one more job may be preempted beside those chosen so far.
    """
    chosen: list[RunningJob] = []
    for job in sorted(candidates, key=lambda job: (job.priority, -job.since, -job.sequence)):
        if is_enough(chosen):
            break
        if may_preempt(chosen, job):
            chosen.append(job)
    if not is_enough(chosen):
        return []
    for job in list(chosen):
        fewer = [other for other in chosen if other is not job]
        if fewer and is_enough(fewer):
            chosen = fewer
    return chosen
