"""What users of each language get of the schema, from Pulumi's own generators."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from native_sdks import python_sdk, why_no_sdks, write_sdks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(bool(why_no_sdks()), reason=why_no_sdks())

PYTHON = """
import inspect, json, pulumi_sjresource as sj
names = [name for name, each in vars(sj).items() if inspect.isclass(each)]
job = inspect.signature(sj.ServiceJob._internal_init).parameters
training = inspect.signature(sj.TrainingJobArgs.__init__).parameters
print(json.dumps({
    "classes": names,
    "job": list(job),
    "required": [n for n, p in training.items() if p.default is inspect.Parameter.empty],
    "functions": [name for name in vars(sj) if name.startswith(("get_", "list_"))],
    "resources": list(inspect.signature(sj.TrainingResourceConfigArgs.__init__).parameters),
}))
"""


@pytest.fixture(scope="module")
def sdks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SDKs of other languages than Python."""
    folder = tmp_path_factory.mktemp("sdks")
    write_sdks(folder, "nodejs", "go")
    return folder


def test_a_python_program_imports_resources_types_and_functions(tmp_path: Path) -> None:
    """Under Python's names, with the payload's types, what is required without a default."""
    environment = {**os.environ, "PYTHONPATH": str(python_sdk(tmp_path))}
    ran = subprocess.run(
        [sys.executable, "-c", PYTHON], env=environment, check=True, capture_output=True, text=True
    )
    found = json.loads(ran.stdout)

    assert {"JobQueue", "ServiceJob", "ServiceJobCompletion", "Provider"} <= set(found["classes"])
    assert {"training_job", "service_request_payload", "rerun_on_failure"} <= set(found["job"])
    assert found["required"][1:] == ["output_data_config", "role_arn"]
    assert {"instance_count", "volume_size_in_gb"} <= set(found["resources"])
    wanted = {"get_service_job", "list_service_jobs", "get_job_queue_snapshot"}
    assert wanted <= set(found["functions"])


def test_a_typescript_program_has_the_payloads_types(sdks: Path) -> None:
    """A number where AWS wants text is an error of the compiler, as is a wrong name."""
    inputs = (sdks / "nodejs" / "types" / "input.ts").read_text()

    assert "hyperParameters?: pulumi.Input<{[key: string]: pulumi.Input<string>}" in inputs
    assert "instanceCount?: pulumi.Input<number" in inputs
    assert "roleArn: pulumi.Input<string>" in inputs


def test_a_go_program_has_them_too(sdks: Path) -> None:
    """In the package of the module that the schema names."""
    (types,) = (sdks / "go").rglob("pulumiTypes.go")

    assert "type TrainingJobArgs struct" in types.read_text()
