"""The roles that the stack's `aws:` config has assumed, as pulumi-aws reads them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.aws.config_values import ConfigValues

_COMMON = ("duration", "policy", "policyArns", "roleArn", "sessionName")
_OF_ROLE = (*_COMMON, "externalId", "sourceIdentity", "tags", "transitiveTagKeys")
_OF_WEB_IDENTITY = (*_COMMON, "webIdentityToken", "webIdentityTokenFile")

_API_NAMES = {
    "externalId": "ExternalId",
    "policy": "Policy",
    "sessionName": "RoleSessionName",
    "sourceIdentity": "SourceIdentity",
}
"""Members that are passed to AssumeRole as they are."""

_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/\S+", re.ASCII)


@dataclass(frozen=True)
class AssumedRole:
    """A role to assume. Hashable: sessions are cached by it.

    `token` and `token_file` are for a web identity only.
    """

    arn: str
    arguments: str = field(default="{}", repr=False)
    """Arguments of AssumeRole beside the ARN, as JSON; external ids may be secret."""
    token: str | None = field(default=None, repr=False)
    token_file: str | None = None

    def request(self) -> dict[str, Any]:
        """Return the call's arguments beside ARN and token, under the API's names."""
        request: dict[str, Any] = json.loads(self.arguments)
        return request

    def web_identity_token(self) -> str:
        """Return the token; a file is read each time, since its token is renewed."""
        return self.token or Path(self.token_file or "").read_text().strip()


def assumed_roles(config: ConfigValues) -> tuple[AssumedRole, ...]:
    """Return the roles in the order in which they are assumed, each with the one before it.

    pulumi-aws calls the list `assumeRoles`; until version 6 a single one was `assumeRole`.
    """
    listed = config.nested("assumeRoles") or []
    if not isinstance(listed, list):
        config.refuse("assumeRoles", "must be a list")
    single = config.nested("assumeRole")
    found = [*(("assumeRoles", each) for each in listed)]
    if single and not found:
        found = [("assumeRole", single)]
    return tuple(_role(config, key, config.members(key, each, _OF_ROLE)) for key, each in found)


def web_identity_role(config: ConfigValues) -> AssumedRole | None:
    """Return the role that is assumed first, with the token of an identity provider, as in CI."""
    key = "assumeRoleWithWebIdentity"
    members = config.mapping(key, _OF_WEB_IDENTITY)
    if not members:
        return None
    if not {"webIdentityToken", "webIdentityTokenFile"} & set(members):
        config.refuse(key, "must have webIdentityToken or webIdentityTokenFile")
    return _role(config, key, members)


def _role(config: ConfigValues, key: str, members: Mapping[str, Any]) -> AssumedRole:
    if "roleArn" not in members:
        config.refuse(key, "must have roleArn")
    if not _ROLE.fullmatch(str(members["roleArn"])):
        config.refuse(key, "has a roleArn that is not such as arn:aws:iam::123456789012:role/name")
    return AssumedRole(
        arn=members["roleArn"],
        arguments=json.dumps(dict(_arguments(config, key, members)), sort_keys=True),
        token=members.get("webIdentityToken"),
        token_file=members.get("webIdentityTokenFile"),
    )


def _arguments(
    config: ConfigValues, key: str, members: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name, api_name in _API_NAMES.items():
        if name in members:
            yield api_name, members[name]
    if "transitiveTagKeys" in members:
        yield "TransitiveTagKeys", list(config.list_of_texts(key, members["transitiveTagKeys"]))
    if "duration" in members:
        yield "DurationSeconds", config.seconds(key, members["duration"])
    if "policyArns" in members:
        arns = config.list_of_texts(key, members["policyArns"])
        yield "PolicyArns", [{"arn": arn} for arn in arns]
    if "tags" in members:
        tags = config.map_of_texts(key, members["tags"])
        yield "Tags", [{"Key": k, "Value": v} for k, v in sorted(tags.items())]
