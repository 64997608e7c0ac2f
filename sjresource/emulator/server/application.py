"""The WSGI entry point: checks Host, Origin, size and signature, then dispatches.

A body is held in memory only once its signature is checked; `connections.py` bounds its size
before. Three things need no signature: `GET /_emulator/health`, STS's AssumeRoleWithWebIdentity,
whose token must be a trusted one, and the queue page, which has its own access token.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from sjresource.emulator.controls.faults import ConnectionCutError
from sjresource.emulator.controls.routes import PREFIX
from sjresource.emulator.protocol.errors import AWSError, ServerException, error_response
from sjresource.emulator.protocol.http_messages import (
    body_sha256,
    host_name,
    json_response,
    read_head,
    with_body,
)
from sjresource.emulator.server.connections import MOST_BYTES
from sjresource.emulator.server.router import operation_and_parameters
from sjresource.emulator.server.sigv4 import (
    claimed_service,
    claimed_signature,
    missing_signature,
)
from sjresource.emulator.store.damage import storage_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.emulator.controls.call_log import CallLog
    from sjresource.emulator.controls.faults import Faults
    from sjresource.emulator.controls.routes import ControlRoutes
    from sjresource.emulator.protocol.http_messages import Request, Response
    from sjresource.emulator.server.router import ServiceRouter
    from sjresource.emulator.server.sigv4 import Authenticator
    from sjresource.emulator.services.sts import WebIdentities
    from sjresource.page import PageApp

_LOG: Final = logging.getLogger(__name__)
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_UNSIGNED_ACTION: Final = "AssumeRoleWithWebIdentity"
_DEFAULT_REGION: Final = "us-east-1"
_MOST_UNSIGNED: Final = 64 * 1024
_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Application:
    """The WSGI application; `cut` closes the connection of an environment without an answer."""

    authenticator: Authenticator
    services: ServiceRouter
    control: ControlRoutes
    faults: Faults
    calls: CallLog
    web_identities: WebIdentities
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
            _check_origin(head.headers)
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
        if (head.method, head.target) == ("GET", f"{PREFIX}health"):
            return json_response({"status": "ok"})
        signature = claimed_signature(head)
        if signature is None:
            return self._answer_unsigned(head, environ)
        self.authenticator.verify(head, signature, body_sha256(environ))
        request = with_body(head, environ)
        if request.path.startswith(PREFIX):
            return self.control.answer(request)
        return self._answer_service(signature.service, signature.region, request)

    def _answer_unsigned(self, head: Request, environ: dict[str, Any]) -> Response:
        """Answer AssumeRoleWithWebIdentity, which callers without a key make; refuse all others."""
        length = head.headers.get("content-length", "0")
        if (head.method, head.target) != ("POST", "/") or int(length) > _MOST_UNSIGNED:
            raise missing_signature()
        request = with_body(head, environ)
        form = parse_qsl(request.body.decode("utf-8", "replace"))
        if [value for name, value in form if name == "Action"] != [_UNSIGNED_ACTION]:
            raise missing_signature()
        tokens = [value for name, value in form if name == "WebIdentityToken"]
        self.web_identities.require_trusted(tokens[0] if len(tokens) == 1 else "")
        return self._answer_service("sts", _DEFAULT_REGION, request)

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


def _check_origin(headers: Mapping[str, str]) -> None:
    """Refuse web pages of other sites, and names that others have bound to our address."""
    host = headers.get("host", "")
    name = host_name(host)
    if name not in _LOOPBACK and not name.endswith(".localhost"):
        raise AWSError("AccessDeniedException", "the Host header does not name this machine", 403)
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        raise AWSError("AccessDeniedException", "the Origin header names another site", 403)
