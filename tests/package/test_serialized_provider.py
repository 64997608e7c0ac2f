from __future__ import annotations

import base64
import pickle
import subprocess
import sys

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


def test_a_configured_plugin_ends_without_a_search_for_garbage() -> None:
    """The engine waits for the plugin's end, and boto3 with its models is much to go through."""
    script = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0))  # what is registered first runs last
from pulumi.dynamic import Config, ConfigureRequest
from sjresource.service_job import ServiceJobProvider
assert not gc.get_freeze_count()
ServiceJobProvider().configure(ConfigureRequest(config=Config({}, "project")))
assert not gc.get_freeze_count()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("True\n", "")
