"""The wheel on other Pythons, and with other versions of pulumi and boto3, on the real engine.

SJRESOURCE_MATRIX=all takes every combination (`make matrix`), and every older engine that is in the
cache of `tools/only_where_pulumi_cannot_be_installed`; else it is both ends of each range.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from emulated_stack import PROGRAM
from pulumi_stack import PulumiStack
from version_matrix import (
    Bound,
    Combination,
    UnavailableError,
    combination_at,
    combinations,
    make_environment,
    older_engines,
)

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

EVERYTHING = os.environ.get("SJRESOURCE_MATRIX") == "all"
# Which Pythons there are is asked when a test runs: asking starts each, and every worker collects.
ENDS: list[Bound] = ["lowest", "newest"]
VERSIONS = """
    import sys
    from importlib import metadata
    pulumi.export("python", sys.version_info[1])
    pulumi.export("versions", {name: metadata.version(name) for name in ("pulumi", "boto3")})
    pulumi.export("from", sj.__file__)
"""


@pytest.mark.stack
@pytest.mark.parametrize("tried", combinations() if EVERYTHING else ENDS, ids=str)
def test_a_stack_lives_with_these_versions(
    tried: Combination | Bound,
    wheel: Path,
    cloud: EmulatedCloud,
    new_stack: NewStack,
    tmp_path: Path,
) -> None:
    """A job runs, a preview is empty, and a destroy leaves nothing.

    Program and plugin find what the wheel installed, in a project that knows no repository.
    """
    combination = tried if isinstance(tried, Combination) else combination_at(tried)
    environment = tmp_path / "environment"
    try:
        make_environment(combination, wheel, environment)
    except UnavailableError as error:
        pytest.skip(f"{combination}: {error}")
    stack = new_stack(
        PROGRAM + VERSIONS,
        config={"project:epochs": "1"},
        environment={**cloud.environment, "PYTHONPATH": ""},
        virtualenv=str(environment),
    )

    up = stack.up()

    outputs = stack.outputs()
    assert outputs["status"] == "SUCCEEDED"
    assert outputs["python"] == combination.minor
    assert outputs["from"].startswith(str(environment))
    assert up.diagnostics("warning") == []
    assert stack.preview("--expect-no-changes").steps == []
    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    print(combination, outputs["versions"])  # noqa: T201 - `make matrix` shows it


@pytest.mark.stack
@pytest.mark.skipif(not EVERYTHING, reason="`make matrix` runs it")
def test_a_stack_lives_with_every_older_engine(cloud: EmulatedCloud, tmp_path: Path) -> None:
    """A job runs, a preview is empty, and a destroy leaves nothing."""
    engines = older_engines()
    if not engines:
        pytest.skip("no older engine is in the cache")
    for number, engine in enumerate(engines):
        stack = PulumiStack(
            tmp_path / f"stack-{number}",
            engine,
            PROGRAM,
            config={"project:epochs": "1"},
            environment=cloud.environment,
        )
        try:
            stack.up()
            assert stack.outputs()["status"] == "SUCCEEDED"
            assert stack.preview("--expect-no-changes").steps == []
            stack.destroy()
            assert stack.resources() == {}
        finally:
            stack.close()
        print(engine.parents[1].name)  # noqa: T201 - `make matrix` shows it
