"""A role that the stack's `aws:` config has us assume, read as pulumi-aws reads it.

Nothing here asks STS; `session` does.
https://www.pulumi.com/registry/packages/aws/installation-configuration/
"""

from __future__ import annotations

import json
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
    "transitiveTagKeys": "TransitiveTagKeys",
}
"""What goes to AssumeRole as it is."""


@dataclass(frozen=True)
class AssumedRole:
    """One role. Hashable: sessions are cached by it.

    `token` and `token_file` are only there for a web identity.
    """

    arn: str
    arguments: str = field(default="{}", repr=False)
    """What AssumeRole takes beside the ARN, as JSON: external ids may be secret."""
    token: str | None = field(default=None, repr=False)
    token_file: str | None = None

    def request(self) -> dict[str, Any]:
        """Give what the call takes beside ARN and token, under the API's names."""
        request: dict[str, Any] = json.loads(self.arguments)
        return request

    def web_identity_token(self) -> str:
        """Give the token; a file is read anew each time, since its token is renewed."""
        return self.token or Path(self.token_file or "").read_text().strip()


def assumed_roles(config: ConfigValues) -> tuple[AssumedRole, ...]:
    """Give the roles in the order in which they are assumed, each with the one before it.

    pulumi-aws calls the list `assumeRoles`, and until version 6 a single one `assumeRole`.
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
    """Give the role that is assumed first, with a token of an identity provider such as a CI's."""
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
    if "duration" in members:
        yield "DurationSeconds", config.seconds(key, members["duration"])
    if "policyArns" in members:
        yield "PolicyArns", [{"arn": arn} for arn in members["policyArns"]]
    if "tags" in members:
        yield "Tags", [{"Key": k, "Value": str(v)} for k, v in sorted(members["tags"].items())]
