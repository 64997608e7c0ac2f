"""What to do about the refusals that users meet most, told from AWS's code and words.

AWS documents no messages; these patterns are from its answers in public threads and from its field
descriptions. A refusal that is not here is shown in AWS's words alone.
"""

from __future__ import annotations

import re

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
PASSING = _THROTTLED | {
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
