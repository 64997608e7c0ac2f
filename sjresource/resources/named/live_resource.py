"""One queue, environment, policy or share in AWS: found, changed in place, and waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, to_request
from sjresource.aws.payload import canonical
from sjresource.aws.waiters import (
    retry_while_in_use,
    retry_while_not_found,
    wait_until_gone,
    wait_until_settled,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.aws.batch import BatchClient, ResourceKind
    from sjresource.aws.waiters import WaiterClock

    Properties = Mapping[str, Any]
    Detail = dict[str, Any]

REMOVED_VALUES = {"state": "ENABLED", "job_state_time_limit_actions": []}
"""What an in-place property becomes when the program no longer names it; else None."""

_DEFAULT_TIMEOUTS = {"create": 60.0, "update": 60.0, "delete": 600.0}
"""Seconds, where `timeouts` names none. A queue is gone once the jobs in it have ended."""


def timeout_of(props: Properties, operation: str) -> float:
    """Return the most seconds that an operation waits."""
    return float((props.get("timeouts") or {}).get(operation) or _DEFAULT_TIMEOUTS[operation])


@dataclass(frozen=True)
class LiveResource:
    """One that exists, or has existed, in AWS."""

    client: BatchClient
    kind: ResourceKind
    arn: str
    clock: WaiterClock

    def find(self) -> Detail:
        """Return its description; Batch may not show it yet, and is asked for some seconds.

        Raises:
            NotFound: it is gone.
        """
        return retry_while_not_found(self._look, self.clock)

    def change(self, names: Iterable[str], news: Properties, timeout: float) -> None:
        """Set arguments to the values that they have in `news`; tags are left to others."""
        changed = {
            name: REMOVED_VALUES.get(name) if news.get(name) is None else canonical(news[name])
            for name in names
            if name != "tags"
        }
        request = to_request(input_shape(self.kind.update), changed)
        if request:
            self._update(request, timeout)

    def set_state(self, state: str, timeout: float) -> None:
        """Make it ENABLED or DISABLED, and wait until it is."""
        self._update({"state": state}, timeout)
        self.settled(timeout)

    def settled(self, timeout: float) -> Detail:
        """Return the detail once it is VALID or INVALID, or as it is after the timeout."""
        return wait_until_settled(self._look, self.clock, timeout)

    def wait_until_gone(self, timeout: float) -> None:
        """Wait for the end of a delete.

        Raises:
            WaitTimeout: it still exists after the timeout.
        """
        wait_until_gone(self._look, self.clock, timeout, self.kind.noun, self.arn)

    def _look(self) -> Detail:
        return self.client.find(self.kind, self.arn)

    def _update(self, request: Properties, timeout: float) -> None:
        referring = {self.kind.reference: self.arn, **request}
        retry_while_in_use(lambda: self.client.update(self.kind, referring), self.clock, timeout)
