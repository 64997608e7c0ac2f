from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from reference_tables import RESOURCES, page_of

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack


def test_the_examples_of_the_resource_pages_run(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """One after the other they are a program, as they stand."""
    examples = [
        example
        for resource in RESOURCES
        for example in re.findall(r"```python\n(.*?)```", page_of(resource).read_text(), re.DOTALL)
    ]
    stack = new_stack("\n".join(examples), environment=cloud.environment)
    created = stack.up()

    names = ("capacity", "policy", "fair", "training", "vision", "train", "trained")
    assert sorted(created.steps) == sorted(("create", name) for name in names)
    assert created.diagnostics("warning") == []
    assert stack.outputs()["model"].startswith("s3://amzn-s3-demo-bucket/models/AWSBatchtrain")
    assert stack.preview("--expect-no-changes").steps == []
