from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sjresource
from sjresource.aws.models import output_shape
from sjresource.vocabulary import LIVE, TERMINAL

RESOURCES = [
    "JobQueue",
    "QuotaShare",
    "SchedulingPolicy",
    "ServiceEnvironment",
    "ServiceJob",
    "ServiceJobCompletion",
]


def test_all_is_sorted_and_importable() -> None:
    """What `__all__` promises is there."""
    assert sjresource.__all__ == sorted(sjresource.__all__)
    assert all(hasattr(sjresource, name) for name in sjresource.__all__)


def test_every_public_name_is_in_all() -> None:
    """Nothing public is there by accident: the rest of the package's names are its modules."""
    values = ((name, getattr(sjresource, name)) for name in dir(sjresource))
    names = {name for name, value in values if isinstance(value, type)}

    assert names <= set(sjresource.__all__)


def test_editors_are_told_the_names_that_come_later() -> None:
    """What type checkers read is what a program gets, from the same modules."""
    tree = ast.parse(Path(sjresource.__file__).with_suffix(".pyi").read_text())
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("sjresource.")
        for alias in node.names
    }

    assert told == {name: getattr(sjresource, name).__module__ for name in sjresource.__all__}
    assert set(told) <= set(dir(sjresource))


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    """A typing mistake reads as one of any module does."""
    with pytest.raises(AttributeError, match="module 'sjresource' has no attribute 'ServiceJobs'"):
        sjresource.ServiceJobs  # type: ignore[attr-defined] # noqa: B018 - read on purpose


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
from sjresource import *
assert threading.active_count() == before
loaded = {name.partition(".")[0] for name in set(sys.modules) - modules}
assert not loaded & {"boto3", "botocore", "pulumi_aws", "moto", "waitress"}, loaded
assert "sjresource.emulator" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_plugin_loads_no_models_for_a_job_that_is_as_it_was() -> None:
    """With what it imports, botocore takes a tenth of a second of a preview without changes."""
    script = """
import sys
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2
from sjresource.native.plugin.servicer import Servicer
job = {"urn": "urn:pulumi:dev::p::sjresource:index:ServiceJob::train"}
inputs = struct_pb2.Struct()
payload = {"stoppingCondition": {"maxRuntimeInSeconds": 60}}
inputs.update({"jobName": "train", "jobQueue": "q", "trainingJob": payload})
servicer = Servicer("1")
checked = servicer.Check(provider_pb2.CheckRequest(**job, olds=inputs, news=inputs), None)
answer = servicer.Diff(
    provider_pb2.DiffRequest(
        **job, id="job", olds=inputs, old_inputs=inputs, news=checked.inputs
    ),
    None,
)
assert not checked.failures and answer.changes == provider_pb2.DiffResponse.DIFF_NONE
assert not {"boto3", "botocore"} & set(sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "sdk"),
    [
        ("sjresource", "pulumi"),
        ("sjresource.emulator", "pulumi"),
        ("sjresource.page", "pulumi"),
        ("sjresource.page", "botocore"),
    ],
)
def test_what_needs_no_sdk_loads_none(name: str, sdk: str) -> None:
    """The emulator starts without Pulumi, the page's own part of it without AWS's client too."""
    script = f"import sys, {name}; sys.exit('{sdk}' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_terminal_statuses_are_batchs_own() -> None:
    """A status that is neither live nor terminal would wait for ever."""
    statuses = set(output_shape("DescribeServiceJob").members["status"].enum)

    assert statuses >= set(TERMINAL)
    assert statuses - set(TERMINAL) == set(LIVE)
