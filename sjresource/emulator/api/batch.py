"""Batch behind HTTP: from a request to an operation of the table, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.api import OPERATIONS
from sjresource.emulator.api.call import Call
from sjresource.emulator.api.service_jobs import without_absent
from sjresource.emulator.api.tags import check_tags
from sjresource.emulator.protocol import model
from sjresource.emulator.protocol.http_messages import json_response

if TYPE_CHECKING:
    from sjresource.emulator.api.behaviour import Behaviour
    from sjresource.emulator.clock import Clock
    from sjresource.emulator.lifecycle.lifecycle import Lifecycle
    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.store.store import Store

_READING = ("Describe", "List", "Get")


class Batch:
    """Answers Batch's operations."""

    def __init__(
        self, store: Store, clock: Clock, lifecycle: Lifecycle, behaviour: Behaviour
    ) -> None:
        self._store = store
        self._clock = clock
        self._lifecycle = lifecycle
        self.behaviour = behaviour

    def answer(self, operation: str, region: str, request: Request) -> Response:
        """Run an operation of the table, and return its answer once its changes are committed.

        Raises AWSError to refuse.
        """
        parameters = model.parse(operation, request, self.behaviour.longest_request)
        check_tags(parameters)
        with self._store.transaction():
            now = round(self._clock.now() * 1000)
            call = Call(self._store, region, now, self.behaviour, self._lifecycle.fronts)
            answer = OPERATIONS[operation](call, parameters)
            if self.behaviour.leave_out_defaults:
                answer = model.without_defaults(operation, answer)
            model.check_answer(operation, answer)
            answer = without_absent(call, operation, answer)
        if not operation.startswith(_READING):
            self._lifecycle.wake()
        return json_response(answer)
