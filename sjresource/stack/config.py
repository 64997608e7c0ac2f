"""What the program's own process reads from the stack's config, and says about it.

The engine's plugin gets the same config by another way; see `provider`. A setting of pulumi-aws
that we don't support is said here, since only a program can warn: once for each run of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource, is_config_secret

from sjresource.aws.settings import Settings
from sjresource.stack.own_settings import require_known_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    Tags = pulumi.Input[Mapping[str, pulumi.Input[str]]]

_read: WeakKeyDictionary[pulumi.Resource, Settings] = WeakKeyDictionary()
"""What was read by now, by the program's stack; several programs may run in one process."""


def stack_settings() -> Settings:
    """Read the stack's `aws:` config, once in each run of the program.

    Raises:
        pulumi.RunError: a value in it can't be read, or one of our own settings is none.
    """
    stack = get_root_resource()
    if stack is None:
        return Settings.from_config(pulumi.Config("aws").get)
    if stack not in _read:
        require_known_settings()
        _read[stack] = settings = Settings.from_config(pulumi.Config("aws").get)
        for key in settings.unsupported:
            pulumi.log.warn(f"reading Setting (aws:{key}): sjresource does not use it")
    return _read[stack]


def with_default_tags(tags: Tags | None) -> Tags | None:
    """Give a resource's tags with `aws:defaultTags` below them, for the diff to show.

    Of a key that both have, the resource's value counts. Where there are no default tags, `tags`
    stays as it is.
    """
    defaults: dict[str, pulumi.Input[str]] = dict(stack_settings().default_tags)
    if not defaults:
        return tags
    if is_config_secret("aws:defaultTags"):
        defaults = {key: pulumi.Output.secret(value) for key, value in defaults.items()}
    if tags is None or isinstance(tags, dict):  # what is secret in it stays secret alone
        return {**defaults, **(tags or {})}

    def merged(known: Any) -> Any:
        return {**defaults, **known} if isinstance(known, dict) else known or defaults

    return pulumi.Output.from_input(tags).apply(merged)
