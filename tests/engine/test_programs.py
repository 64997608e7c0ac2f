"""What a program gets from the engine, and what the engine gets back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

WHO_RUNS = """
    import sys
    import pulumi

    pulumi.export("prefix", sys.prefix)
"""

NOTED = """
    import pulumi
    from pulumi.dynamic import (
        CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult
    )

    class Provider(ResourceProvider):
        def create(self, inputs):
            return CreateResult("id", inputs)

        def diff(self, id, olds, news):
            replaces = ["kind"] if olds["kind"] != news["kind"] else []
            return DiffResult(changes=olds != news, replaces=replaces)

        def read(self, id, props):
            return ReadResult(id, {**props, "text": open("found").read()})

        def update(self, id, olds, news):
            return UpdateResult(news)

    class Noted(Resource):
        text: pulumi.Output[str]

    config = pulumi.Config()
    noted = Noted(
        Provider(), "noted", {"kind": config.require("kind"), "text": config.require("text")}
    )
    pulumi.export("text", noted.text)
"""


def test_pulumi_python_cmd_names_the_interpreter(new_stack: NewStack) -> None:
    """Without a virtualenv option PULUMI_PYTHON_CMD decides."""
    stack = new_stack(WHO_RUNS, virtualenv=None, environment={"PULUMI_PYTHON_CMD": sys.executable})
    stack.up()

    assert stack.outputs() == {"prefix": sys.prefix}


def test_missing_virtual_environment_is_said_in_one_line(new_stack: NewStack) -> None:
    """A folder that is no virtual environment is an error that names it, without a traceback."""
    stack = new_stack(WHO_RUNS, virtualenv="not-there")
    (stack.work / "not-there").mkdir()
    (stack.work / "not-there" / "file").touch()

    outcome = stack.up(fails=True)

    assert "not-there" in outcome.stdout + outcome.stderr
    assert "Traceback" not in outcome.stdout + outcome.stderr


def test_program_runs_in_the_project_s_environment_with_its_config(new_stack: NewStack) -> None:
    """Option `virtualenv` of Pulumi.yaml names the interpreter.

    Plain and secret values arrive, and what was secret stays secret in the outputs.
    """
    stack = new_stack(
        """
        import sys
        import pulumi

        config = pulumi.Config()
        pulumi.export("prefix", sys.prefix)
        pulumi.export("plain", config.require("plain"))
        pulumi.export("nested", config.require_object("nested"))
        pulumi.export("secret", config.require_secret("secret"))
        """,
        config={"project:plain": "seen", "project:nested": {"a": [1, 2]}},
    )
    stack.set_config("secret", "hidden", secret=True)
    stack.up()

    outputs = stack.outputs()
    assert outputs.pop("prefix") == sys.prefix
    assert outputs == {"plain": "seen", "nested": {"a": [1, 2]}, "secret": "hidden"}
    assert "hidden" not in str(stack.state())


def test_run_error_fails_without_a_traceback(new_stack: NewStack) -> None:
    """A RunError is the program's own word to the user, and all that is shown."""
    stack = new_stack("""
        import pulumi

        raise pulumi.RunError("the data is not there")
    """)

    outcome = stack.up(fails=True)

    (error, *_) = outcome.diagnostics("error")
    assert "the data is not there" in error.message
    assert "Traceback" not in outcome.stdout + outcome.stderr


def test_exception_shows_the_program_s_own_lines(new_stack: NewStack) -> None:
    """An exception is shown once, from the program's first line on."""
    stack = new_stack("""
        def prepare():
            raise ValueError("no such thing")

        prepare()
    """)

    outcome = stack.up(fails=True)

    (error,) = outcome.diagnostics("error")
    assert "in prepare" in error.message
    assert "runpy" not in error.message


def test_operations_tell_their_steps(new_stack: NewStack) -> None:
    """What the engine does, and does not do, is told by op and resource."""
    stack = new_stack(NOTED, config={"project:kind": "a", "project:text": "one"})
    found = stack.work / "found"

    created = stack.up()
    stack.set_config("text", "two")
    updated = stack.up()
    stack.set_config("kind", "b")
    planned = stack.preview("--diff")
    found.write_text("three")
    drifted = stack.refresh()
    destroyed = stack.destroy()

    assert created.steps == [("create", "noted")]
    assert updated.steps == [("update", "noted")]
    assert planned.step("replace", "noted").replace_keys == ("kind",)
    assert drifted.steps == [("update", "noted")]
    assert destroyed.steps == [("delete", "noted")]
    assert destroyed.changes["delete"] == 2
    assert stack.resources() == {}
