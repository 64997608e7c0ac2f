"""ARNs: the physical ids of our resources, from which region, account and names are read.

The configuration can change its region or account under a resource that exists; its ARN can't.
"""

from __future__ import annotations

import shlex
from typing import NamedTuple


class Arn(NamedTuple):
    """`arn:partition:service:region:account:kind/name`; a name may hold further slashes."""

    partition: str
    service: str
    region: str
    account: str
    kind: str
    name: str


def parse_arn(text: str) -> Arn | None:
    """Split an ARN; None for anything else, such as the bare name that AWS takes in its place."""
    parts = text.split(":", 5)
    if len(parts) != len(Arn._fields) or parts[0] != "arn":
        return None
    kind, _, name = parts[5].partition("/")
    partition, service, region, account = parts[1:5]
    return Arn(partition, service, region, account, kind, name)


def name_in(arn_or_name: str) -> str:
    """Give the last part of an ARN, or the name itself."""
    return arn_or_name.rsplit("/", 1)[-1]


def region_in(arn_or_name: str) -> str:
    """Return the region of an ARN; "" for a name."""
    arn = parse_arn(arn_or_name)
    return arn.region if arn else ""


def same_resource(one: str, other: str) -> bool:
    """Tell whether two names or ARNs can mean the same resource of one account and region."""
    if parse_arn(one) and parse_arn(other):
        return one == other
    return name_in(one) == name_in(other)


def stop_command(arn: str, reason: str = "orphaned") -> str:
    """Give the AWS CLI's command that ends a live service job, in the job's own region."""
    parsed = parse_arn(arn)
    region = f" --region {parsed.region}" if parsed else ""
    job = f"--job-id {name_in(arn)} --reason {shlex.quote(reason)}"
    return f"aws batch terminate-service-job {job}{region}"
