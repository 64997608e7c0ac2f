"""The example in TypeScript: compiled, and run by its own script, with npm's Automation API."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from language_examples import (
    API_KEY,
    TYPESCRIPT,
    VENV,
    add_to_path,
    compile_typescript,
    typescript_steps,
    why_no_typescript,
)

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(bool(why_no_typescript()), reason=why_no_typescript()),
]

WRONG = """
import * as sj from "@pulumi/sjresource";

new sj.ServiceEnvironment("misspelt", {
    capacityLimits: [{ maxCapcity: 2, capacityUnit: "NUM_INSTANCES" }],
});
new sj.ServiceJob("wrong", {
    jobQueue: "training",
    trainingJob: {
        roleArn: "arn:aws:iam::123456789012:role/training",
        hyperParameters: { learning_rate: 0.5 },
        outputDataConfig: { s3OutputPath: "s3://bucket/models" },
    },
});
"""


def test_a_program_in_typescript_lives_from_up_to_destroy(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """By the example's script, as the page says, and without a host of Node.js."""
    stack = new_stack("", environment=cloud.environment)
    add_to_path(stack, VENV / "bin")
    (stack.work / "Pulumi.yaml").unlink()
    shutil.copytree(TYPESCRIPT, stack.work, dirs_exist_ok=True)
    assert compile_typescript(stack.work) == ""
    environment = {k: v for k, v in stack.environment.items() if k != "PULUMI_STACK"}

    def sh(script: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", script],  # noqa: S607 - a user's own bash
            cwd=stack.work,
            env={**environment, "PULUMI_OPTION_DIFF": "true"},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    make_stack, *others = typescript_steps()[2].splitlines(keepends=True)
    up = sh(f"{make_stack}pulumi config set --secret api_key {API_KEY}\n{''.join(others)}")
    assert re.search(r'model *: "s3://amzn-s3-demo-bucket/models/.+/model.tar.gz"', up), up
    assert re.search(r'status *: "SUCCEEDED"', up), up
    assert API_KEY not in up
    changed = sh("pulumi config set epochs 20; node bin/automation.js preview")
    assert re.findall(r"~ (\w+) *: \"(.*)\" => \"(.*)\"", changed) == [("epochs", "10", "20")]
    assert "3 unchanged" in changed
    assert "5 deleted" in sh("node bin/automation.js destroy")
    assert cloud.submitted() == 1


def test_what_has_a_wrong_name_or_type_does_not_compile(tmp_path: Path) -> None:
    """And the compiler says where."""
    (tmp_path / "wrong.ts").write_text(WRONG)
    settings = json.loads((TYPESCRIPT / "tsconfig.json").read_text()) | {"files": ["wrong.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    errors = [line for line in compile_typescript(tmp_path).splitlines() if "error TS" in line]
    assert [line.partition(": error ")[0] for line in errors] == [
        "wrong.ts(5,24)",
        "wrong.ts(11,28)",
    ]
    assert "'maxCapcity' does not exist" in errors[0]
    assert "'number' is not assignable to type 'Input<string>" in errors[1]
