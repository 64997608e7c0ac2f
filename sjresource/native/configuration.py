"""The provider's own configuration: pulumi-aws's names and shapes, and ours. Pure.

The engine hands a plugin its provider's configuration and nothing else: not the stack's `aws:`
settings, and not the organization. So the same names are read below `sjresource:`, from an explicit
provider, and, where boto3 does that, from the environment.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi

from sjresource.aws.payload import is_unknown
from sjresource.aws.settings import UNSUPPORTED, Settings
from sjresource.checks.values.lookups import holds_unknown
from sjresource.native.schema import provider_settings
from sjresource.sanitize import plain
from sjresource.stack.config import SETTINGS, CheckSettings, setting_problems, setting_word
from sjresource.stack.spelling.words import native_words
from sjresource.suggestions import nearest_or_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NO_ORGANIZATION = "organization"
"""The organization where none is named: that of every backend but Pulumi Cloud."""

_MEANINGLESS = (
    "s3UsEast1RegionalEndpoint",
    "s3UsePathStyle",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
)
_ALSO_READ = ("assumeRole", *UNSUPPORTED, *_MEANINGLESS)
"""Settings of pulumi-aws that the schema need not offer: an older form, and what has no effect."""

_ORGANIZATION = re.compile(r"[\w.-]+")
"""It is a part of identities, between slashes."""

_ENGINES_OWN = ("version", "pluginDownloadURL", "parameterization")


class Configuration(NamedTuple):
    """What a provider is configured with."""

    settings: Settings = Settings()
    checking: CheckSettings = CheckSettings()
    organization: str = NO_ORGANIZATION
    progress: str = "sparse"


def configuration_of(given: Mapping[str, Any]) -> Configuration:
    """Return what is configured.

    Raises:
        pulumi.RunError: a value can't be read.
    """

    def text(key: str) -> str | None:
        value = given.get(key)
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value)

    return Configuration(
        Settings.from_config(text),
        CheckSettings.from_config(text),
        text("organization") or NO_ORGANIZATION,
        setting_word(text("progress") or "sparse"),
    )


def configuration_problems(
    given: Mapping[str, Any], secret: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Yield the name and the reason of each wrong setting; `secret` are names of secrets."""
    hidden = {f"sjresource:{name}" for name in secret}
    for name, value in sorted(given.items()):
        if name not in _ENGINES_OWN and not name.startswith("__"):
            for reason in _setting_reasons(name, value, hidden):
                yield name, plain(reason)
    if not holds_unknown(given):
        try:
            configuration_of(given)
        except pulumi.RunError as error:
            yield "", native_words(plain(error))


def secret_settings(given: Mapping[str, Any]) -> frozenset[tuple[str, ...]]:
    """Return the paths of the settings that the schema has as secrets, however they were given."""
    settings = provider_settings()
    return frozenset((name,) for name in given if settings.get(name, {}).get("secret"))


def _setting_reasons(name: str, value: Any, hidden: set[str]) -> Iterator[str]:
    if name not in (*provider_settings(), *_ALSO_READ):
        advice = nearest_or_all(name, provider_settings())
        yield f"{name}: there is no such setting{advice}"
    elif is_unknown(value):
        return
    elif name == "organization" and value and not _ORGANIZATION.fullmatch(str(value)):
        yield f"reading Setting (sjresource:{name}): must be an organization's name"
    elif name in SETTINGS:
        yield from setting_problems({name: value}, hidden.__contains__)
