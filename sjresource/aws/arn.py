"""ARNs: the ids of our resources, which hold their region, account and name.

The configured region or account may change while a resource exists; its ARN does not.
"""

from __future__ import annotations

import re
import shlex
from typing import NamedTuple

_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+", re.ASCII)
REGION_FORM = "must be a region's name such as eu-west-1"

LONGEST_NAME = 128
"""Characters of a name in Batch: a job's, a queue's, a share's."""
_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_NAME}}}", re.ASCII)

_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Arn(NamedTuple):
    """`arn:partition:service:region:account:kind/name`; a name may contain slashes."""

    partition: str
    service: str
    region: str
    account: str
    kind: str
    name: str


def parse_arn(text: str) -> Arn | None:
    """Return the parts of an ARN; None for anything else, such as a bare name."""
    parts = text.split(":", 5)
    if len(parts) != len(Arn._fields) or parts[0] != "arn":
        return None
    kind, _, name = parts[5].partition("/")
    partition, service, region, account = parts[1:5]
    return Arn(partition, service, region, account, kind, name)


def is_service_job(arn: Arn) -> bool:
    """Return whether an ARN is a service job's; other services may have such a kind too."""
    return (arn.service, arn.kind) == ("batch", "service-job")


def name_in(arn_or_name: str) -> str:
    """Return the last part of an ARN, or the name itself."""
    return arn_or_name.rsplit("/", 1)[-1]


def is_name(text: str) -> bool:
    """Return whether a text has the form of a name in Batch; there may be nothing of that name."""
    return bool(_NAME.fullmatch(text))


def is_job_id(text: str) -> bool:
    """Return whether a text has the form of a service job's id, which its ARN ends with."""
    return bool(_JOB_ID.fullmatch(text))


def is_region(text: str) -> bool:
    """Return whether a text has the form of a region's name; there may be no such region."""
    return bool(_REGION.fullmatch(text))


def region_in(arn_or_name: str) -> str:
    """Return the region of an ARN; "" for a name."""
    arn = parse_arn(arn_or_name)
    return arn.region if arn else ""


def same_resource(one: str, other: str) -> bool:
    """Return whether two names or ARNs can refer to one resource of an account and region."""
    if parse_arn(one) and parse_arn(other):
        return one == other
    return name_in(one) == name_in(other)


def terminate_command(arn: str, reason: str = "orphaned") -> str:
    """Return the AWS CLI command that ends a live service job, in the job's own region."""
    parsed = parse_arn(arn)
    region = f" --region {parsed.region}" if parsed else ""
    job = f"--job-id {name_in(arn)} --reason {shlex.quote(reason)}"
    return f"aws batch terminate-service-job {job}{region}"
