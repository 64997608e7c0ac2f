"""Where AWS is and who we are there: the stack's `aws:` config, read as pulumi-aws reads it.

What the config leaves out is boto3's own chain (AWS_REGION, profiles, AWS_ENDPOINT_URL_BATCH,
roles of the machine): None here means that boto3 decides.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Settings:
    """The part of the `aws:` config that reaches boto3. Hashable: clients are cached by it."""

    region: str | None = None
    profile: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    endpoints: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_config(
        cls, get: Callable[[str], Any], environ: Mapping[str, str] = os.environ
    ) -> Settings:
        """Read the settings through `get`, which takes a key without its namespace.

        Without a region in the config pulumi-aws takes AWS_REGION, which boto3 does not know.

        Every value is a string, nested ones JSON text: that is how the engine hands config to a
        dynamic provider, and how `pulumi.Config("aws").get` gives it to a program.
        """
        return cls(
            region=get("region") or environ.get("AWS_REGION"),
            profile=get("profile"),
            access_key=get("accessKey"),
            secret_key=get("secretKey"),
            token=get("token"),
            endpoints=_endpoints(get("endpoints")),
        )

    def endpoint(self, service: str) -> str | None:
        """Give the URL that the config names for `service`, such as `batch` or `sts`."""
        return dict(self.endpoints).get(service)


@dataclass(frozen=True)
class Checking:
    """How a preview checks: our own config, `sjresource:validation` and `sjresource:preflight`.

    `lenient` (`validation: warn`) lets pass what the installed botocore does not know; `preflight`
    is whether AWS is asked about the queue of a job that would be submitted.
    """

    lenient: bool = False
    preflight: bool = True

    @classmethod
    def from_config(cls, get: Callable[[str], Any]) -> Checking:
        """Read it through `get`, which takes a key without its namespace and gives a string."""
        return cls(
            lenient=str(get("validation")).lower() == "warn",
            preflight=str(get("preflight")).lower() != "false",
        )


def _endpoints(text: str | None) -> tuple[tuple[str, str], ...]:
    """Merge pulumi-aws's list of objects, `[{"batch": URL}, …]`; a later entry wins."""
    if not text:
        return ()
    entries = json.loads(text)
    merged: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else [entries]:
        merged.update({service: url for service, url in entry.items() if url})
    return tuple(sorted(merged.items()))
