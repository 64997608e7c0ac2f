from __future__ import annotations

import base64
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pulumi.dynamic import Resource
from pulumi.dynamic.dynamic import serialize_provider

import sjresource
from sjresource.resources.completion import ServiceJobCompletionProvider
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.provider import BatchProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES: dict[type[BatchProvider], str] = {
    JobQueueProvider: "sjresource.resources.job_queue",
    QuotaShareProvider: "sjresource.resources.quota_share",
    SchedulingPolicyProvider: "sjresource.resources.scheduling_policy",
    ServiceEnvironmentProvider: "sjresource.resources.service_environment",
    ServiceJobCompletionProvider: "sjresource.resources.completion",
    ServiceJobProvider: "sjresource.resources.service_job",
}


@pytest.mark.parametrize("provider", PLACES)
def test_a_provider_is_a_name_of_under_100_bytes(provider: type[BatchProvider]) -> None:
    """It stands in every resource of users' state: no code, no attributes, no secret."""
    serialized = base64.b64decode(serialize_provider(provider()))

    assert len(serialized) < 100
    assert type(pickle.loads(serialized)) is provider  # noqa: S301 - our own
    assert provider.serialize_as_secret_always is False


@pytest.mark.parametrize(("provider", "module"), PLACES.items())
def test_a_providers_place_never_changes(provider: type[BatchProvider], module: str) -> None:
    """A state that names another place could be neither refreshed nor destroyed."""
    assert (provider.__module__, provider.__qualname__) == (module, provider.__name__)


def test_every_resource_has_its_provider_above() -> None:
    """A seventh resource can't be forgotten: its provider's place is in users' states as well."""
    resources = [
        each
        for name in sjresource.__all__
        if isinstance(each := getattr(sjresource, name), type) and issubclass(each, Resource)
    ]
    providers = {provider.__name__ for provider in PLACES}

    assert {f"{resource.__name__}Provider" for resource in resources} == providers
    assert {each.__name__ for each in _leaves(BatchProvider)} == providers


def _leaves(base: type[BatchProvider]) -> Iterator[type[BatchProvider]]:
    """Yield the subclasses of the package that have none of their own; tests may have some."""
    for each in base.__subclasses__():
        if each.__module__.startswith("sjresource."):
            yield from list(_leaves(each)) or [each]


def test_a_configured_plugin_ends_without_a_search_for_garbage() -> None:
    """The engine waits for the plugin's end, and boto3 with its models is much to go through."""
    script = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count() > 0))  # what is registered first runs last
from pulumi.dynamic import Config, ConfigureRequest
from sjresource.resources.service_job import ServiceJobProvider
assert not gc.get_freeze_count()
ServiceJobProvider().configure(ConfigureRequest(config=Config({}, "project")))
assert not gc.get_freeze_count()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("True\n", "")
