"""The stack's `aws:` and `sjresource:` config, as the program's own process reads it.

The engine's plugins get the same config in other ways, and read `CheckSettings` from it too. Only a
program can warn, so it is here that a setting of pulumi-aws that we don't support is named: once in
each run.

A misspelt setting of `sjresource:` would be ignored: the run would wait, or not be checked, as if
nobody had set anything. So every run of a program checks all of them before anything else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import config as pulumi_config
from pulumi.runtime import get_root_resource, is_config_secret

from sjresource.aws.settings import Settings
from sjresource.sanitize import plain
from sjresource.suggestions import close_names, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Tags = pulumi.Input[Mapping[str, pulumi.Input[str]]]

_NAMESPACE = "sjresource"

TRUE = ("true", "1", "yes", "on")
FALSE = ("false", "0", "no", "off")

SETTINGS: dict[str, tuple[str, ...]] = {
    "failFast": ("true", "false"),
    "maxInstanceHours": (),
    "preflight": ("true", "false"),
    "progress": ("sparse", "live"),
    "validation": ("strict", "warn"),
    "wait": (*TRUE, *FALSE),
}
"""The values that each setting of `sjresource:` may have; a number has no list of them."""

_CHOICE = {"wait": "true or false", "maxInstanceHours": "a number of hours, 0 or more"}
"""What an error offers where that is not every value."""

_MEANT = {"no": "false", "off": "false", "0": "false", "yes": "true", "on": "true", "1": "true"}

_settings_of: WeakKeyDictionary[pulumi.Resource, Settings] = WeakKeyDictionary()
"""What has been read, by the program's stack; several programs may run in one process."""
_checking_of: WeakKeyDictionary[pulumi.Resource, CheckSettings] = WeakKeyDictionary()
"""The same, of what is checked."""


@dataclass(frozen=True)
class CheckSettings:
    """What is checked, by the `sjresource:` settings of the config.

    `lenient` (`validation: warn`) turns errors into warnings, except where botocore can't send the
    request. `preflight` is whether AWS is asked about the queue or environment that would be used.
    `max_instance_hours` is the most that the new runs of one `up` may use; None is without a bound.
    """

    lenient: bool = False
    preflight: bool = True
    max_instance_hours: float | None = None

    @classmethod
    def from_config(cls, get: Callable[[str], Any]) -> CheckSettings:
        """Return it read through `get`, which takes a key without its namespace."""
        return cls(
            lenient=setting_word(get("validation")) == "warn",
            preflight=setting_word(get("preflight")) != "false",
            max_instance_hours=hours_of(get("maxInstanceHours")),
        )


def check_settings() -> CheckSettings:
    """Return the settings of the program's stack, which are read once in each run of it."""
    stack = get_root_resource()
    if stack is None:
        return CheckSettings.from_config(pulumi.Config(_NAMESPACE).get)
    if stack not in _checking_of:
        _checking_of[stack] = CheckSettings.from_config(pulumi.Config(_NAMESPACE).get)
    return _checking_of[stack]


def hours_of(text: Any) -> float | None:
    """Return the hours of a setting; None if it is not set, NaN if it is no number of hours."""
    if text in (None, ""):
        return None
    if not isinstance(text, (str, int, float)) or isinstance(text, bool):
        return math.nan
    try:
        hours = float(text)
    except (ValueError, OverflowError):
        return math.nan
    return hours if math.isfinite(hours) and hours >= 0 else math.nan


def stack_settings() -> Settings:
    """Return the stack's `aws:` config, which is read once in each run of the program.

    Raises:
        pulumi.RunError: a value in it can't be read, or a setting of `sjresource:` is wrong.
    """
    stack = get_root_resource()
    if stack is None:
        return Settings.from_config(pulumi.Config("aws").get)
    if stack not in _settings_of:
        require_known_settings()
        _settings_of[stack] = settings = Settings.from_config(pulumi.Config("aws").get)
        for key in settings.unsupported:
            pulumi.log.warn(f"reading Setting (aws:{key}): sjresource does not use it")
    return _settings_of[stack]


def with_default_tags(tags: Tags | None) -> Tags | None:
    """Return a resource's tags on top of `aws:defaultTags`, so that the diff shows both.

    Where a key is in both, the resource's value wins. Without default tags, `tags` stays as it is.
    """
    defaults: dict[str, pulumi.Input[str]] = dict(stack_settings().default_tags)
    if not defaults:
        return tags
    if is_config_secret("aws:defaultTags"):
        defaults = {key: pulumi.Output.secret(value) for key, value in defaults.items()}
    if tags is None or isinstance(tags, dict):  # only what is secret in it stays secret
        return {**defaults, **(tags or {})}

    def merged(known: Any) -> Any:
        return {**defaults, **known} if isinstance(known, dict) else known or defaults

    return pulumi.Output.from_input(tags).apply(merged)


def require_known_settings() -> None:
    """Check every `sjresource:` setting of the stack.

    Raises:
        pulumi.RunError: there is no setting of that name, or it can't have that value.
    """
    problems = list(setting_problems(_given_settings(), is_config_secret))
    if problems:
        raise pulumi.RunError("\n".join(problems))


def setting_problems(
    given: Mapping[str, Any], is_secret: Callable[[str], bool] = lambda _: False
) -> Iterator[str]:
    """Yield what is wrong with each setting, and what was probably meant."""
    for name, value in sorted(given.items()):
        setting = f"{_NAMESPACE}:{name}"
        if name not in SETTINGS:
            meant = [f"{_NAMESPACE}:{each}" for each in close_names(name, SETTINGS)]
            every = ", ".join(f"{_NAMESPACE}:{each}" for each in SETTINGS)
            advice = did_you_mean(meant, f"there are {every}")
            yield f"reading Setting ({plain(setting)}): there is no such setting{advice}"
        elif not _may_be(name, value):
            reason = wrong_value(name, value, is_secret=is_secret(setting))
            yield f"reading Setting ({setting}): {reason}"


def _may_be(name: str, value: Any) -> bool:
    if not SETTINGS[name]:
        return not math.isnan(hours_of(value) or 0.0)
    return setting_word(value) in SETTINGS[name]


def setting_word(value: Any) -> str:
    """Return a setting's value as it is compared: capitals and spaces around it say nothing."""
    return str(value).strip().lower()


def wrong_value(name: str, value: Any, *, is_secret: bool = False) -> str:
    """Return what a setting must be; the value is left out where it is a secret."""
    required = f"must be {_CHOICE.get(name) or ' or '.join(SETTINGS[name])}"
    if is_secret:
        return required
    word = setting_word(value)
    other = _MEANT.get(word, "")
    meant = [other] if other in SETTINGS[name] else close_names(word, SETTINGS[name])
    return f"{required}, got {plain(repr(value))}{did_you_mean(meant)}"


def _given_settings() -> dict[str, Any]:
    """Return the `sjresource:` part of the config that the engine has handed to the program."""
    known = {**pulumi_config.get_config_env(), **pulumi_config.CONFIG.get()}
    prefix = f"{_NAMESPACE}:"
    return {key[len(prefix) :]: known[key] for key in known if key.startswith(prefix)}
