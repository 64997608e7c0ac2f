"""What a pulumi-aws provider in a resource's options means: its region, and what we can't use.

A dynamic resource has a provider of its own, so the engine ignores `provider=`, `providers=` and
what a component passes on. A program that gives one means it all the same: the region is taken from
it, and for credentials and endpoints a warning says where they come from instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGES = ("aws", "aws-native")
_NOT_USED = (
    "access_key",
    "assume_role",
    "assume_role_with_web_identity",
    "assume_roles",
    "custom_ca_bundle",
    "endpoints",
    "http_proxy",
    "https_proxy",
    "profile",
    "role_arn",
    "shared_config_files",
    "shared_credentials_files",
)
"""Settings of a provider that ours, which the engine starts for all resources, can't take over."""


def region_of(region: Any, opts: pulumi.ResourceOptions | None) -> Any:
    """Return the region that the program gives, else its provider's, else None."""
    if region is not None:
        return region
    provider = _provider(opts)
    found = vars(provider).get("region") if provider is not None else None
    return found if isinstance(found, (str, pulumi.Output)) else None


def warn_of_provider(
    resource: pulumi.Resource, opts: pulumi.ResourceOptions | None, *, needs_region: bool
) -> None:
    """Warn, on the resource's row, of what its provider says and is not used."""
    provider = _provider(opts)
    if provider is None:
        return
    if needs_region and not isinstance(vars(provider).get("region"), (str, pulumi.Output)):
        pulumi.log.warn(
            "its provider does not say its region: the stack's aws:region counts; give region=",
            resource=resource,
        )
    given = {name: vars(provider)[name] for name in _NOT_USED if name in vars(provider)}

    def warn(known: dict[str, Any]) -> None:
        names = ", ".join(name for name in known if known[name] not in (None, "", "null", "[]"))
        if names:
            pulumi.log.warn(
                f"its provider's {names} can't be used: credentials and endpoints are those of the "
                "stack's aws: config; give region= for another region",
                resource=resource,
            )

    if given:
        pulumi.Output.all(**given).apply(warn)


def _provider(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    return next((each for each in _providers(opts) if each.package in _PACKAGES), None)


def _providers(opts: pulumi.ResourceOptions | None) -> Iterator[pulumi.ProviderResource]:
    """Yield the providers that a resource is given or inherits, nearest first."""
    if opts is None:
        return
    if opts.provider is not None:
        yield opts.provider
    providers = opts.providers or ()
    yield from providers.values() if isinstance(providers, Mapping) else providers
    if opts.parent is not None:
        members = [f"{package}:batch/jobQueue:JobQueue" for package in _PACKAGES]
        inherited = map(opts.parent.get_provider, members)
        yield from (each for each in inherited if each is not None)
