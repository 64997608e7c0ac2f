"""What to try when a job has failed: a table, by the words of AWS's reason.

The words are those of SageMaker's FailureReason and of Batch's status reasons, as AWS documents
them and as users quote them; AWS does not promise to keep them.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-train-troubleshooting.html
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sjresource.status.capacity import TOO_LARGE_ADVICE

if TYPE_CHECKING:
    from collections.abc import Sequence


class FailureHint(NamedTuple):
    """A pattern of AWS's words, and what to try then.

    In the regular expression `pattern`, `.*` only separates parts that are searched for one after
    the other in a line, and `|` outside of brackets only separates such sequences. So a long line
    of a log is searched in linear time.
    """

    pattern: str
    hint: str


_HINTS = (
    FailureHint(
        r"cannot pull|pull.*(image|container)|image.*(not found|not exist)|manifest unknown|"
        r"repository .*(not found|not exist)",
        "the image can't be pulled: see that TrainingImage exists in this region with that tag, "
        "that it is built for the instance type's architecture, and that the role of RoleArn may "
        "read the repository (ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, "
        "ecr:GetAuthorizationToken)",
    ),
    FailureHint(
        r"assume.*role|role.*(not be assumed|cannot be assumed|does not exist|is invalid)",
        "SageMaker can't take on RoleArn: its trust policy must let sagemaker.amazonaws.com assume "
        "it, and whoever submits needs iam:PassRole on it",
    ),
    FailureHint(
        r"NoSuchBucket|bucket.*(not exist|not found)|PermanentRedirect",
        "a bucket in InputDataConfig or OutputDataConfig doesn't exist, or is in another region",
    ),
    FailureHint(
        r"NoSuchKey|no (S3 )?objects? (found|under)|S3 prefix|S3 key .* not",
        "an S3Uri in InputDataConfig holds no objects: see its spelling, and what made the data",
    ),
    FailureHint(
        r"AccessDenied|access denied|not authorized|\b403\b|Forbidden",
        "the role of RoleArn lacks a permission: s3:GetObject and s3:ListBucket on the inputs, "
        "s3:PutObject on the output, kms:Decrypt and kms:GenerateDataKey where a key is named",
    ),
    FailureHint(
        r"QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
        "the job asks for more than its quota share can ever hold: raise the share's "
        "capacity_limits, let it borrow more (strategy LEND_AND_BORROW, borrow_limit), or lower "
        "InstanceCount",
    ),
    FailureHint(
        r"ResourceLimitExceeded|service limit|quota.*exceeded|limit exceeded",
        "an account quota is used up or 0: ask for more of this instance type `for training job "
        "usage` in Service Quotas, or give the service environment a smaller max_capacity",
    ),
    FailureHint(
        r"SERVICE_ENVIRONMENT_MAX_RESOURCE",
        f"the job asks for more than its service environment can ever give: {TOO_LARGE_ADVICE}",
    ),
    FailureHint(
        r"CapacityError|INSUFFICIENT_INSTANCE_CAPACITY|Insufficient.*capacity|"
        r"Unable to provision",
        "AWS has no such instances at the moment: another InstanceType, region or time, or a "
        "training plan",
    ),
    FailureHint(
        r"out of memory|OutOfMemory|MemoryError|OOM|exit code:? 137|more memory",
        "the container ran out of memory: a smaller batch size, or an instance type with more",
    ),
    FailureHint(
        r"No space left|disk.*full|ENOSPC",
        "the volume is full: raise VolumeSizeInGB, or stream the data (TrainingInputMode)",
    ),
    FailureHint(
        r"preempt",
        "the job was preempted too often: raise preemption_retries_before_termination, its "
        "scheduling_priority or its quota share, and save checkpoints (CheckpointConfig)",
    ),
    FailureHint(
        r"MaxRuntimeExceeded|MaxWaitTime|exceeded timeout|attempt duration|JOB_TIMEOUT",
        "a time limit was reached: raise timeout_config.attempt_duration_seconds or "
        "StoppingCondition.MaxRuntimeInSeconds, and save checkpoints",
    ),
    FailureHint(
        r"spot (capacity|instance|training).*(interrupt|taken|stopped)|spot interrupt",
        "spot capacity was taken away: raise retry_strategy.attempts and save checkpoints",
    ),
    FailureHint(
        r"deleted by the Pulumi stack|terminated by|training job was stopped|user request",
        "somebody stopped the job: see its reason",
    ),
    FailureHint(
        r"InternalServerError|internal (service|server) error",
        "a failure inside of AWS: run it again, with retry_strategy.attempts above 1",
    ),
    FailureHint(
        r"AlgorithmError|exit code:? [1-9]|ExecuteUserScriptError|Traceback",
        "the training code failed: its log says where",
    ),
)


def hint_for(reason: str, log: str = "") -> str | None:
    """Return the first hint whose pattern is in AWS's reason; None if there is none.

    The log is searched only where the reason just says that the training code failed.
    """
    hint = _first_hint(reason, _COMPILED)
    return _first_hint(log, _COMPILED[:-1]) or hint if hint == _COMPILED[-1][1] else hint


def _first_hint(text: str, hints: Sequence[_Compiled]) -> str | None:
    lines = text.split("\n")
    for sequences, hint in hints:
        if any(_is_in(line, sequence) for sequence in sequences for line in lines):
            return hint
    return None


def _is_in(line: str, sequence: Sequence[re.Pattern[str]]) -> bool:
    """Return whether the parts follow each other; a first match leaves most for the next part."""
    position = 0
    for part in sequence:
        found = part.search(line, position)
        if found is None:
            return False
        position = found.end()
    return True


_Compiled = tuple[list[list[re.Pattern[str]]], str]
_ALTERNATIVES = re.compile(r"\|(?![^(]*\))")
"""Bars outside of brackets; brackets are not nested."""


def _compiled(hint: FailureHint) -> _Compiled:
    sequences = [
        [re.compile(part, re.IGNORECASE) for part in alternative.split(".*")]
        for alternative in _ALTERNATIVES.split(hint.pattern)
    ]
    return sequences, hint.hint


_COMPILED = [_compiled(hint) for hint in _HINTS]
