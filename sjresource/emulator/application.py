"""The door of the emulator, as a WSGI application: who is let in, and how refusals look.

In order: foreign Hosts and Origins are refused, bodies are bounded, signatures are checked; then
control routes and services answer. Only `GET /_emulator/health` and STS's AssumeRoleWithWebIdentity
are unsigned, and the page, which has a door of its own.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from sjresource.emulator.control import PREFIX
from sjresource.emulator.errors import AWSError, ServerException, error_response
from sjresource.emulator.faults import ConnectionCutError
from sjresource.emulator.model import MAX_BODY_BYTES
from sjresource.emulator.services import operation_and_parameters
from sjresource.emulator.signatures import claimed_signature
from sjresource.emulator.wire import json_response, read_headers, read_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sjresource.emulator.authentication import Authenticator
    from sjresource.emulator.calls import Calls
    from sjresource.emulator.control import Control
    from sjresource.emulator.faults import Faults
    from sjresource.emulator.services import Services
    from sjresource.emulator.wire import Request, Response
    from sjresource.page import Site

_LOG: Final = logging.getLogger(__name__)
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_UNSIGNED_ACTION: Final = "AssumeRoleWithWebIdentity"
_DEFAULT_REGION: Final = "us-east-1"
_SCOPE_PARTS: Final = 5  # key/date/region/service/aws4_request
_LARGER: Final = frozenset({"s3", "logs"})
_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "transfer-encoding"})


class Application:
    """Takes WSGI requests; `cut` closes the connection of an environment without an answer."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        services: Services,
        control: Control,
        faults: Faults,
        calls: Calls,
        page: Site,
        cut: Callable[[dict[str, Any]], None],
    ) -> None:
        self._authenticator = authenticator
        self._services = services
        self._control = control
        self._faults = faults
        self._calls = calls
        self._page = page
        self._cut = cut

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request; never raises."""
        if self._page.owns(environ):
            return self._page(environ, start_response)
        try:
            response = self._answer(environ)
        except ConnectionCutError:
            self._cut(environ)
            response = json_response({}, 503)  # goes nowhere
        headers = [each for each in response.headers.items() if each[0].lower() not in _HOP_BY_HOP]
        length = response.headers.get("Content-Length", response.headers.get("content-length"))
        if environ["REQUEST_METHOD"] == "HEAD" and length is not None:
            headers.append(("Content-Length", length))
            body = b""
        else:
            body = response.body
            headers.append(("Content-Length", str(len(body))))
        start_response(response.status_line, headers)
        return [body]

    def _answer(self, environ: dict[str, Any]) -> Response:
        service = ""
        try:
            headers = read_headers(environ)
            _check_origin(headers)
            service = _claimed_service(headers)
            _check_size(headers, service)
            return self._answer_allowed(read_request(environ))
        except AWSError as error:
            return error_response(error, service)
        except ConnectionCutError:
            raise
        except Exception:  # noqa: BLE001 - whatever it was, the server goes on
            # The request may hold secrets: the log says where we failed, not on what.
            _LOG.exception("answering a request: an unexpected error")
            return error_response(ServerException("the emulator failed; please report it"), service)

    def _answer_allowed(self, request: Request) -> Response:
        if (request.method, request.target) == ("GET", f"{PREFIX}health"):
            return json_response({"status": "ok"})
        signature = claimed_signature(request)
        if signature is None:
            if _is_web_identity(request):
                return self._answer_service("sts", _DEFAULT_REGION, request)
            raise AWSError(
                "MissingAuthenticationTokenException",
                "the request is not signed; use profile sjresource-emulator of DATA/credentials",
                403,
            )
        self._authenticator.verify(request, signature)
        if request.path.startswith(PREFIX):
            return self._control.answer(request)
        return self._answer_service(signature.service, signature.region, request)

    def _answer_service(self, service: str, region: str, request: Request) -> Response:
        operation, parameters = operation_and_parameters(service, request)
        status: int | None = None
        try:
            response = self._faults.strike(
                operation, parameters, lambda: self._services.answer(service, region, request)
            )
            status = response.status
        except AWSError as error:
            status = error.status
            raise
        finally:
            self._calls.note(service, operation, region, parameters, status)
        return response


def _is_web_identity(request: Request) -> bool:
    """Tell whether this is the one call of STS that comes before any key."""
    if (request.method, request.target) != ("POST", "/"):
        return False
    pairs = parse_qsl(request.body.decode("utf-8", "replace"))
    return [value for name, value in pairs if name == "Action"] == [_UNSIGNED_ACTION]


def _check_origin(headers: dict[str, str]) -> None:
    """A browser's page, or a name that was bound to our address, must not drive the emulator."""
    host = headers.get("host", "")
    name = urlsplit(f"//{host}").hostname or ""
    if name not in _LOOPBACK and not name.endswith(".localhost"):
        raise AWSError("AccessDeniedException", "the Host header does not name this machine", 403)
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise AWSError("AccessDeniedException", "the Origin header names another site", 403)


def _check_size(headers: dict[str, str], service: str) -> None:
    length = headers.get("content-length", "0")
    if service not in _LARGER and length.isdigit() and int(length) > MAX_BODY_BYTES:
        message = f"the request's body is larger than {MAX_BODY_BYTES} bytes"
        raise AWSError("RequestEntityTooLargeException", message, 413)


def _claimed_service(headers: dict[str, str]) -> str:
    """Tell which service's protocol a refusal should speak, from a signature that may be false."""
    scope = (
        headers.get("authorization", "").partition("Credential=")[2].partition(",")[0].split("/")
    )
    return scope[3] if len(scope) == _SCOPE_PARTS else ""
