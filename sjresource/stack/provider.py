"""Base class of all providers: AWS settings from the stack's config, a client per region, clocks.

The engine stores a provider as a pickled reference to its class, and that string is part of every
resource in users' state. So a provider has no constructor arguments and no attributes of its own
that are pickled, and the modules and names of provider classes never change.
https://www.pulumi.com/docs/iac/concepts/providers/dynamic-providers/
"""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import ConfigureRequest, ResourceProvider

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import batch_client, caller_account, confirm_gone
from sjresource.aws.payload import is_unknown
from sjresource.aws.settings import Settings
from sjresource.aws.waiters import WaiterClock
from sjresource.errors import RequestFailed
from sjresource.process.garbage import search_seldom, spare_the_exit
from sjresource.stack.config import CheckSettings
from sjresource.stack.identity import is_known_identity, without_claimants
from sjresource.stack.plugin_notes import note_maker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient


class BatchProvider(ResourceProvider):
    """A provider of things in AWS Batch, with the stack's `aws:` config."""

    serialize_as_secret_always = False
    """A class's name is no secret: a stack without secrets needs no passphrase."""

    settings: Settings = Settings()
    checking: CheckSettings = CheckSettings()
    pause: Callable[[float], None] = time.sleep
    """How to let seconds pass; the native front's ends at once when the user cancels."""
    front = "dynamic resources"
    """Of which front the resources are; the plugin says otherwise."""
    _deployed_ids: Mapping[str, str] = MappingProxyType({})
    """The ids that this operation has seen in the state, by identity; "" where one isn't known."""

    def configure(self, req: ConfigureRequest) -> None:
        """Read the stack's config; the engine calls this, in the plugin's process only."""
        self.settings = Settings.from_config(lambda key: req.config.get(f"aws:{key}"))
        self.checking = CheckSettings.from_config(lambda key: req.config.get(f"sjresource:{key}"))
        search_seldom()
        spare_the_exit()

    def as_asked(self, olds: Mapping[str, Any], _news: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the old state as a diff compares it: what was asked for, where AWS gave another.

        Args:
            olds: the state.
            _news: what is asked for now.
        """
        return olds

    def remember_deployed(self, identity: Any, id_: str = "") -> None:
        """Note that the state has a resource; only a diff knows the id."""
        if is_known_identity(identity):
            deployed = self.__dict__.setdefault("_deployed_ids", {})
            name = without_claimants(identity)
            deployed[name] = id_ or deployed.get(name, "")

    def deployed_id(self, identity: str) -> str | None:
        """Return a resource's id in the state, "" if it isn't known; None if it has none.

        The engine's plugin lives for one operation, and is asked to check what the state has before
        anything is created in its place: so a create of what is deployed is a replacement.
        """
        return self._deployed_ids.get(without_claimants(identity))

    def client(self, arn: str = "", region: str | None = None) -> BatchClient:
        """Return a client for the ARN's own region, else for `region`, else for the configured one.

        Raises:
            RequestFailed: the config does not allow the account that the credentials are for.
        """
        parsed = parse_arn(arn)
        return batch_client(self.settings, parsed.region if parsed else region)

    def settings_at(self, reference: Any, region: Any) -> Settings:
        """Return the settings for the region of an ARN, else for `region`, else the configured.

        What is unknown yet counts as not given.
        """
        known = isinstance(reference, str) and not is_unknown(reference)
        arn = parse_arn(reference) if known else None
        return self.settings.in_region(
            arn.region if arn else None if is_unknown(region) else region
        )

    def region_or_account_changed(
        self, id_: str, reference: str = "", region: Any = None
    ) -> list[str]:
        """Return `["region"]` or `["account"]` if the resource is to be in another one, else `[]`.

        It stays in its own region and account until it is replaced. The region is that of the ARN
        `reference` if the program gives one, else `region`, else the configured one. STS is asked
        for the account only where the config names credentials.
        """
        arn, referred = parse_arn(id_), parse_arn(reference)
        if arn is None or is_unknown(region):
            return []
        wanted = referred.region if referred else self.settings.in_region(region).region
        if wanted and wanted != arn.region:
            return ["region"]
        if not self.settings.names_credentials:
            return []
        return ["account"] if caller_account(self.settings) not in (None, arn.account) else []

    def confirm_gone(self, noun: str, id_: str) -> None:
        """Make sure that a not-found isn't another account's answer; see `clients.confirm_gone`."""
        confirm_gone(self.settings, noun, id_)

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes backwards."""
        return time.monotonic()

    @property
    def clock(self) -> WaiterClock:
        """The time of the waiters."""
        return WaiterClock(self.monotonic, self.sleep)

    def wall_time(self) -> float:
        """Return the seconds since 1970."""
        return time.time()

    def registered_now(self) -> dict[str, int]:
        """Return the output that tells the program that this `up` created the resource."""
        return {"registered_at": int(self.wall_time() * 1000)}

    def sleep(self, seconds: float) -> None:
        """Block this worker; the engine's plugin has four of them for all resources."""
        self.pause(seconds)


def require_unshared(front: str, arn: str, doing: str, noun: str, name: str) -> None:
    """Make sure that the other front has not made a thing for a resource of this very name.

    Its create looks like a lost one of this resource, since both have one identity.

    Raises:
        RequestFailed: it has, in this operation.
    """
    maker = note_maker(arn, front)
    if maker != front:
        raise RequestFailed(
            doing,
            noun,
            name,
            f"{arn} is that of the {maker}, of which this program has one of the same name",
            "both are one thing in AWS: leave one of them out, or give it another name",
        )


def update_tags(
    client: BatchClient,
    arn: str,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    own_tags: Mapping[str, str],
) -> None:
    """Set the tags of `news` and our own, and remove those that only `olds` has."""
    before, after = olds.get("tags") or {}, news.get("tags") or {}
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    gone = sorted(set(before) - set(after))
    if changed or own_tags:
        client.tag_resource(arn, {**changed, **own_tags})
    if gone:
        client.untag_resource(arn, gone)
