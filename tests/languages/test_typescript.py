"""The example in TypeScript: compiled, and run by npm's Automation API."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from inline_life import live_inline
from language_examples import (
    TYPESCRIPT,
    compile_typescript,
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

    live_inline([NODE, DRIVER.name, "typescript"], program, cloud, new_stack)
