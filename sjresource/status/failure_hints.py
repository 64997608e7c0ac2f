"""What to try when a job has failed, by the words in which AWS says why. A table.

The words are those of SageMaker's FailureReason and of Batch's status reasons, as AWS documents
them and as users quote them; none of them is promised to stay.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-train-troubleshooting.html
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cause(NamedTuple):
    """What AWS's words look like, and what to try then.

    `pattern` is a regular expression in which `.*` stands only between two parts that are searched
    one after the other in a line, and `|` outside of brackets only between two such sequences: a
    log's line may be long, and is searched in time that grows with its length alone.
    """

    pattern: str
    advice: str


_CAUSES = (
    Cause(
        r"cannot pull|pull.*(image|container)|image.*(not found|not exist)|manifest unknown|"
        r"repository .*(not found|not exist)",
        "the image can't be pulled: see that TrainingImage exists in this region with that tag, "
        "that it is built for the instance type's architecture, and that the role of RoleArn may "
        "read the repository (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, "
        "ecr:GetAuthorizationToken)",
    ),
    Cause(
        r"assume.*role|role.*(not be assumed|cannot be assumed|does not exist|is invalid)",
        "SageMaker can't take on RoleArn: its trust policy must let sagemaker.amazonaws.com assume "
        "it, and whoever submits needs iam:PassRole on it",
    ),
    Cause(
        r"NoSuchBucket|bucket.*(not exist|not found)|PermanentRedirect",
        "a bucket in InputDataConfig or OutputDataConfig doesn't exist, or is in another region",
    ),
    Cause(
        r"NoSuchKey|no (S3 )?objects? (found|under)|S3 prefix|S3 key .* not",
        "an S3Uri in InputDataConfig holds no objects: see its spelling, and what made the data",
    ),
    Cause(
        r"AccessDenied|access denied|not authorized|\b403\b|Forbidden",
        "the role of RoleArn lacks a permission: s3:GetObject and s3:ListBucket on the inputs, "
        "s3:PutObject on the output, kms:Decrypt and kms:GenerateDataKey where a key is named",
    ),
    Cause(
        r"QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
        "the job asks for more than its quota share can ever hold: raise the share's "
        "capacity_limits, let it borrow more (strategy LEND_AND_BORROW, borrow_limit), or lower "
        "InstanceCount",
    ),
    Cause(
        r"ResourceLimitExceeded|service limit|quota.*exceeded|limit exceeded",
        "an account quota is used up or 0: ask for more of this instance type `for training job "
        "usage` in Service Quotas, or give the service environment a smaller max_capacity",
    ),
    Cause(
        r"SERVICE_ENVIRONMENT_MAX_RESOURCE",
        "the job asks for more than its service environment can ever give: raise max_capacity, or "
        "lower InstanceCount",
    ),
    Cause(
        r"CapacityError|INSUFFICIENT_INSTANCE_CAPACITY|Insufficient.*capacity|"
        r"Unable to provision",
        "AWS has no such instances at the moment: another InstanceType, region or time, or a "
        "training plan",
    ),
    Cause(
        r"out of memory|OutOfMemory|MemoryError|OOM|exit code:? 137|more memory",
        "the container ran out of memory: a smaller batch size, or an instance type with more",
    ),
    Cause(
        r"No space left|disk.*full|ENOSPC",
        "the volume is full: raise VolumeSizeInGB, or stream the data (TrainingInputMode)",
    ),
    Cause(
        r"preempt",
        "the job was preempted too often: raise preemption_retries_before_termination, its "
        "scheduling_priority or its quota share, and save checkpoints (CheckpointConfig)",
    ),
    Cause(
        r"MaxRuntimeExceeded|MaxWaitTime|exceeded timeout|attempt duration|JOB_TIMEOUT",
        "a time limit was reached: raise timeout_config.attempt_duration_seconds or "
        "StoppingCondition.MaxRuntimeInSeconds, and save checkpoints",
    ),
    Cause(
        r"spot (capacity|instance|training).*(interrupt|taken|stopped)|spot interrupt",
        "spot capacity was taken away: raise retry_strategy.attempts and save checkpoints",
    ),
    Cause(
        r"deleted by the Pulumi stack|terminated by|training job was stopped|user request",
        "somebody stopped the job: see its reason",
    ),
    Cause(
        r"InternalServerError|internal (service|server) error",
        "a failure inside of AWS: run it again, with retry_strategy.attempts above 1",
    ),
    Cause(
        r"AlgorithmError|exit code:? [1-9]|ExecuteUserScriptError|Traceback",
        "the training code failed: its log says where",
    ),
)


def hint_for(reason: str, log: str = "") -> str | None:
    """Give advice for the first known cause in AWS's words.

    A cause in the log counts only where AWS just says that the code failed.
    """
    advice = _advice_for(reason)
    return _advice_for(log, _SPECIFIC) or advice if advice == _COMPILED[-1][1] else advice


def _advice_for(said: str, causes: Sequence[_Compiled] | None = None) -> str | None:
    lines = said.split("\n")
    for sequences, advice in _COMPILED if causes is None else causes:
        if any(_is_in(line, sequence) for sequence in sequences for line in lines):
            return advice
    return None


def _is_in(line: str, sequence: Sequence[re.Pattern[str]]) -> bool:
    """Whether the parts follow each other: the first place of each leaves most for the next."""
    place = 0
    for part in sequence:
        found = part.search(line, place)
        if found is None:
            return False
        place = found.end()
    return True


_Compiled = tuple[list[list[re.Pattern[str]]], str]
_ALTERNATIVES = re.compile(r"\|(?![^(]*\))")
"""The bars that are in no brackets; no bracket holds another."""


def _compiled(cause: Cause) -> _Compiled:
    sequences = [
        [re.compile(part, re.IGNORECASE) for part in alternative.split(".*")]
        for alternative in _ALTERNATIVES.split(cause.pattern)
    ]
    return sequences, cause.advice


_COMPILED = [_compiled(cause) for cause in _CAUSES]
_SPECIFIC = _COMPILED[:-1]
