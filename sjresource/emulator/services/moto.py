"""Lets moto answer: S3, IAM, STS, CloudWatch Logs, SageMaker, and Batch's queues for containers.

moto is loaded at the first such call. Its state is global to the process: emulators in one process
share buckets, roles and log groups. `s3.py` and `logs.py` keep what must survive a restart; the
rest of moto's state is lost then.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Response, host_name
from sjresource.emulator.store.damage import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.emulator.protocol.http_messages import Request

    Ask = Callable[[Request, str], Response]

HOSTS: Final = {
    "s3": "s3.{region}.amazonaws.com",
    "iam": "iam.amazonaws.com",
    "sts": "sts.{region}.amazonaws.com",
    "logs": "logs.{region}.amazonaws.com",
    "sagemaker": "api.sagemaker.{region}.amazonaws.com",
    "batch": "batch.{region}.amazonaws.com",
}
"""Each service's signing name, and the host by which moto knows it."""

_LOADING: Final = threading.Lock()
_MISSING: Final = "Not yet implemented"
_MOST_SUCCESSFUL: Final = 299
_LOG: Final = logging.getLogger(__name__)


class Persistence(Protocol):
    """Keeps a service's state on disk; `ask` sends a request to moto, for a region."""

    def restore(self, ask: Ask) -> None:
        """Send moto what was kept; called before the service's first request."""

    def persist(self, request: Request, region: str, ask: Ask) -> None:
        """Keep what a successful request has changed."""

    def close(self) -> None:
        """Close the files."""


class MotoServices:
    """Lets moto answer, and a service's persistence keep what has changed.

    A service whose persistence is damaged refuses everything; the others go on.
    """

    def __init__(self, persistences: Mapping[str, Persistence | DamagedError]) -> None:
        self._persistences = persistences
        self._restored: set[str] = set()
        self._restoring = threading.Lock()

    def answer(self, service: str, region: str, request: Request) -> Response:
        """Return the answer to a request; AWSError if moto lacks the operation."""
        persistence = self._persistences.get(service)
        if persistence is None:
            return _ask_moto(service, region, request)
        if isinstance(persistence, DamagedError):
            raise AWSError("ServiceUnavailable", str(persistence), 503)

        def ask(request: Request, region: str) -> Response:
            return _ask_moto(service, region, request)

        with self._restoring:
            if service not in self._restored:
                persistence.restore(ask)
                self._restored.add(service)
        response = ask(request, region)
        if response.status <= _MOST_SUCCESSFUL:
            persistence.persist(request, region, ask)
        return response


def _ask_moto(service: str, region: str, request: Request) -> Response:
    url = f"https://{_host(service, region, request)}{request.target}"
    headers = HTTPHeaders.from_dict(dict(request.headers))
    prepared = AWSPreparedRequest(request.method, url, headers, request.body, stream_output=False)
    try:
        answered = _moto()(prepared)
    except NotImplementedError:
        answered = None
    except Exception as error:  # noqa: BLE001 - moto checks little of what it is asked
        raise _unreadable(service, error) from None
    if answered is None or answered[2] == _MISSING:
        raise AWSError(
            "UnknownOperationException",
            f"the emulator does not emulate this operation of {service}: moto does not have it",
            404,
        )
    status, answered_headers, body = answered
    return Response(
        int(status), _plain(answered_headers), body if isinstance(body, bytes) else body.encode()
    )


def _unreadable(service: str, error: Exception) -> AWSError:
    """Return the refusal of a request on which moto fails, without the request's content."""
    _LOG.warning("asking moto (%s): it fails by %s", service, type(error).__name__)
    return AWSError(
        "ValidationException",
        f"moto, which answers for {service}, can't make anything of this request: "
        f"{type(error).__name__}",
    )


def _host(service: str, region: str, request: Request) -> str:
    """Return the host by which moto knows the service, with S3's bucket before it."""
    host = HOSTS[service].format(region=region)
    called = host_name(request.headers.get("host", ""))
    bucket = called.removesuffix(".localhost")
    return f"{bucket}.{host}" if service == "s3" and bucket != called else host


def _moto() -> Callable[[AWSPreparedRequest], Any]:
    with _LOADING:  # imports are slow, and moto's registries are filled by them
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415 - only if needed

        return BotocoreStubber().process_request


def _plain(headers: Any) -> dict[str, str]:
    pairs = headers.items() if hasattr(headers, "items") else headers
    return {str(name): str(value) for name, value in pairs}
