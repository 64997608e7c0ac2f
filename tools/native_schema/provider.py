"""The provider's own config: pulumi-aws's names and shapes for what both have, and ours.

https://www.pulumi.com/registry/packages/aws/installation-configuration/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from native_schema.type_table import Spec, array, described, mapping

if TYPE_CHECKING:
    from native_schema.type_table import TypeTable

_TEXT: Spec = {"type": "string"}
_FLAG: Spec = {"type": "boolean"}
_TEXTS: Spec = array(_TEXT)

_ROLE = {
    "roleArn": described(_TEXT, "The role's ARN; required."),
    "duration": described(_TEXT, "How long its credentials are valid: `1h30m`, `15m`, `900s`."),
    "policy": described(_TEXT, "A policy, as JSON text, that narrows the role's."),
    "policyArns": described(_TEXTS, "ARNs of policies that narrow the role's."),
    "sessionName": described(_TEXT, "The name of the session."),
}
_ASSUMED_ROLE = {
    **_ROLE,
    "externalId": described(_TEXT, "The id that the role's account asks for."),
    "sourceIdentity": described(_TEXT, "The source identity of the session."),
    "tags": described(mapping(_TEXT), "Tags of the session."),
    "transitiveTagKeys": described(_TEXTS, "Keys of the tags that the next session has too."),
}
_WEB_IDENTITY = {
    **_ROLE,
    "webIdentityToken": described(_TEXT, "The identity provider's token."),
    "webIdentityTokenFile": described(_TEXT, "A file with the token, read for each session."),
}
_ENDPOINTS = {
    service: described(_TEXT, f"The URL of {name}.")
    for service, name in (
        ("batch", "AWS Batch"),
        ("sagemaker", "SageMaker"),
        ("logs", "CloudWatch Logs"),
        ("cloudwatchlogs", "CloudWatch Logs"),
        ("sts", "STS"),
    )
}
_TAGS = {"tags": described(mapping(_TEXT), "The tags.")}
_IGNORED = {
    "keys": described(_TEXTS, "Keys of tags that a refresh does not look at."),
    "keyPrefixes": described(_TEXTS, "How the keys of such tags begin."),
}

_SECRET = {"accessKey", "secretKey", "token", "httpProxy", "httpsProxy"}
"""Proxies may have a password in their URL."""


def settings(types: TypeTable) -> dict[str, Spec]:
    """Return every setting; their types go to the table."""
    role = types.object("ProviderAssumeRole", _ASSUMED_ROLE, "A role to assume.")
    identity = types.object(
        "ProviderAssumeRoleWithWebIdentity",
        _WEB_IDENTITY,
        "A role to assume with the token of an identity provider, as in CI.",
    )
    endpoint = types.object("ProviderEndpoint", _ENDPOINTS, "URLs of AWS's services.")
    tags = types.object("ProviderDefaultTags", _TAGS, "Tags of every resource.")
    ignored = types.object("ProviderIgnoreTags", _IGNORED, "Tags that are not looked at.")
    told: dict[str, tuple[Spec, str]] = {
        "region": (
            _TEXT,
            (
                "Where things are made; else AWS_REGION, AWS_DEFAULT_REGION, the profile's. What "
                "exists stays where its ARN says."
            ),
        ),
        "profile": (_TEXT, "A profile of the shared config, as boto3 knows it."),
        "accessKey": (_TEXT, "The access key; it comes before a profile."),
        "secretKey": (_TEXT, "The secret key."),
        "token": (_TEXT, "The session token of temporary credentials."),
        "sharedConfigFiles": (_TEXTS, "The shared config file: a list of one."),
        "sharedCredentialsFiles": (_TEXTS, "The shared credentials file: a list of one."),
        "assumeRoles": (array(role), "Roles that are assumed in order, each with the one before."),
        "assumeRoleWithWebIdentity": (identity, "A role that is assumed before all others."),
        "stsRegion": (_TEXT, "Whose STS gives the roles' credentials."),
        "endpoints": (array(endpoint), "URLs of services, where they are not AWS's own."),
        "defaultTags": (tags, "Tags below those of every resource, whose own values count."),
        "ignoreTags": (ignored, "Tags that a refresh does not look at."),
        "allowedAccountIds": (_TEXTS, "No call is made in any other account."),
        "forbiddenAccountIds": (_TEXTS, "No call is made in these accounts."),
        "maxRetries": ({"type": "integer"}, "How often a call is repeated; 7 if not given."),
        "retryMode": (_TEXT, "botocore's `standard` or `adaptive`, which is the default."),
        "useFipsEndpoint": (_FLAG, "Whether calls go to FIPS endpoints."),
        "useDualstackEndpoint": (_FLAG, "Whether calls go to endpoints with IPv6, too."),
        "httpProxy": (_TEXT, "The proxy of http URLs."),
        "httpsProxy": (_TEXT, "The proxy of https URLs."),
        "noProxy": (_TEXT, "Hosts that are called without a proxy, with commas between them."),
        "customCaBundle": (_TEXT, "A file of certificates to trust instead of the usual ones."),
        "insecure": (_FLAG, "Whether certificates are not checked at all."),
        "validation": (
            _TEXT,
            "`strict`, the default, or `warn`: then what AWS might take after all is a warning.",
        ),
        "preflight": (
            _FLAG,
            (
                "Whether a preview asks AWS about the queue or environment that a new resource "
                "needs; true if not given."
            ),
        ),
        "progress": (
            _TEXT,
            (
                "`sparse`, the default, or `live`: how often the row of a job that is waited for "
                "says what the job does."
            ),
        ),
        "maxInstanceHours": (
            {"type": "number"},
            "The most instance-hours that all jobs which one `pulumi up` submits may use.",
        ),
        "organization": (
            _TEXT,
            (
                "The stack's organization on Pulumi Cloud, which no plugin is told. It is part of "
                "the identity by which a job in AWS is known as this stack's; `organization`, as "
                "on all other backends, if not given."
            ),
        ),
    }
    return {
        name: {**described(spec, text), **({"secret": True} if name in _SECRET else {})}
        for name, (spec, text) in told.items()
    }
