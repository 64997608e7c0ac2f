from __future__ import annotations

import subprocess
import sys

import pytest

from sjresource.waits.operation import run_waits

URN = "urn:pulumi:dev::project::pulumi-python:dynamic/sjresource:ServiceJobCompletion::trained"


@pytest.mark.parametrize(
    ("command", "waits"),
    [
        ("up --yes", True),
        ("-C folder up", True),
        ("preview", True),
        ("", True),
        ("destroy --run-program --yes", False),
        ("-C destroy-me up", True),
        ("--cwd x down --run-program", False),
        ("refresh --run-program", False),
        ("up --refresh", True),
        (f"up --target {URN}", True),
        (f"up --target={URN} --yes", True),
        ("up --target urn:pulumi:dev::project::a:b:C::other", False),
        ("up -t **trained", True),
        ("up -t *::trained", False),
        ("up --target urn:x --target-dependents", True),
    ],
)
def test_a_run_waits_unless_its_operation_has_no_use_for_it(command: str, *, waits: bool) -> None:
    """Destroying a stack must not wait for the jobs that it is to end."""
    assert run_waits(None, URN, {}, command.split) is waits


@pytest.mark.parametrize(
    ("setting", "variable", "waits"),
    [("false", None, False), ("true", None, True), ("true", "0", False), ("false", "1", True)],
)
def test_settings_override_what_is_seen(setting: str, variable: str | None, *, waits: bool) -> None:
    """The variable comes first: it is of this run, the setting of the stack."""
    environ = {"SJRESOURCE_WAIT": variable} if variable else {}

    assert run_waits(setting, URN, environ, "destroy".split) is waits
    assert run_waits(setting, URN, environ, "up".split) is waits


def test_a_setting_that_is_no_truth_value_is_refused() -> None:
    """`sjresource:wait: maybe` would else be taken for one of both."""
    with pytest.raises(ValueError, match="must be true or false, got 'maybe'"):
        run_waits("maybe", URN, {})


def test_a_variable_that_is_no_truth_value_is_named_as_itself() -> None:
    """Nobody finds it in the stack's config."""
    with pytest.raises(ValueError, match=r"reading Variable \(SJRESOURCE_WAIT\): must be true or"):
        run_waits("true", URN, {"SJRESOURCE_WAIT": "maybe"})


def test_the_command_is_found_among_the_ancestors() -> None:
    """The engine does not tell it."""
    asks = "from sjresource.waits.operation import pulumi_command; print(pulumi_command())"
    shell = (
        f"import subprocess, sys; sys.exit(subprocess.call([{sys.executable!r}, '-c', {asks!r}]))"
    )
    command = ["pulumi", "-c", shell, "destroy"]

    said = subprocess.run(
        command, executable=sys.executable, stdout=subprocess.PIPE, text=True, check=True
    )

    assert said.stdout.strip() == str(command[1:])
