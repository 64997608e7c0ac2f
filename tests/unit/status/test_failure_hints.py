from __future__ import annotations

import pytest

from sjresource.status.failure_hints import hint_for


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (
            "ClientError: Cannot pull algorithm container. Either the image does not",
            "TrainingImage",
        ),
        ("Could not assume role arn:aws:iam::1:role/x", "trust policy"),
        ("ClientError: Data download failed:AccessDenied (403)", "s3:GetObject"),
        ("ClientError: Data download failed: NoSuchBucket", "another region"),
        ("ClientError: Data download failed: NoSuchKey (404)", "holds no objects"),
        ("CapacityError: Unable to provision requested ML compute capacity", "InstanceType"),
        ("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - none", "InstanceType"),
        ("MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - x", "max_capacity"),
        ("ResourceLimitExceeded: The account-level service limit", "Service Quotas"),
        ("Job attempt duration exceeded timeout", "attempt_duration_seconds"),
        ("AlgorithmError: exit code: 137", "out of memory"),
        ("ClientError: Please use an instance type with more memory", "out of memory"),
        ("OSError: [Errno 28] No space left on device", "VolumeSizeInGB"),
        ("Job was preempted", "preemption_retries_before_termination"),
        ("Cross-share preemption triggered to reclaim borrowed capacity", "priority"),
        ("The account-level service limit 'ml.p5.48xlarge for training job usage'", "Quotas"),
        ("deleted by the Pulumi stack o/p/s (resource x)", "stopped the job"),
        ("InternalServerError: We encountered an internal error", "inside of AWS"),
        ("AlgorithmError: ExecuteUserScriptError: exit code: 1", "its log says where"),
    ],
)
def test_known_causes_come_with_a_hint(reason: str, advice: str) -> None:
    """In AWS's own words, as they are documented and quoted."""
    assert advice in (hint_for(reason) or "")


def test_an_unknown_cause_comes_with_no_advice() -> None:
    """A wrong hint costs more than none."""
    assert hint_for("something new") is None


QUOTA_SHARE = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    "reason",
    [
        f"{QUOTA_SHARE} - Job requirements exceed quota share capacity limits.",
        f"{QUOTA_SHARE} - Job requirements exceed quota share capacity limits and borrow limits.",
        f"{QUOTA_SHARE} - Job requires borrowing that exceeds all configured borrowable capacity.",
        f"Terminated by JobStateTimeLimit action due to reason: {QUOTA_SHARE}",
    ],
)
def test_a_quota_share_that_is_too_small_is_no_account_quota(reason: str) -> None:
    """Its limits, what it may borrow, or a smaller job help, and Service Quotas does not."""
    advice = hint_for(reason) or ""

    assert all(word in advice for word in ("capacity_limits", "borrow_limit", "InstanceCount"))
    assert "Service Quotas" not in advice


def test_the_log_says_what_a_failure_of_the_code_was() -> None:
    """Where AWS knows only that the code failed; else AWS's word counts."""
    log = "RuntimeError: CUDA out of memory"

    assert "out of memory" in (hint_for("AlgorithmError: exit code: 1", log) or "")
    assert "trust policy" in (hint_for("Could not assume role x", log) or "")
    assert hint_for("something new", log) is None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "words", ["pull ", "assume x", "bucket ", "spot training ", "S3 key ", "role "]
)
def test_a_long_line_is_searched_in_time(words: str) -> None:
    """The time grows with the length of a line of half a megabyte, and not with its square."""
    line = words * (500_000 // len(words))

    assert hint_for(line) is None
    assert "can't be pulled" in (hint_for(f"{line}\npull of the image failed") or "")


def test_the_parts_of_a_cause_stand_in_one_line() -> None:
    """In their order; what stands in two lines is no sentence of AWS's."""
    assert hint_for("image not pulled") is None
    assert hint_for("bucket\nnot found") is None
    assert hint_for("x\nthe bucket b does not exist") is not None
