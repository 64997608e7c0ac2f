from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sjresource.waiting.operation import Operation, read_operation

if TYPE_CHECKING:
    from collections.abc import Callable

URN = "urn:pulumi:dev::project::pulumi-python:dynamic/sjresource:ServiceJobCompletion::trained"


JOB = "urn:pulumi:dev::project::pulumi-python:dynamic/sjresource:ServiceJob::train"


def should_wait(
    setting: str | None, urn: str, environ: dict[str, str], command: Callable[[], list[str]] = list
) -> bool:
    """Decide for the completion with this URN, which needs a job."""
    operation: Operation = read_operation(setting, environ, command)
    return operation.should_wait(urn, [JOB])


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
        ("up --target urn:x --target-dependents=false", False),
        (f"up -t={URN}", True),
        (f"up -t{URN}", True),
        (f"up -yt {URN}", True),
        ("up -yt=**other", False),
        ("up -ft **other", False),
        ("up --target=urn:**::*", True),
        ("up --target-replace **other", False),
        (f"up --target-replace={URN}", True),
        ("up --replace **other", True),
        ("up --message -t", True),
        ("up -m --target=**other", True),
        ("up -- --target=**other", True),
        (f"up --exclude {URN}", False),
        ("up --exclude=**trained", False),
        ("up -x **trained", False),
        ("up --exclude **other", True),
        (f"up --exclude {JOB}", True),
        (f"up --exclude {JOB} --exclude-dependents", False),
        ("up --exclude **other --exclude-dependents", True),
        (f"up --target {URN} --exclude **trained", False),
        ("up --stack destroy --yes", True),
        ("--color never destroy", False),
    ],
)
def test_a_should_wait_unless_its_operation_has_no_use_for_it(command: str, *, waits: bool) -> None:
    """Destroying a stack must not wait for the jobs that it is to end."""
    assert should_wait(None, URN, {}, command.split) is waits


@pytest.mark.parametrize(
    ("variables", "command", "waits"),
    [
        ({"PULUMI_OPTION_TARGET": f"urn:x,{URN}"}, "up", True),
        ({"PULUMI_OPTION_TARGET": "**other"}, "up", False),
        ({"PULUMI_OPTION_TARGET": "**other"}, "up --target **trained", True),
        (
            {"PULUMI_OPTION_TARGET": "**other", "PULUMI_OPTION_TARGET_DEPENDENTS": "true"},
            "up",
            True,
        ),
        ({"PULUMI_OPTION_TARGET": "**other", "PULUMI_OPTION_TARGET_DEPENDENTS": "0"}, "up", False),
        ({"PULUMI_OPTION_EXCLUDE": "**trained"}, "up", False),
        ({"PULUMI_OPTION_EXCLUDE": JOB, "PULUMI_OPTION_EXCLUDE_DEPENDENTS": "true"}, "up", False),
        ({"PULUMI_OPTION_EXCLUDE": "", "PULUMI_OPTION_TARGET": ""}, "up", True),
    ],
)
def test_options_may_be_variables(variables: dict[str, str], command: str, *, waits: bool) -> None:
    """The command line comes before them, as for the CLI."""
    assert should_wait(None, URN, variables, command.split) is waits


def test_a_dependent_of_a_target_may_be_left_out() -> None:
    """Only the engine knows, so it waits, and says how to end that."""
    operation = read_operation(None, {}, "up -t **other --target-dependents".split)

    assert operation.may_leave_out(URN)
    assert operation.should_wait(URN)
    assert not read_operation("true", {}, "up -t **other --target-dependents".split).may_leave_out(
        URN
    )


@pytest.mark.parametrize(
    ("setting", "variable", "waits"),
    [("false", None, False), ("true", None, True), ("true", "0", False), ("false", "1", True)],
)
def test_settings_override_what_is_seen(setting: str, variable: str | None, *, waits: bool) -> None:
    """The variable comes first: it is of this run, the setting of the stack."""
    environ = {"SJRESOURCE_WAIT": variable} if variable else {}

    assert should_wait(setting, URN, environ, "destroy".split) is waits
    assert should_wait(setting, URN, environ, "up".split) is waits


def test_a_setting_that_is_no_truth_value_is_refused() -> None:
    """`sjresource:wait: maybe` would else be taken for one of both."""
    with pytest.raises(ValueError, match="must be true or false, got 'maybe'"):
        should_wait("maybe", URN, {})


def test_a_variable_that_is_no_truth_value_is_named_as_itself() -> None:
    """Nobody finds it in the stack's config."""
    with pytest.raises(ValueError, match=r"reading Variable \(SJRESOURCE_WAIT\): must be true or"):
        should_wait("true", URN, {"SJRESOURCE_WAIT": "maybe"})
