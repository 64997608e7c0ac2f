"""Checks region, endpoint, credentials and account: whether AWS answers, and to whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from sjresource.aws.clients import caller_identity, endpoint_of
from sjresource.checks.preflight.unreachable import access_advice
from sjresource.cli.doctor.check import failed, ok
from sjresource.errors import SjresourceError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.aws.settings import Settings
    from sjresource.cli.doctor.check import Check

T = TypeVar("T")

_NETWORK_ERROR = re.compile("endpoint URL|proxy URL|SSL validation|resolve")
"""In botocore's messages about the network; its other messages are about credentials."""


def check_access(settings: Settings) -> Iterator[Check]:
    """Check who we are to AWS, and where, without reading the credentials themselves."""
    try:
        region, endpoint = endpoint_of(settings)
    except SjresourceError as error:
        yield _failed("region", error, settings)
        return
    yield ok("region", region)
    try:
        caller = retry_once(lambda: caller_identity(settings))
    except Unreachable as error:
        is_network = _NETWORK_ERROR.search(error.seen)
        yield _failed("endpoint" if is_network else "credentials", error, settings)
        return
    except SjresourceError as error:
        yield _failed("credentials", error, settings)
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


def _failed(name: str, error: SjresourceError, settings: Settings) -> Check:
    return failed(name, error.seen, error.advice or access_advice(error.seen, settings))


def retry_once(call: Callable[[], T]) -> T:
    """Call, and once more if there is no answer: the very first call is slow."""
    try:
        return call()
    except Unreachable:
        return call()
