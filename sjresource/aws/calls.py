"""One call to AWS, and what its failure means.

Batch has no error for not-found: it is told from an empty answer or from its message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.errors import NotFound, RequestFailed, Unreachable
from sjresource.sanitize import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MISSING = ("does not exist", "not found", "doesn't exist", "could not be found")
_ABOUT_ITSELF = frozenset({"reading", "terminating", "tagging", "untagging", "deleting"})
"""What is missing in these calls can only be the thing that they name."""

_OF_THE_SERVICE = frozenset({"ClientException", "ResourceNotFoundException", "ResourceNotFound"})
"""A proxy, too, may say that something is not found; that is no word about a job."""

_BY_MESSAGE = (
    # A region that was not set is the usual cause: https://github.com/base2genomics/batchit/issues/13
    (
        r"(job ?queue|queue).*(not found|does not exist|doesn't exist)",
        "check the name in job_queue, and that aws:region is the queue's",
    ),
    (r"disabled", "enable it, or name another in job_queue"),
    (
        r"(type|SAGEMAKER_TRAINING).*queue|queue.*(type|SAGEMAKER_TRAINING)",
        "service jobs need a queue of the type SAGEMAKER_TRAINING",
    ),
    # https://github.com/boto/boto3/issues/3158
    (
        r"share ?identifier must be specified",
        "the queue has a fair-share policy: set share_identifier",
    ),
    (
        r"quota ?share ?name must be specified",
        "the queue has a quota-share policy: set quota_share_name",
    ),
    (
        r"(share ?identifier|quota ?share ?name) must not be",
        "the queue's policy does not use it: leave it out",
    ),
)

_THROTTLED = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "RequestLimitExceeded", "Throttling"}
)
TRANSIENT = _THROTTLED | {
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalServerError",
    "RequestExpired",
    "ServerException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
}
"""Errors that say nothing about the request: the same call may well succeed later."""

DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
"""Errors that say that the credentials may not do it."""


class BatchCalls:
    """Batch's operations by name, one call or one page at a time."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    @property
    def region(self) -> str:
        """Return the region that is asked."""
        return str(self._batch.meta.region_name)

    def _call(
        self, doing: str, noun: str, identifier: str, operation: str, **request: Any
    ) -> dict[str, Any]:
        return call(getattr(self._batch, operation), doing, noun, identifier, request)

    def _pages(
        self, doing: str, noun: str, identifier: str, operation: str, request: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        token: str | None = None
        while True:
            more = {"nextToken": token} if token else {}
            page = self._call(doing, noun, identifier, operation, **request, **more)
            if not page:
                raise unreadable(doing, noun, identifier)
            yield page
            token = page.get("nextToken")
            if not token:
                return


def call(
    operation: Any,
    doing: str,
    noun: str,
    identifier: str,
    request: Mapping[str, Any],
    *,
    raw: bool = False,
) -> dict[str, Any]:
    """Make one call of boto3's `operation`; its answer is harmless to a terminal, if not `raw`.

    Raises:
        NotFound: what the call names does not exist.
        RequestFailed: the service said no.
        Unreachable: there was no answer.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as boto3, see session

    try:
        answer: dict[str, Any] = operation(**request)
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        # `from None`: the engine shows a user the whole chain, and botocore's part adds nothing.
        about_itself = doing in _ABOUT_ITSELF and code in _OF_THE_SERVICE
        if about_itself and any(words in message for words in _MISSING):
            raise NotFound(doing, noun, identifier, message) from None
        help_ = advice(code, message, _iam_action(operation, error.operation_name))
        raise RequestFailed(
            doing, noun, identifier, f"{code}: {message}", help_, code=code
        ) from None
    except BotoCoreError as error:
        raise Unreachable(doing, noun, identifier, str(error)) from None
    answer.pop("ResponseMetadata", None)
    made_harmless: dict[str, Any] = answer if raw else harmless(answer)
    return made_harmless


def _iam_action(operation: Any, failed: str) -> str:
    """Name what was refused as IAM does; a role is assumed within the first call that needs it."""
    service = operation.__self__.meta.service_model.signing_name
    return f"{'sts' if failed.startswith('AssumeRole') else service}:{failed}"


def unreadable(doing: str, noun: str, identifier: str) -> Unreachable:
    """Botocore reads a garbled answer, such as a proxy's page, as an empty one."""
    return Unreachable(doing, noun, identifier, "the answer can't be read")


def only(found: list[dict[str, Any]], noun: str, identifier: str) -> dict[str, Any]:
    """Give the one thing that was described; one that is DELETED is not found."""
    if not found or found[0].get("status") == "DELETED":
        raise NotFound("reading", noun, identifier)
    return found[0]


def advice(code: str, message: str, operation: str) -> str | None:
    """Say what helps against a refusal of `operation`; None if that is unknown.

    `operation` is named as IAM names it, `batch:SubmitServiceJob`.
    """
    if code in DENIED:
        return f"allow these credentials {operation}"
    if code in _THROTTLED:
        return "AWS throttles this account; all tries are used up, run it again later"
    if code == "ExpiredTokenException":
        return "refresh the credentials"
    for pattern, help_ in _BY_MESSAGE if operation == "batch:SubmitServiceJob" else ():
        if re.search(pattern, message, re.IGNORECASE):
            return help_
    return None
