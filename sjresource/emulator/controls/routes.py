"""The routes under `/_emulator/`: clock, faults, rules, calls, behaviour, lost records.

They need a signature as all requests do. `docs/emulator.md` describes them.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, UnsetType

from sjresource.emulator.api.behaviour import Behaviour
from sjresource.emulator.clock import FASTEST
from sjresource.emulator.controls.faults import read_fault
from sjresource.emulator.executors.scripts import rule_from
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import json_response
from sjresource.emulator.protocol.user_json import (
    JSONObject,
    Seconds,
    decode,
    decode_members,
    read_json,
)
from sjresource.emulator.services.sts import LONGEST_VALIDITY
from sjresource.emulator.store.records import HOLDING_CAPACITY, LIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.clock import Clock
    from sjresource.emulator.controls.call_log import CallLog
    from sjresource.emulator.controls.faults import Faults
    from sjresource.emulator.executors.interface import Executor
    from sjresource.emulator.executors.scripts import ScriptRules
    from sjresource.emulator.lifecycle.lifecycle import Lifecycle
    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.services.sts import WebIdentities
    from sjresource.emulator.store.records import Job
    from sjresource.emulator.store.store import Store

PREFIX: Final = "/_emulator/"
_MOVING_SECONDS: Final = 10
_ADVANCING_SECONDS: Final = 50
"""Real time; callers wait for a minute."""


class _ClockRequest(JSONObject):
    advance: Seconds | UnsetType = UNSET
    rate: Annotated[float, Meta(ge=0, le=FASTEST)] | UnsetType = UNSET


class _FaultNumber(JSONObject):
    number: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class _Loss(JSONObject):
    action: Literal["expire", "vanish"]


class _IdentityRequest(JSONObject):
    seconds: Annotated[float, Meta(ge=1, le=LONGEST_VALIDITY)] = 3600


@dataclass
class ControlRoutes:
    """Answers the control routes; a wrong request is answered by 400 and the reason."""

    clock: Clock
    faults: Faults
    calls: CallLog
    rules: ScriptRules
    behaviour: Behaviour
    store: Store
    executor: Executor
    lifecycle: Lifecycle
    web_identities: WebIdentities

    def __post_init__(self) -> None:
        self._moving = threading.Lock()
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "clock"): lambda _: self._time(),
            ("POST", "clock"): self._move_clock,
            ("GET", "faults"): lambda _: {"faults": self.faults.pending()},
            ("POST", "faults"): lambda body: self.faults.add(read_fault(body)),
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "calls"): lambda _: {
                "counts": self.calls.counts(),
                "calls": [asdict(call) for call in self.calls.latest()],
            },
            ("GET", "jobs"): lambda _: {"jobs": self.store.job_counts()},
            ("DELETE", "calls"): lambda _: self.calls.clear(),
            ("POST", "rules"): lambda body: self.rules.add(rule_from(body, self.rules.default)),
            ("DELETE", "rules"): lambda _: self.rules.clear(),
            ("GET", "behaviour"): lambda _: asdict(self.behaviour),
            ("POST", "behaviour"): self._behave,
            ("POST", "web-identities"): self._issue_identity,
        }

    def answer(self, request: Request) -> Response:
        """Answer a control request."""
        route = request.path.removeprefix(PREFIX)
        try:
            if route.startswith("jobs/"):
                result = self._answer_job(request, route.removeprefix("jobs/"))
            else:
                result = self._route(request.method, route)(_body(request))
        except (ValueError, TypeError) as mistake:
            raise AWSError("ValidationException", str(mistake)) from None
        return json_response({} if result is None else result)

    def _route(self, method: str, route: str) -> Callable[[Any], Any]:
        handler = self._routes.get((method, route))
        if handler is None:
            raise AWSError(
                "UnknownOperationException", f"there is no {method} {PREFIX}{route}", 404
            )
        return handler

    def _time(self) -> dict[str, float]:
        return {"now": self.clock.now(), "rate": self.clock.rate}

    def _move_clock(self, body: Any) -> dict[str, float]:
        request = decode(body, _ClockRequest, "body")
        if not self._moving.acquire(timeout=_MOVING_SECONDS):
            raise ValueError("the clock is being moved by another request; wait until that is done")
        try:
            if request.rate is not UNSET:
                self.clock.set_rate(request.rate)
            if request.advance is not UNSET:
                self.clock.advance(request.advance, within=_ADVANCING_SECONDS)
        finally:
            self._moving.release()
        return self._time()

    def _clear_faults(self, body: Any) -> None:
        self.faults.clear(decode(body, _FaultNumber, "body").number)

    def _behave(self, body: Any) -> dict[str, Any]:
        for name, value in decode_members(body, Behaviour, "body").items():
            setattr(self.behaviour, name, value)
        return asdict(self.behaviour)

    def _issue_identity(self, body: Any) -> dict[str, Any]:
        seconds = decode(body, _IdentityRequest, "body").seconds
        return {"token": self.web_identities.issue(seconds)}

    def _answer_job(self, request: Request, job_id: str) -> dict[str, Any]:
        with self.store.transaction():
            job = self.store.job(job_id)
        if job is None:
            raise AWSError("ResourceNotFound", f"ServiceJob {job_id} does not exist", 404)
        if request.method == "POST":
            self._lose(job, _body(request))
            return {}
        return {"status": job.status, "waits_for": self.lifecycle.why_waiting(job)}

    def _lose(self, job: Job, body: Any) -> None:
        action = decode(body, _Loss, "body").action
        if (job.status in LIVE) == (action == "expire"):
            raise ValueError(f"{action} is for {'live' if action == 'vanish' else 'ended'} jobs")
        with self.store.transaction():
            self.store.remove_job(job.id)
        self.rules.forget(job.id)
        self.lifecycle.wake()
        if job.status in HOLDING_CAPACITY and job.training_job is not None:
            self.executor.stop(job.training_job)


def _body(request: Request) -> Any:
    if not request.body:
        return {}
    try:
        return read_json(request.body)
    except ValueError:
        raise ValueError("the body must be JSON") from None
