"""The routes under `/_emulator/`: clock, faults, rules, calls, behaviour, lost records.

They need the same signature as everything else. `docs/emulator.md` describes them for users.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.errors import AWSError
from sjresource.emulator.faults import read_fault
from sjresource.emulator.operations.call import Behaviour
from sjresource.emulator.records import LIVE, PLACED
from sjresource.emulator.simulation import Rule, scripts_from
from sjresource.emulator.wire import json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.calls import Calls
    from sjresource.emulator.clock import Clock
    from sjresource.emulator.faults import Faults
    from sjresource.emulator.lifecycle import Lifecycle
    from sjresource.emulator.records import Job
    from sjresource.emulator.simulation import Simulation
    from sjresource.emulator.store import Store
    from sjresource.emulator.training import Executor
    from sjresource.emulator.wire import Request, Response

PREFIX: Final = "/_emulator/"
_REPLAYS: Final = ("same-job", "reject")


class Control:
    """Answers the control routes; a request that is wrong is a 400 with the reason."""

    def __init__(
        self,
        *,
        clock: Clock,
        faults: Faults,
        calls: Calls,
        simulation: Simulation,
        behaviour: Behaviour,
        store: Store,
        executor: Executor,
        lifecycle: Lifecycle,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._calls = calls
        self._simulation = simulation
        self._behaviour = behaviour
        self._store = store
        self._executor = executor
        self._lifecycle = lifecycle
        self._routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "clock"): lambda _: self._time(),
            ("POST", "clock"): self._move_clock,
            ("GET", "faults"): lambda _: {"faults": faults.open_orders()},
            ("POST", "faults"): lambda body: faults.order(read_fault(body)),
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "calls"): lambda _: self._called(),
            ("GET", "jobs"): lambda _: {"jobs": store.job_counts()},
            ("DELETE", "calls"): lambda _: calls.clear(),
            ("POST", "rules"): self._add_rule,
            ("DELETE", "rules"): lambda _: simulation.clear(),
            ("GET", "behaviour"): lambda _: asdict(behaviour),
            ("POST", "behaviour"): self._behave,
        }

    def answer(self, request: Request) -> Response:
        """Carry out a control request."""
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
        return {"now": self._clock.now(), "rate": self._clock.rate}

    def _move_clock(self, body: Any) -> dict[str, float]:
        order = _object(body, {"advance", "rate"})
        if "rate" in order:
            self._clock.set_rate(_seconds(order["rate"], "rate"))
        if "advance" in order:
            self._clock.advance(_seconds(order["advance"], "advance"))
        return self._time()

    def _clear_faults(self, body: Any) -> None:
        number = _object(body, {"number"}).get("number")
        if number is not None and not isinstance(number, int):
            raise ValueError("number must be that of a fault")
        self._faults.clear(number)

    def _called(self) -> dict[str, Any]:
        return {
            "counts": self._calls.counts(),
            "calls": [asdict(call) for call in self._calls.latest()],
        }

    def _add_rule(self, body: Any) -> None:
        order = _object(body, {"job_name", "script", "count"})
        scripts = scripts_from(order.get("script"), self._simulation.default)
        self._simulation.add(Rule(str(order.get("job_name", "*")), scripts, order.get("count")))

    def _behave(self, body: Any) -> dict[str, Any]:
        order = _object(body, {known.name for known in fields(Behaviour)})
        if order.get("token_replay", "reject") not in _REPLAYS:
            raise ValueError(f"token_replay must be one of {', '.join(_REPLAYS)}")
        for name, value in order.items():
            setattr(self._behaviour, name, value)
        return asdict(self._behaviour)

    def _answer_job(self, request: Request, job_id: str) -> dict[str, Any]:
        with self._store.transaction():
            job = self._store.job(job_id)
        if job is None:
            raise AWSError("ResourceNotFound", f"ServiceJob {job_id} does not exist", 404)
        if request.method == "POST":
            self._lose(job, _body(request))
            return {}
        return {"status": job.status, "waits_for": self._lifecycle.why_waiting(job)}

    def _lose(self, job: Job, body: Any) -> None:
        action = _object(body, {"action"}).get("action")
        if action not in ("expire", "vanish"):
            raise ValueError("action must be expire or vanish")
        if (job.status in LIVE) == (action == "expire"):
            raise ValueError(f"{action} is for {'live' if action == 'vanish' else 'ended'} jobs")
        with self._store.transaction():
            self._store.remove_job(job.id)
        self._simulation.forget(job.id)
        self._lifecycle.wake()
        if job.status in PLACED and job.training_job is not None:
            self._executor.stop(job.training_job)


def _body(request: Request) -> Any:
    if not request.body:
        return {}
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise ValueError("the body must be JSON") from None


def _object(body: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - all mistakes alike
    unknown = set(body) - known
    if unknown:
        raise ValueError(f"unknown {', '.join(sorted(unknown))}")
    return body


def _seconds(value: Any, name: str) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValueError(f"{name} must be a number")  # noqa: TRY004 - all mistakes alike
    return float(value)
