"""The clients of one set of settings, by region: what a wait asks, handed over as one thing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sjresource.aws.clients import batch_client, logs_client, sagemaker_client
from sjresource.aws.session import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.sagemaker import LogsClient, SageMakerClient
    from sjresource.aws.session import Patience
    from sjresource.aws.settings import Settings


@dataclass(frozen=True)
class Services:
    """Each gives the client for a region; for "" the configured one's."""

    batch: Callable[[str], BatchClient]
    sagemaker: Callable[[str], SageMakerClient]
    logs: Callable[[str], LogsClient]
    page: str = ""
    """The queue page, where they are an emulator's."""


def services_of(settings: Settings, patience: Patience = WAITING) -> Services:
    """Give the real ones; nothing is opened before it is asked."""
    return Services(
        batch=lambda region: batch_client(settings, region or None, patience),
        sagemaker=lambda region: sagemaker_client(settings, region or None, patience),
        logs=lambda region: logs_client(settings, region or None, patience),
        page=emulators_page(_batch_endpoint(settings)),
    )


def _batch_endpoint(settings: Settings) -> str | None:
    """Return the URL that is named for Batch, as boto3 finds it; None for AWS's own."""
    named = (os.environ.get(name) for name in ("AWS_ENDPOINT_URL_BATCH", "AWS_ENDPOINT_URL"))
    return settings.endpoint("batch") or next(filter(None, named), None)


def emulators_page(endpoint: str | None) -> str:
    """Return the queue page of the emulator behind an endpoint; "" for AWS's own, and others."""
    parts = urlsplit(endpoint or "")
    if parts.hostname not in _THIS_MACHINE:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or 80}/"


_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
