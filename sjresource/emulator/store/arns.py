"""Names and ARNs of Batch's resources, in AWS's documented forms.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.errors import ClientException

if TYPE_CHECKING:
    from sjresource.emulator.store.records import Kind

ACCOUNT: Final = "123456789012"
_NAME: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_PARTITIONS: Final = {"cn": "aws-cn", "us-gov": "aws-us-gov"}


def batch_arn(region: str, kind: Kind | str, name: str) -> str:
    """Return the ARN of a queue, environment, policy or service job."""
    return f"arn:{_partition(region)}:batch:{region}:{ACCOUNT}:{kind}/{name}"


def service_job_arn(region: str, job_id: str) -> str:
    """Return a service job's ARN."""
    return batch_arn(region, "service-job", job_id)


def training_job_arn(region: str, name: str) -> str:
    """Return a SageMaker training job's ARN."""
    return f"arn:{_partition(region)}:sagemaker:{region}:{ACCOUNT}:training-job/{name}"


def job_id_of(id_or_arn: str) -> str:
    """Return the id in a service job's id or ARN."""
    return id_or_arn.rpartition(":service-job/")[2]


def check_name(member: str, name: str, *, first_hyphen: bool = False) -> None:
    """Raise ClientException for a name that Batch's documentation does not allow.

    With `first_hyphen` it may begin with a hyphen.
    """
    if not _NAME.fullmatch(name[1:] if first_hyphen and name.startswith("-") else name):
        raise ClientException(
            f"{member} must be 1 to 128 letters, digits, hyphens and underscores, and must start "
            "with a letter or digit"
        )


def _partition(region: str) -> str:
    return next(
        (name for prefix, name in _PARTITIONS.items() if region.startswith(f"{prefix}-")), "aws"
    )
