"""Region, endpoint, credentials, account: whether AWS answers, and to whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from sjresource.aws.clients import endpoint_of, find_caller
from sjresource.cli.doctor.findings import failed, ok
from sjresource.errors import SjresourceError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.aws.settings import Settings
    from sjresource.cli.doctor.findings import Finding

T = TypeVar("T")

_CREDENTIALS = (
    "set the stack's aws:profile, AWS_PROFILE, or log in again; docs/aws.md has all the ways"
)


_ENDPOINT = "see the network, aws:region, aws:endpoints, and AWS_ENDPOINT_URL*"
_NO_WAY_THERE = re.compile("endpoint URL|proxy URL|SSL validation|resolve")
"""In botocore's words about the network; what else it says is about credentials."""


def access_findings(settings: Settings) -> Iterator[Finding]:
    """Look who we are to AWS, and where; never at what the credentials are."""
    try:
        region, endpoint = endpoint_of(settings)
    except SjresourceError as error:
        yield failed(
            "region", error.seen, "`pulumi config set aws:region us-east-1`, or AWS_REGION"
        )
        return
    yield ok("region", region)
    try:
        caller = asked_twice(lambda: find_caller(settings))
    except Unreachable as error:
        if _NO_WAY_THERE.search(error.seen):
            yield failed("endpoint", error.seen, _ENDPOINT)
        else:
            yield failed("credentials", error.seen, _CREDENTIALS)
        return
    except SjresourceError as error:
        yield failed("credentials", error.seen, error.advice or _CREDENTIALS)
        return
    yield ok("credentials", f"account {caller['Account']}, {caller['Arn']}")
    yield ok("endpoint", f"{endpoint}; STS answers")
    refusal = settings.account_refusal(caller["Account"])
    if refusal:
        yield failed("account", refusal, "use another account's credentials")
    elif settings.allowed_accounts or settings.forbidden_accounts:
        yield ok("account", "allowed by aws:allowedAccountIds and aws:forbiddenAccountIds")
    else:
        yield ok("account", "any is allowed: aws:allowedAccountIds is not set")


def asked_twice(call: Callable[[], T]) -> T:
    """Call, and once more if there is no answer within seconds: the first call of all is slow."""
    try:
        return call()
    except Unreachable:
        return call()
