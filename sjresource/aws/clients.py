"""Clients by region, and the account that the credentials belong to.

Every client is refused for an account that the config does not allow: a refresh and a destroy check
nothing else. See `session` for how boto3's clients are made, and for their retries.
"""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from sjresource.aws.arn import parse_arn
from sjresource.aws.batch import BatchClient
from sjresource.aws.calls import call, unreadable
from sjresource.aws.logs import LogsClient
from sjresource.aws.sagemaker import SageMakerClient
from sjresource.aws.session import (
    EFFECT_TIMEOUTS,
    OPTIONAL_TIMEOUTS,
    POLL_TIMEOUTS,
    open_client,
)
from sjresource.errors import RequestFailed, Unreachable
from sjresource.sanitize import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.aws.session import CallTimeouts
    from sjresource.aws.settings import Settings


_SILENT_SECONDS = 30.0
_FRESH_SECONDS = 60.0
"""How old the account of the credentials may be where it decides that something is gone."""

_account_lock = threading.Lock()
_accounts: WeakKeyDictionary[Any, tuple[str | None, float]] = WeakKeyDictionary()
"""The account that STS has told, by its client, and when."""


@dataclass(frozen=True)
class RegionalClients:
    """The clients of one set of settings, by region; "" is the configured one."""

    batch: Callable[[str], BatchClient]
    sagemaker: Callable[[str], SageMakerClient]
    logs: Callable[[str], LogsClient]
    page: str = ""
    """URL of the queue page if they are an emulator's on this machine; else ""."""


def regional_clients(settings: Settings, timeouts: CallTimeouts = POLL_TIMEOUTS) -> RegionalClients:
    """Return the clients of these settings; each is opened when it is first asked for."""
    opened = partial(_allowed_client, settings, timeouts)
    return RegionalClients(
        batch=lambda region: BatchClient(opened("batch", region)),
        sagemaker=lambda region: SageMakerClient(opened("sagemaker", region)),
        logs=lambda region: LogsClient(opened("logs", region)),
        page=emulator_page(_batch_endpoint(settings)),
    )


def batch_client(
    settings: Settings, region: str | None = None, timeouts: CallTimeouts = EFFECT_TIMEOUTS
) -> BatchClient:
    """Return the client for `region`, else for the configured one; made once a process.

    Raises:
        RequestFailed: the config does not allow the account that the credentials are for.
    """
    return BatchClient(_allowed_client(settings, timeouts, "batch", region))


def endpoint_of(settings: Settings) -> tuple[str, str]:
    """Return the effective region, and Batch's endpoint there without credentials; calls nothing.

    Raises:
        Unreachable: there is no region, or the settings don't fit together.
    """
    meta = open_client("batch", settings, settings.region, OPTIONAL_TIMEOUTS).meta
    return meta.region_name, without_credentials(meta.endpoint_url)


def caller_identity(settings: Settings) -> dict[str, Any]:
    """Return the identity of the credentials: `Account`, `Arn`, `UserId`.

    Raises:
        RequestFailed, Unreachable: STS does not answer.
    """
    return _identity_by(open_client("sts", settings, settings.region, OPTIONAL_TIMEOUTS))


def _identity_by(sts: Any) -> dict[str, Any]:
    identity = call(sts.get_caller_identity, "reading", "caller", "identity", {})
    if "Account" not in identity:
        raise unreadable("reading", "caller", "identity")
    return identity


def caller_account(
    settings: Settings, *, within: float = math.inf, now: Callable[[], float] = time.monotonic
) -> str | None:
    """Return the account of the credentials; None if STS does not answer.

    An answer is kept for as long as the clients are, that there is none for half a minute.

    Args:
        settings: the credentials.
        within: the seconds after which an answer is too old: a program that waits for hours may
            have got other credentials, from a file or a helper.
        now: the time, in seconds.
    """
    try:
        sts = open_client("sts", settings, settings.region, OPTIONAL_TIMEOUTS)
    except Unreachable:
        return None
    with _account_lock:
        known, at = _accounts.get(sts, (None, -math.inf))
        if now() - at <= (_SILENT_SECONDS if known is None else within):
            return known
        asked = _account_by(sts)
        if asked or not known:
            _accounts[sts] = asked, now()
        return asked


def _account_by(sts: Any) -> str | None:
    try:
        account: str = _identity_by(sts)["Account"]
    except (RequestFailed, Unreachable):
        return None
    return account


def account_refusal(settings: Settings) -> str | None:
    """Return why the config does not allow the account of the credentials; None if it does.

    STS is asked only if the config names accounts.
    """
    if not (settings.allowed_accounts or settings.forbidden_accounts):
        return None
    return settings.account_refusal(caller_account(settings))


def confirm_gone(settings: Settings, noun: str, id_: str) -> None:
    """Make sure that a not-found is not another account's answer.

    Raises:
        RequestFailed: the credentials are for another account than the resource's.
        Unreachable: the account of the credentials is unknown.
    """
    arn, account = parse_arn(id_), caller_account(settings, within=_FRESH_SECONDS)
    if arn and account is None:
        seen = "not found, but STS does not tell for which account"
        raise Unreachable("reading", noun, id_, seen, "run it again when STS can be reached")
    if arn and account != arn.account:
        seen = f"not found in account {account}, but it is in account {arn.account}"
        raise RequestFailed("reading", noun, id_, seen, "use that account's credentials")


def emulator_page(endpoint: str | None) -> str:
    """Return the queue page's URL if the endpoint is on this machine; "" for any other.

    What is no URL is told where a client is made for it.
    """
    try:
        parts = urlsplit(endpoint or "")
        port = parts.port or 80
    except ValueError:
        return ""
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}/"


def _batch_endpoint(settings: Settings) -> str | None:
    """Return the endpoint configured for Batch, as boto3 finds it; None for AWS's own."""
    named = (os.environ.get(name) for name in ("AWS_ENDPOINT_URL_BATCH", "AWS_ENDPOINT_URL"))
    return settings.endpoint("batch") or next(filter(None, named), None)


def _allowed_client(
    settings: Settings, timeouts: CallTimeouts, service: str, region: str | None
) -> Any:
    refusal = account_refusal(settings)
    if refusal:
        advice = "use another account's credentials"
        raise RequestFailed("opening", "client", service, refusal, advice)
    return open_client(service, settings, region or settings.region, timeouts)
