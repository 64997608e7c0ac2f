"""The stack's `aws:` config (region, credentials, endpoints, tags), read as pulumi-aws reads it.

None means that boto3's own chain decides (AWS_REGION, profiles, AWS_ENDPOINT_URL_BATCH, roles of
the machine). docs/aws.md has the list of settings.
https://www.pulumi.com/registry/packages/aws/installation-configuration/
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sjresource.aws.assumed_role import assumed_roles, web_identity_role
from sjresource.aws.config_values import ConfigValues
from sjresource.aws.models import service_names
from sjresource.suggestions import close_names, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from sjresource.aws.assumed_role import AssumedRole

    Pairs: TypeAlias = tuple[tuple[str, str], ...]

UNSUPPORTED = (
    "ec2MetadataServiceEndpoint",
    "ec2MetadataServiceEndpointMode",
    "tagPolicyCompliance",
    "tokenBucketRateLimiterCapacity",
    "userAgents",
)
"""Settings of pulumi-aws that are ignored with a warning.

Others mean nothing here: they are about S3, or skip a check that is never made."""

_ENDPOINT_NAMES = {"logs": ("logs", "cloudwatchlogs", "cloudwatchlog")}
"""pulumi-aws's names of a service; a service that is not here has one name."""

_ENDPOINT_SERVICES = ("batch", "sagemaker", "sts")
_OTHER_SERVICES = ("cloudwatchevents", "cloudwatchevidently", "cloudwatchrum")
"""pulumi-aws's names of others that are near one of ours, and not botocore's."""

_ACCOUNT_DIGITS = 12


@dataclass(frozen=True)
class Connection:
    """How a request gets to AWS. `max_retries` does not count the first try."""

    max_retries: int | None = None
    retry_mode: str | None = None
    http_proxy: str | None = field(default=None, repr=False)  # may hold a password
    https_proxy: str | None = field(default=None, repr=False)
    no_proxy: str | None = None
    ca_bundle: str | None = None
    insecure: bool = False
    fips: bool = False
    dualstack: bool = False

    @classmethod
    def from_config(cls, config: ConfigValues) -> Connection:
        """Return the connection that the config describes."""
        return cls(
            max_retries=config.count("maxRetries"),
            retry_mode=config.one_of("retryMode", ("standard", "adaptive")),
            http_proxy=config.text("httpProxy"),
            https_proxy=config.text("httpsProxy"),
            no_proxy=config.text("noProxy"),
            ca_bundle=config.text("customCaBundle"),
            insecure=config.flag("insecure"),
            fips=config.flag("useFipsEndpoint"),
            dualstack=config.flag("useDualstackEndpoint"),
        )


@dataclass(frozen=True)
class Settings:
    """The settings of `aws:` that have an effect here. Hashable: clients are cached by them."""

    region: str | None = None
    profile: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    config_file: str | None = None
    credentials_file: str | None = None
    web_identity: AssumedRole | None = None
    assume_roles: tuple[AssumedRole, ...] = ()
    sts_region: str | None = None
    endpoints: Pairs = field(default=(), repr=False)  # may hold passwords
    connection: Connection = Connection()
    allowed_accounts: tuple[str, ...] = ()
    forbidden_accounts: tuple[str, ...] = ()
    default_tags: Pairs = field(default=(), repr=False)
    ignored_tags: tuple[str, ...] = ()
    ignored_tag_prefixes: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    """Keys of settings that are set and not supported."""

    @classmethod
    def from_config(
        cls, get: Callable[[str], Any], environ: Mapping[str, str] = os.environ
    ) -> Settings:
        """Return the settings read through `get`, which takes a key without its namespace.

        Without a region in the config pulumi-aws uses AWS_REGION, which boto3 does not read.

        Raises:
            pulumi.RunError: a value can't be read.
        """
        config = ConfigValues("aws", get)
        ignored = config.mapping("ignoreTags", ("keys", "keyPrefixes"))
        return cls(
            region=config.region("region") or environ.get("AWS_REGION") or None,
            profile=config.text("profile"),
            access_key=config.text("accessKey"),
            secret_key=config.text("secretKey"),
            token=config.text("token"),
            config_file=_only_file(config, "sharedConfigFiles"),
            credentials_file=_only_file(config, "sharedCredentialsFiles"),
            web_identity=web_identity_role(config),
            assume_roles=assumed_roles(config),
            sts_region=config.region("stsRegion"),
            endpoints=_endpoints(config),
            connection=Connection.from_config(config),
            allowed_accounts=_accounts(config, "allowedAccountIds"),
            forbidden_accounts=_accounts(config, "forbiddenAccountIds"),
            default_tags=_default_tags(config),
            ignored_tags=config.list_of_texts("ignoreTags", ignored.get("keys", [])),
            ignored_tag_prefixes=config.list_of_texts("ignoreTags", ignored.get("keyPrefixes", [])),
            unsupported=tuple(key for key in UNSUPPORTED if config.text(key)),
        )

    @property
    def names_credentials(self) -> bool:
        """Whether the config names credentials, and not only the machine does."""
        return bool(self.profile or self.access_key or self.assume_roles or self.web_identity)

    def in_region(self, region: Any) -> Settings:
        """Return these settings for another region; anything but a string leaves them unchanged."""
        return replace(self, region=region) if region and isinstance(region, str) else self

    def endpoint(self, service: str) -> str | None:
        """Return the configured URL of `service`, by boto3's name of it; None if there is none."""
        named = dict(self.endpoints)
        names = _ENDPOINT_NAMES.get(service, (service,))
        return next((named[name] for name in names if name in named), None)

    def account_refusal(self, account: str | None) -> str | None:
        """Return why this account is not allowed; None if it is.

        An unknown account (None) is not allowed if only some are.
        """
        if not (self.allowed_accounts or self.forbidden_accounts):
            return None
        if account is None:
            return "STS does not tell which account the credentials are for"
        if account in self.forbidden_accounts:
            return f"account {account} is one of aws:forbiddenAccountIds"
        if self.allowed_accounts and account not in self.allowed_accounts:
            return f"account {account} is none of aws:allowedAccountIds"
        return None

    def ignores_tag(self, key: str) -> bool:
        """Return whether `aws:ignoreTags` has this tag: changes by somebody else are no drift."""
        return key in self.ignored_tags or key.startswith(self.ignored_tag_prefixes or ("\0",))


def _endpoints(config: ConfigValues) -> Pairs:
    """Return pulumi-aws's list of objects, `[{"batch": URL}, …]`, merged; a later entry wins."""
    entries = config.nested("endpoints") or []
    merged: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict):
            config.refuse("endpoints", "must be a list of objects")
        for service, url in entry.items():
            if url:
                _require_service(config, service)
                merged[service] = config.url("endpoints", service, url)
    return tuple(sorted(merged.items()))


def _require_service(config: ConfigValues, service: str) -> None:
    """Make sure that a name is no misspelt one of ours, whose calls would go to AWS itself."""
    ours = [*_ENDPOINT_SERVICES, *_ENDPOINT_NAMES["logs"]]
    meant = close_names(service, ours)
    if service not in ours and meant and service not in _others():
        config.refuse("endpoints", f"has no service {service!r}{did_you_mean(meant)}")


def _others() -> frozenset[str]:
    """Return the names that pulumi-aws has for services, nearly: botocore's without hyphens."""
    return frozenset([*(each.replace("-", "") for each in service_names()), *_OTHER_SERVICES])


def _accounts(config: ConfigValues, key: str) -> tuple[str, ...]:
    """Return ids of 12 digits: `pulumi config set --path` stores numbers, without leading zeros."""
    found = tuple(account.zfill(_ACCOUNT_DIGITS) for account in config.texts(key))
    if not all(each.isdecimal() and len(each) == _ACCOUNT_DIGITS for each in found):
        config.refuse(key, "must be a list of ids of accounts, each of 12 digits")
    return found


def _default_tags(config: ConfigValues) -> Pairs:
    tags = config.mapping("defaultTags", ("tags",)).get("tags", {})
    return tuple(config.map_of_texts("defaultTags", tags).items())


def _only_file(config: ConfigValues, key: str) -> str | None:
    files = config.texts(key)
    if len(files) > 1:
        config.refuse(key, "must be one file: boto3 reads no more")
    return os.path.expanduser(files[0]) if files else None  # noqa: PTH111 - Path would want a home
