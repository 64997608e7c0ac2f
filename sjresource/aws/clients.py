"""Who we are to AWS, and the clients that the settings allow. Retries are `session`'s."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sjresource.aws.batch import BatchClient
from sjresource.aws.calls import call
from sjresource.aws.sagemaker import LogsClient, SageMakerClient
from sjresource.aws.session import BRIEF, PATIENT, aws_environment, open_client
from sjresource.errors import RequestFailed, Unreachable
from sjresource.sanitize import without_credentials

if TYPE_CHECKING:
    from sjresource.aws.session import Patience
    from sjresource.aws.settings import Pairs, Settings


def batch_client(
    settings: Settings, region: str | None = None, patience: Patience = PATIENT
) -> BatchClient:
    """Give the client for `region`, else for the configured one; made once a process.

    Raises:
        RequestFailed: the config does not allow the account that the credentials are for.
    """
    return BatchClient(_allowed_client("batch", settings, region, patience))


def sagemaker_client(
    settings: Settings, region: str | None = None, patience: Patience = PATIENT
) -> SageMakerClient:
    """Give the client for `region`, else for the configured one; see `batch_client`."""
    return SageMakerClient(_allowed_client("sagemaker", settings, region, patience))


def logs_client(
    settings: Settings, region: str | None = None, patience: Patience = PATIENT
) -> LogsClient:
    """Give the client for `region`, else for the configured one; see `batch_client`."""
    return LogsClient(_allowed_client("logs", settings, region, patience))


def endpoint_of(settings: Settings) -> tuple[str, str]:
    """Return the region that counts, and Batch's endpoint there as it may be shown; asks nothing.

    Raises:
        Unreachable: there is no region, or the settings don't fit together.
    """
    meta = open_client("batch", settings, settings.region, BRIEF).meta
    return meta.region_name, without_credentials(meta.endpoint_url)


def find_caller(settings: Settings) -> dict[str, Any]:
    """Tell whose credentials these are: `Account`, `Arn`, `UserId`.

    Raises:
        RequestFailed, Unreachable: STS does not tell.
    """
    sts = open_client("sts", settings, settings.region, BRIEF)
    return call(sts.get_caller_identity, "reading", "caller", "identity", {})


def caller_account(settings: Settings) -> str | None:
    """Give the account that the credentials are for; None if STS is mute.

    It is asked once for each AWS environment of the process.
    """
    return _caller_account(settings, aws_environment())


@cache
def _caller_account(settings: Settings, _environment: Pairs) -> str | None:
    try:
        answer = find_caller(settings)
    except (RequestFailed, Unreachable):
        return None
    account: str = answer["Account"]
    return account


def account_refusal(settings: Settings) -> str | None:
    """Say why the config does not allow the account of the credentials; None if it does.

    STS is asked only where the config names accounts.
    """
    if not (settings.allowed_accounts or settings.forbidden_accounts):
        return None
    return settings.account_refusal(caller_account(settings))


def _allowed_client(
    service: str, settings: Settings, region: str | None, patience: Patience
) -> Any:
    refusal = account_refusal(settings)
    if refusal:
        raise RequestFailed(
            "opening", "client", service, refusal, "use another account's credentials"
        )
    return open_client(service, settings, region or settings.region, patience)
