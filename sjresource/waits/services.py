"""The clients of one set of settings, by region: what a wait asks, handed over as one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sjresource.client import batch_client, logs_client, sagemaker_client
from sjresource.session import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.client import BatchClient, LogsClient, SageMakerClient
    from sjresource.session import Patience
    from sjresource.settings import Settings


@dataclass(frozen=True)
class Services:
    """Each gives the client for a region; for "" the configured one's."""

    batch: Callable[[str], BatchClient]
    sagemaker: Callable[[str], SageMakerClient]
    logs: Callable[[str], LogsClient]


def services_of(settings: Settings, patience: Patience = WAITING) -> Services:
    """Give the real ones; nothing is opened before it is asked."""
    return Services(
        batch=lambda region: batch_client(settings, region or None, patience),
        sagemaker=lambda region: sagemaker_client(settings, region or None, patience),
        logs=lambda region: logs_client(settings, region or None, patience),
    )
