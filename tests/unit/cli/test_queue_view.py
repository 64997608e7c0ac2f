from __future__ import annotations

from typing import Any

from sjresource.cli.views.queue import shares, waits_for
from sjresource.status.masking import Mask
from sjresource.status.queue_reader import QueueSeen, masked_reasons


def job(name: str, reason: str = "") -> dict[str, Any]:
    """Return a waiting job as a list has it."""
    return {"jobArn": name, "jobName": name, "status": "RUNNABLE", "statusReason": reason}


def test_words_about_the_stacks_own_jobs_are_masked() -> None:
    """A retried job still has its last attempt's reason; the secrets are read only for one such."""
    first, other = job("own", "AlgorithmError: tok-12345"), job("other", "AlgorithmError: no")

    masked, untouched = masked_reasons([first, other], {"own"}, lambda: Mask(["tok-12345"]))
    assert masked["statusReason"] == "AlgorithmError: [secret]"
    assert untouched == other
    assert masked_reasons([job("own"), other], {"own"}, lambda: 1 / 0) == [job("own"), other]  # type: ignore[arg-type,return-value]


def test_a_retried_job_waits_for_what_is_before_it_too() -> None:
    """Its last attempt's reason alone is no answer; that it can never start is."""
    misfit = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
    first, retried, huge = job("first"), job("retried", "AlgorithmError: no"), job("huge", misfit)
    seen = QueueSeen({"jobQueueName": "q"}, jobs=[first, retried, huge])

    assert waits_for(seen, retried, {}) == "AlgorithmError: no; 2nd in the queue, behind first"
    assert waits_for(seen, huge, {}) == misfit


def test_a_borrow_limit_that_is_not_told_is_none() -> None:
    """AWS's default is unlimited borrowing, of a share that may borrow."""
    borrows = {"strategy": "LEND_AND_BORROW"}
    told = [
        {"quotaShareName": name, "resourceSharingConfiguration": sharing}
        for name, sharing in (
            ("a", borrows),
            ("b", {**borrows, "borrowLimit": 50}),
            ("c", {"strategy": "LEND"}),
        )
    ]
    seen = QueueSeen({"jobQueueName": "q"}, shares=told)

    assert [each["borrow_limit"] for each in shares(seen)] == [-1, 50, None]
