"""Keeps what the engine's plugin submits in one update within `sjresource:maxInstanceHours`.

The preview has refused already what it knew of. This is for what it did not know, and for updates
without a preview. The plugin's process serves one operation, so the sum begins anew with each.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sjresource.checks.rules.instance_hours import max_instance_seconds
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.errors import RequestFailed
from sjresource.stack.identity import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping


ADVICE = (
    "bound the runs (StoppingCondition.MaxRuntimeInSeconds, attempts), run fewer at a time, or "
    "raise sjresource:maxInstanceHours"
)
NOT_KNOWN = (
    "how many instance-hours it may use is not known, and sjresource:maxInstanceHours is set"
)


class SubmittedHours:
    """What was submitted so far, by the jobs' identities. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[str, int] = {}

    def admit(self, limit: float | None, properties: Mapping[str, Any]) -> None:
        """Count a job that is about to be submitted; its arguments are all known.

        Raises:
            RequestFailed: with it, more may be used than `limit` hours, or nobody knows how much.
                The message has no hours, since they may follow from secrets.
        """
        if limit is None:
            return
        identity = str(properties["identity"])
        seconds = max_instance_seconds(JobArguments.parse(properties))
        with self._lock:
            others = sum(each for key, each in self._seconds.items() if key != identity)
            if seconds is None:
                seen = NOT_KNOWN
            elif not others + seconds <= limit * 3600:  # a limit that is no number allows none
                before = f"with the {len(self._seconds)} before it, " if self._seconds else ""
                seen = (
                    f"{before}it may use more instance-hours than "
                    "sjresource:maxInstanceHours allows"
                )
            else:
                self._seconds[identity] = seconds
                return
        raise RequestFailed("creating", "ServiceJob", name_of(identity), seen, ADVICE)


SUBMITTED = SubmittedHours()
