"""The stack's `sjresource:` config: which settings there are, and what each may be.

A setting that is written wrong would be none: the run would wait, or not be checked, as if nobody
had said anything. So every run of a program looks at all of them before anything else.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import config as pulumi_config

from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAMESPACE = "sjresource"

TRUE = ("true", "1", "yes", "on")
FALSE = ("false", "0", "no", "off")

SETTINGS: dict[str, tuple[str, ...]] = {
    "failFast": ("true", "false"),
    "preflight": ("true", "false"),
    "progress": ("sparse", "live"),
    "validation": ("strict", "warn"),
    "wait": (*TRUE, *FALSE),
}
"""What each may be; the first two are what is offered."""

_OFFERED = {"wait": "true or false"}
_MEANT = {"no": "false", "off": "false", "0": "false", "yes": "true", "on": "true", "1": "true"}


def require_known_settings() -> None:
    """Look at every setting of the stack.

    Raises:
        pulumi.RunError: there is none of that name, or its value is none of its.
    """
    problems = list(setting_problems(given_settings(), pulumi.runtime.is_config_secret))
    if problems:
        raise pulumi.RunError("\n".join(problems))


def given_settings() -> dict[str, Any]:
    """Return our part of the config that the engine has handed to the program."""
    known = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    prefix = f"{NAMESPACE}:"
    return {key[len(prefix) :]: known[key] for key in known if key.startswith(prefix)}


def setting_problems(given: Mapping[str, Any], is_secret: Any = lambda _: False) -> Iterator[str]:
    """Say what is wrong with each, and what was probably meant."""
    for name, value in sorted(given.items()):
        setting = f"{NAMESPACE}:{name}"
        if name not in SETTINGS:
            near = difflib.get_close_matches(name.lower(), list(map(str.lower, SETTINGS)), n=1)
            meant = next((each for each in SETTINGS if [each.lower()] == near), None)
            advice = f"did you mean {NAMESPACE}:{meant}?" if meant else f"there are {_all()}"
            yield f"reading Setting ({plain(setting)}): there is no such setting; {advice}"
        elif str(value).strip().lower() not in SETTINGS[name]:
            yield f"reading Setting ({setting}): {wrong_value(name, value, is_secret(setting))}"


def wrong_value(name: str, value: Any, is_secret: bool = False) -> str:  # noqa: FBT001, FBT002 - one fact
    """Say what a setting must be; a value that is a secret is not shown."""
    said = f"must be {_OFFERED.get(name) or ' or '.join(SETTINGS[name])}"
    if is_secret:
        return said
    word = str(value).strip().lower()
    near = difflib.get_close_matches(word, SETTINGS[name], n=1)
    meant = _MEANT.get(word) if _MEANT.get(word) in SETTINGS[name] else next(iter(near), None)
    return f"{said}, got {plain(repr(value))}" + (f"; did you mean {meant}?" if meant else "")


def _all() -> str:
    return ", ".join(f"{NAMESPACE}:{name}" for name in SETTINGS)
