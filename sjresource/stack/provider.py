"""What our dynamic providers share: the stack's settings, a client, and small change.

The engine keeps a provider as a pickled reference to its class, and that string is part of every
resource in users' state. So provider classes have no attributes and no arguments, and their
modules and names never change.
https://www.pulumi.com/docs/iac/concepts/providers/dynamic-providers/
"""

from __future__ import annotations

import atexit
import gc
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import ConfigureRequest, ResourceProvider

from sjresource.aws.arn import parse_arn
from sjresource.aws.calls import TRANSIENT
from sjresource.aws.clients import batch_client, caller_account, confirm_gone
from sjresource.aws.payload import is_unknown
from sjresource.aws.settings import Checking, Settings
from sjresource.errors import NotFound, RequestFailed
from sjresource.stack.identity import is_known_identity, unclaimed
from sjresource.stack.ownership import other_owner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient


class BatchProvider(ResourceProvider):
    """A provider of things in AWS Batch, with the stack's `aws:` config."""

    serialize_as_secret_always = False
    """A class's name is no secret, and a stack without secrets needs no passphrase."""

    settings: Settings = Settings()
    checking: Checking = Checking()
    _deployed: Mapping[str, str] = MappingProxyType({})

    def configure(self, req: ConfigureRequest) -> None:
        """Take the settings from the stack's config; called in the plugin's process only."""
        self.settings = Settings.from_config(lambda key: req.config.get(f"aws:{key}"))
        self.checking = Checking.from_config(lambda key: req.config.get(f"sjresource:{key}"))
        # Else Python goes through all of boto3 and its models for garbage, several times, while
        # the engine waits for the plugin's end: 0.2 s of every operation.
        atexit.register(gc.freeze)

    def remember(self, identity: Any, id_: str = "") -> None:
        """Keep that the state has a resource; its id is known only where a diff is asked for."""
        if is_known_identity(identity):
            deployed = self.__dict__.setdefault("_deployed", {})
            name = unclaimed(identity)
            deployed[name] = id_ or deployed.get(name, "")

    def deployed(self, identity: str) -> str | None:
        """Return the id that the state has, "" if it isn't known; None where it has no resource.

        The engine's plugin lives for one operation, and is asked to check what the state has before
        anything is created in its place: a create of what is deployed is a replacement.
        """
        return self._deployed.get(unclaimed(identity))

    def client(self, arn: str = "", region: str | None = None) -> BatchClient:
        """Give a client for the ARN's own region, else for `region`, else for the configured one.

        Raises:
            RequestFailed: the config does not allow the account that the credentials are for.
        """
        parsed = parse_arn(arn)
        return batch_client(self.settings, parsed.region if parsed else region)

    def settings_at(self, reference: Any, region: Any) -> Settings:
        """Return the settings for where a thing is: an ARN's region, `region`, or the config's."""
        known = isinstance(reference, str) and not is_unknown(reference)
        arn = parse_arn(reference) if known else None
        return self.settings.in_region(arn.region if arn else region)

    def region_or_account_changed(
        self, id_: str, reference: str = "", region: Any = None
    ) -> list[str]:
        """Name what the configuration says differently by now: `region`, `account` or nothing.

        The resource goes on in its own region and account until it is replaced. An ARN that the
        program gives, `reference`, decides before its `region`, and that before the configured one.
        The account is asked for only where the config names credentials.
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
        """Make sure that a not-found is not another account's answer.

        Raises:
            RequestFailed: the credentials are for another account than the resource's.
            Unreachable: whose credentials they are can't be told.
        """
        confirm_gone(self.settings, noun, id_)

    def monotonic(self) -> float:
        """Give seconds that only go forward."""
        return time.monotonic()

    def wall_time(self) -> float:
        """Give the time, in seconds since 1970."""
        return time.time()

    def registered(self) -> dict[str, int]:
        """Return the output by which the program sees that it is this `up` that created it."""
        return {"registered_at": int(self.wall_time() * 1000)}

    def sleep(self, seconds: float) -> None:
        """Block this worker; the engine's plugin has four of them for all resources."""
        time.sleep(seconds)


def require_ours(
    detail: Mapping[str, Any], doing: str, noun: str, id_: str, *identities: str
) -> None:
    """Make sure that what an old state names was not moved to another stack or resource since.

    Raises:
        RequestFailed: its marks say that it is another's by now.
    """
    owner = other_owner(detail, *identities)
    if owner:
        raise RequestFailed(
            doing,
            noun,
            id_,
            f"it is the resource {owner} of a Pulumi stack by now, which this state is older than",
            "forget it here with `pulumi state delete`; if it is this stack's after all, run "
            "`pulumi up` first",
        )


def with_delete_before_replace(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Delete before replacing, unless the user said otherwise: the old one is in the new one's way.

    A `DiffResult` can't say it: with `--replace` and `pulumi state taint` diff is not called.
    """
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=True), opts)


def update_tags(
    client: BatchClient,
    arn: str,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    marks: Mapping[str, str],
) -> None:
    """Make the resource's tags those of `news` and `marks`; what is in neither is left alone."""
    before, after = olds.get("tags") or {}, news.get("tags") or {}
    changed = {key: value for key, value in after.items() if before.get(key) != value}
    gone = sorted(set(before) - set(after))
    if changed or marks:
        client.tag_resource(arn, {**changed, **marks})
    if gone:
        client.untag_resource(arn, gone)


def ignoring_refusal(effect: Callable[[], None]) -> bool:
    """Do what AWS may refuse without harm; tell whether it was done.

    Raises:
        RequestFailed, Unreachable: a transient error, such as a throttle.
    """
    try:
        effect()
    except NotFound:
        return False
    except RequestFailed as error:
        if error.code in TRANSIENT:
            raise
        return False
    return True
