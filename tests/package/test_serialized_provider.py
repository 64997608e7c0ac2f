from __future__ import annotations

import base64
import pickle

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from sjresource.completion import ServiceJobCompletionProvider
from sjresource.job_queue import JobQueueProvider
from sjresource.service_environment import ServiceEnvironmentProvider
from sjresource.service_job import ServiceJobProvider

PROVIDERS = [
    JobQueueProvider,
    ServiceEnvironmentProvider,
    ServiceJobCompletionProvider,
    ServiceJobProvider,
]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_is_a_name_of_under_100_bytes(provider: type[ResourceProvider]) -> None:
    """It stands in every resource of users' state: no code, no attributes, no secret."""
    serialized = base64.b64decode(serialize_provider(provider()))

    assert len(serialized) < 100
    assert type(pickle.loads(serialized)) is provider  # noqa: S301 - our own
    assert provider.serialize_as_secret_always is False


@pytest.mark.parametrize(
    ("provider", "place"),
    [
        (JobQueueProvider, "sjresource.job_queue JobQueueProvider"),
        (ServiceEnvironmentProvider, "sjresource.service_environment ServiceEnvironmentProvider"),
        (ServiceJobCompletionProvider, "sjresource.completion ServiceJobCompletionProvider"),
        (ServiceJobProvider, "sjresource.service_job ServiceJobProvider"),
    ],
)
def test_a_providers_place_never_changes(provider: type[ResourceProvider], place: str) -> None:
    """A state that names another place could be neither refreshed nor destroyed."""
    assert f"{provider.__module__} {provider.__qualname__}" == place
