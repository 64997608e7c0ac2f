"""Makes one call to AWS, and maps its errors to ours.

Batch has no error code for not-found: it shows in an empty answer or in the message. AWS documents
no messages: the patterns are from answers in public threads and from its field descriptions. An
error without advice here is shown in AWS's words alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.emulator_shell import stale_shell_advice
from sjresource.errors import NotFound, RequestFailed, Unreachable
from sjresource.sanitize import plain, sanitized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_MISSING = ("does not exist", "not found", "doesn't exist", "could not be found")
_NAMES_ITS_RESOURCE = frozenset({"reading", "terminating", "tagging", "untagging", "deleting"})
"""What these calls do not find can only be the resource that they name."""

_SERVICE_CODES = frozenset({"ClientException", "ResourceNotFoundException", "ResourceNotFound"})
"""The codes by which Batch itself reports a not-found: a proxy's says nothing about a job."""

_ADVICE = (
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
"""Errors that are not about the request: the same call may succeed later."""

DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"})
"""Errors for missing permissions."""


class BatchCalls:
    """Calls Batch's operations by name, one call or one page at a time."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    @property
    def region(self) -> str:
        """The region of the client."""
        return str(self._batch.meta.region_name)

    def _call(
        self, doing: str, noun: str, identifier: str, operation: str, **request: Any
    ) -> dict[str, Any]:
        return call(getattr(self._batch, operation), doing, noun, identifier, request)

    def _done(
        self, doing: str, noun: str, identifier: str, operation: str, **request: Any
    ) -> dict[str, Any]:
        return act(getattr(self._batch, operation), doing, noun, identifier, request)

    def _pages(
        self, noun: str, identifier: str, operation: str, request: Mapping[str, Any], listed: str
    ) -> Iterator[list[dict[str, Any]]]:
        """List by one call a page; `listed` is the member of an answer that has its items."""
        token: str | None = None
        while True:
            more = {"nextToken": token} if token else {}
            page = self._call("listing", noun, identifier, operation, **request, **more)
            if listed not in page:
                raise unreadable("listing", noun, identifier)
            yield page[listed]
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
    """Call boto3's `operation`, and return its answer, sanitized for terminals unless `raw`.

    Raises:
        NotFound: the resource that the call names does not exist.
        RequestFailed: the service answered with another error.
        Unreachable: there was no answer.
    """
    answer = _answer_to(operation, doing, noun, identifier, request)
    answer.pop("ResponseMetadata", None)
    sanitized_answer: dict[str, Any] = answer if raw else sanitized(answer)
    return sanitized_answer


def act(
    operation: Any, doing: str, noun: str, identifier: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Call an operation whose answer may be empty, and return it, sanitized for terminals.

    Raises:
        NotFound, RequestFailed: as `call` does.
        Unreachable: there was no answer, or it is a proxy's page: what is believed to be done by
            then may not be.
    """
    answer = _answer_to(operation, doing, noun, identifier, request)
    metadata = answer.pop("ResponseMetadata", {})
    said_as = metadata.get("HTTPHeaders", {}).get("content-type", "json")
    if not metadata.get("RequestId") and "json" not in said_as:
        raise unreadable(doing, noun, identifier)
    sanitized_answer: dict[str, Any] = sanitized(answer)
    return sanitized_answer


def is_confirmed(
    operation: Any, doing: str, noun: str, identifier: str, request: Mapping[str, Any]
) -> bool:
    """Call an operation that answers nothing, and return whether AWS itself has answered.

    botocore reads a proxy's page as an empty answer, too, but such a page has no request's id.

    Raises:
        NotFound, RequestFailed, Unreachable: as `call` does.
    """
    answer = _answer_to(operation, doing, noun, identifier, request)
    return bool(answer.get("ResponseMetadata", {}).get("RequestId"))


def _answer_to(
    operation: Any, doing: str, noun: str, identifier: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as boto3, see session
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - the same

    try:
        answer: dict[str, Any] = operation(**request)
    except ClientError as error:
        code, message = (plain(error.response["Error"][each]) for each in ("Code", "Message"))
        # `from None`: the engine shows a user the whole chain, and botocore's part adds nothing.
        about_itself = doing in _NAMES_ITS_RESOURCE and code in _SERVICE_CODES
        if about_itself and any(words in message.lower() for words in _MISSING):
            raise NotFound(doing, noun, identifier, message) from None
        help_ = stale_shell_advice(code) or advice(
            code, message, _iam_action(operation, error.operation_name)
        )
        raise RequestFailed(
            doing, noun, identifier, f"{code}: {message}", help_, code=code
        ) from None
    except BotoCoreError as error:
        help_ = stale_shell_advice(type(error).__name__)
        raise Unreachable(doing, noun, identifier, plain(error), help_) from None
    except ResponseParserError:  # of XML, as STS has it
        raise unreadable(doing, noun, identifier) from None
    except Exception as error:  # noqa: BLE001 - of what renews the credentials
        seen, help_ = words_of_others(error), "see what gives the credentials"
        raise Unreachable(doing, noun, identifier, plain(seen), help_) from None
    return answer


def words_of_others(error: Exception) -> str:
    """Return the words for an error that is none of botocore's, which passes it on.

    Its sources of credentials raise what they like: of a helper's program or a token's file that is
    missing, of an answer that is no JSON, of a code that nobody can type.
    """
    if isinstance(error, EOFError):
        return "the profile asks for an MFA code, and there is no terminal to type it at"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"{type(error).__name__}: {error}"


def _iam_action(operation: Any, failed: str) -> str:
    """Return IAM's name of what failed; a role is assumed within the first call that needs it."""
    service = operation.__self__.meta.service_model.signing_name
    return f"{'sts' if failed.startswith('AssumeRole') else service}:{failed}"


def unreadable(doing: str, noun: str, identifier: str, help_: str | None = None) -> Unreachable:
    """Return the error for an answer such as a proxy's page, which botocore reads as empty."""
    return Unreachable(doing, noun, identifier, "the answer can't be read", help_)


def advice(code: str, message: str, operation: str) -> str | None:
    """Return what helps against an error of `operation`; None if unknown.

    `operation` is IAM's name, for example `batch:SubmitServiceJob`.
    """
    if code in DENIED:
        return f"allow these credentials {operation}"
    if code in _THROTTLED:
        return "AWS throttles this account; all tries are used up, run it again later"
    if code == "ExpiredTokenException":
        return "refresh the credentials"
    for pattern, help_ in _ADVICE if operation == "batch:SubmitServiceJob" else ():
        if re.search(pattern, message, re.IGNORECASE):
            return help_
    return None


def ignoring_refusal(effect: Callable[[], None]) -> bool:
    """Run `effect`; return False if AWS refuses it, or knows no such resource.

    Raises:
        RequestFailed, Unreachable: a transient error, such as a throttle.
    """
    try:
        effect()
    except NotFound:
        return False
    except RequestFailed as error:
        if error.code in TRANSIENT:
            raise
        return False
    return True
