"""The example in TypeScript: compiled, and run by npm's Automation API."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from language_examples import (
    API_KEY,
    TYPESCRIPT,
    VENV,
    add_to_path,
    compile_typescript,
    plain_config,
    why_no_typescript,
)

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(bool(why_no_typescript()), reason=why_no_typescript()),
]

NODE = shutil.which("node") or "node"
DRIVER = Path(__file__).parent / "drivers" / "inline.js"
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
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """Without a host of Node.js; what has a wrong name or type does not compile."""
    program = tmp_path / "program"
    program.mkdir()
    shutil.copy(TYPESCRIPT / "index.ts", program)
    shutil.copy(DRIVER, program)
    (program / "wrong.ts").write_text(WRONG)
    settings = json.loads((TYPESCRIPT / "tsconfig.json").read_text())
    settings["files"].append("wrong.ts")
    (program / "tsconfig.json").write_text(json.dumps(settings))
    errors = [line for line in compile_typescript(program).splitlines() if "error TS" in line]
    assert [line.partition(": error ")[0] for line in errors] == [
        "wrong.ts(5,24)",
        "wrong.ts(11,28)",
    ]
    assert "'maxCapcity' does not exist" in errors[0]
    assert "'number' is not assignable to type 'Input<string>" in errors[1]

    # Only for its environment: the program makes its own.
    stack = new_stack("", environment=cloud.environment)
    add_to_path(stack, VENV / "bin")
    steps = [
        {"run": "up", "config": plain_config()},
        {"run": "preview"},
        {"run": "preview", "config": {"epochs": {"value": "20"}}},
        {"run": "destroy"},
    ]
    ran = subprocess.run(
        [NODE, DRIVER.name, "typescript", json.dumps(steps)],
        cwd=program,
        env=stack.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    up, unchanged, changed, destroyed = (json.loads(line) for line in ran.stdout.splitlines())

    assert up["outputs"]["status"] == "SUCCEEDED"
    assert up["outputs"]["model"].startswith("s3://bucket/models/")
    assert API_KEY not in ran.stdout
    assert unchanged["changes"] == {"same": 5}
    assert changed["changed"]["train"] == ["trainingJob.hyperParameters.epochs"]
    assert destroyed["changes"] == {"delete": 5}
    assert cloud.submitted() == 1
