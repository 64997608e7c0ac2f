"""The WSGI entry point: a request that `access.py` allows goes to its service, or to a control."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.controls.faults import ConnectionCutError
from sjresource.emulator.controls.routes import PREFIX
from sjresource.emulator.protocol.errors import AWSError, ServerException, error_response
from sjresource.emulator.protocol.http_messages import (
    json_response,
    read_head,
)
from sjresource.emulator.server.access import is_health_check, require_own_site
from sjresource.emulator.server.connections import MOST_BYTES
from sjresource.emulator.server.router import operation_and_parameters
from sjresource.emulator.server.sigv4 import claimed_service
from sjresource.emulator.store.damage import storage_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sjresource.emulator.controls.call_log import CallLog
    from sjresource.emulator.controls.faults import Faults
    from sjresource.emulator.controls.routes import ControlRoutes
    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.server.access import Access
    from sjresource.emulator.server.router import ServiceRouter
    from sjresource.page import PageApp

_LOG: Final = logging.getLogger(__name__)
_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Application:
    """The WSGI application; `cut` closes the connection of an environment without an answer."""

    access: Access
    services: ServiceRouter
    control: ControlRoutes
    faults: Faults
    calls: CallLog
    page: PageApp
    cut: Callable[[dict[str, Any]], None]

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request; never raises."""
        if self.page.owns(environ):
            return self.page(environ, start_response)
        try:
            response = self._answer(environ)
        except ConnectionCutError:
            self.cut(environ)
            response = json_response({}, 503)  # goes nowhere
        headers = [each for each in response.headers.items() if each[0].lower() not in _HOP_BY_HOP]
        length = response.headers.get("Content-Length", response.headers.get("content-length"))
        if environ["REQUEST_METHOD"] != "HEAD" or length is None:
            length = str(len(response.body))
        headers.append(("Content-Length", length))
        start_response(response.status_line, headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _answer(self, environ: dict[str, Any]) -> Response:
        service = ""
        try:
            head = read_head(environ)
            require_own_site(head.headers)
            service = claimed_service(head) or _unsigned_service(head)
            _check_size(head, service)
            return self._answer_allowed(head, environ)
        except AWSError as error:
            return error_response(error, service)
        except ConnectionCutError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the server goes on
            return error_response(_unexpected(error), service)

    def _answer_allowed(self, head: Request, environ: dict[str, Any]) -> Response:
        if is_health_check(head):
            return json_response({"status": "ok"})
        service, region, request = self.access.allow(head, environ)
        if request.path.startswith(PREFIX):
            return self.control.answer(request)
        return self._answer_service(service, region, request)

    def _answer_service(self, service: str, region: str, request: Request) -> Response:
        operation, parameters = operation_and_parameters(service, request)
        status: int | None = None
        try:
            response = self.faults.apply(
                operation, parameters, lambda: self.services.answer(service, region, request)
            )
            status = response.status
        except AWSError as error:
            status = error.status
            raise
        finally:
            self.calls.record(service, operation, region, parameters, status)
        return response


def _check_size(head: Request, service: str) -> None:
    most = MOST_BYTES.get(service, MOST_BYTES[""])
    if int(head.headers.get("content-length", "0")) > most:
        message = f"the request's body is larger than {most} bytes"
        raise AWSError("RequestEntityTooLargeException", message, 413)


def _unsigned_service(head: Request) -> str:
    """Return "sts" for an unsigned form, so that STS's clients can read the refusal."""
    form = head.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "sts" if form and head.method == "POST" else ""


def _unexpected(error: Exception) -> AWSError:
    problem = storage_problem(error)
    if problem is not None:
        _LOG.error("answering a request: %s", problem)
        return AWSError("ServiceUnavailableException", problem, 503)
    # The request may hold secrets: the log says where we failed, not on what.
    _LOG.error("answering a request: an unexpected error", exc_info=error)
    return ServerException("the emulator failed; please report it")
