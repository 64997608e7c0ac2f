from __future__ import annotations

import subprocess
import sys

import pytest

import sjresource
from sjresource import client
from sjresource.naming import output_shape

RESOURCES = ["JobQueue", "ServiceEnvironment", "ServiceJob", "ServiceJobCompletion"]


def test_all_is_sorted_and_importable() -> None:
    """What `__all__` promises is there."""
    assert sjresource.__all__ == sorted(sjresource.__all__)
    assert all(hasattr(sjresource, name) for name in sjresource.__all__)


def test_every_public_name_is_in_all() -> None:
    """Nothing public is there by accident: the rest of the package's names are its modules."""
    names = {name for name, value in vars(sjresource).items() if isinstance(value, type)}

    assert names <= set(sjresource.__all__)


@pytest.mark.parametrize("name", RESOURCES)
def test_type_tokens_are_frozen(name: str) -> None:
    """Users' state depends on them."""
    resource = getattr(sjresource, name)

    assert resource._resource_type_name == f"dynamic/sjresource:{name}"  # noqa: SLF001 - Pulumi's


def test_importing_has_no_effect_and_loads_no_boto3() -> None:
    """The engine's plugin imports us, bare of all else; previews without calls stay light."""
    script = """
import sys, threading
import pulumi.dynamic
before, modules = threading.active_count(), set(sys.modules)
import sjresource
assert threading.active_count() == before
loaded = {name.partition(".")[0] for name in set(sys.modules) - modules}
assert not loaded & {"boto3", "botocore", "pulumi_aws", "moto", "waitress"}, loaded
assert "sjresource.emulator" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_terminal_statuses_are_batchs_own() -> None:
    """A status that is neither live nor terminal would wait for ever."""
    statuses = set(output_shape("DescribeServiceJob").members["status"].enum)

    assert statuses >= client.TERMINAL
    assert statuses - client.TERMINAL == set(client.LIVE)
