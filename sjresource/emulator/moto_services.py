"""The services that moto answers: S3, IAM, STS, CloudWatch Logs, SageMaker, and container Batch.

moto is loaded when one of them is first called. Its state is global to the process: emulators in
one process share buckets, roles and log groups (not queues and jobs).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from sjresource.emulator.errors import AWSError
from sjresource.emulator.wire import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.wire import Request

SERVICES: Final = {
    "s3": "s3.{region}.amazonaws.com",
    "iam": "iam.amazonaws.com",
    "sts": "sts.{region}.amazonaws.com",
    "logs": "logs.{region}.amazonaws.com",
    "sagemaker": "api.sagemaker.{region}.amazonaws.com",
    "batch": "batch.{region}.amazonaws.com",
}
"""Each service's signing name, and the host by which moto knows it."""

_LOADING: Final = threading.Lock()


def answer(request: Request, service: str, region: str) -> Response:
    """Have moto answer; raises AWSError if it can't."""
    host = SERVICES[service].format(region=region)
    status, headers, body = _process(f"https://{host}{request.target}", request)
    return Response(
        int(status), _plain(headers), body if isinstance(body, bytes) else body.encode()
    )


def _process(url: str, request: Request) -> tuple[int, Any, Any]:
    headers = HTTPHeaders.from_dict(dict(request.headers))
    prepared = AWSPreparedRequest(request.method, url, headers, request.body, stream_output=False)
    answered = _moto()(prepared)
    if answered is None:
        raise AWSError("InvalidAction", "the emulator does not know this operation", 404)
    status, answered_headers, body = answered
    return status, answered_headers, body


def _moto() -> Callable[[Any], Any]:
    with _LOADING:  # imports are slow, and moto's registries are filled by them
        from moto.core.botocore_stubber import BotocoreStubber  # noqa: PLC0415 - only if needed

        return BotocoreStubber().process_request


def _plain(headers: Any) -> dict[str, str]:
    pairs = headers.items() if hasattr(headers, "items") else headers
    return {str(name): str(value) for name, value in pairs}
