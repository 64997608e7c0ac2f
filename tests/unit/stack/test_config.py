from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING

import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from sjresource.native.configuration import configuration_of
from sjresource.stack.config import CheckSettings, require_known_settings, setting_problems
from sjresource.waiting.operation import read_operation

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHT = {
    "wait": "off",
    "progress": "live",
    "failFast": "True",
    "validation": "warn",
    "preflight": "false",
    "maxInstanceHours": "0.5",
}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("wiat", "false", "there is no such setting; did you mean sjresource:wait?"),
        ("failfast", "true", "there is no such setting; did you mean sjresource:failFast?"),
        ("fail_fast", "true", "there is no such setting; did you mean sjresource:failFast?"),
        ("region", "x", "there is no such setting; there are sjresource:failFast, sjresource:max"),
        ("validation", "wrn", "must be strict or warn, got 'wrn'; did you mean warn?"),
        ("validation", "foo", "must be strict or warn, got 'foo'"),
        ("preflight", "no", "must be true or false, got 'no'; did you mean false?"),
        ("progress", "fast", "must be sparse or live, got 'fast'"),
        ("progress", "Lve", "must be sparse or live, got 'Lve'; did you mean live?"),
        ("failFast", "1", "must be true or false, got '1'; did you mean true?"),
        ("wait", "maybe", "must be true or false, got 'maybe'"),
        ("maxInstanceHours", "lots", "must be a number of hours, 0 or more, got 'lots'"),
        ("maxInstanceHours", "-1", "must be a number of hours, 0 or more, got '-1'"),
        ("maxInstanceHours", "nan", "must be a number of hours, 0 or more, got 'nan'"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_was_meant(name: str, value: str, said: str) -> None:
    """As none it would change nothing, and nobody would know."""
    (problem,) = setting_problems({**RIGHT, name: value})

    assert problem.startswith(f"reading Setting (sjresource:{name}): {said}")


@pytest.mark.parametrize("form", [str, str.upper, " {} ".format])
def test_right_settings_are_taken(form: Callable[[str], str]) -> None:
    """Whatever their case: what passes here means the same to whoever reads it."""
    given = {name: form(value) for name, value in RIGHT.items()}

    assert list(setting_problems(given)) == []
    assert CheckSettings.from_config(given.get) == CheckSettings(
        lenient=True, preflight=False, max_instance_hours=0.5
    )
    assert configuration_of(given).progress == "live"
    assert read_operation(given["wait"], {}).never_waits


def test_a_secret_value_is_not_shown() -> None:
    """Nobody keeps one there; somebody will."""
    (problem,) = setting_problems({"progress": "hush"}, is_secret=lambda _: True)

    assert "hush" not in problem


def test_all_settings_of_a_stack_are_looked_at() -> None:
    """Those of other namespaces are not ours."""

    def program() -> str:
        set_all_config({"sjresource:wiat": "x", "sjresource:progress": "x", "other:wiat": "x"})
        with pytest.raises(pulumi.RunError) as raised:
            require_known_settings()
        return str(raised.value)

    said = contextvars.copy_context().run(program)
    assert [line.partition(":")[2].partition(")")[0] for line in said.splitlines()] == [
        "progress", "wiat"
    ]  # fmt: skip
