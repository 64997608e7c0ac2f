from __future__ import annotations

from typing import Any

from sjresource.cli.views.queue import masked_reasons, queue_json
from sjresource.status.masking import Mask
from sjresource.status.queue_reader import QueueDescription


def job(name: str, reason: str = "") -> dict[str, Any]:
    """Return a waiting job as a list has it."""
    return {
        "jobArn": name,
        "jobId": name,
        "jobName": name,
        "status": "RUNNABLE",
        "statusReason": reason,
    }


def test_words_about_the_stacks_own_jobs_are_masked() -> None:
    """A retried job still has its last attempt's reason; the secrets are read only for one such."""
    first, other = job("own", "AlgorithmError: tok-12345"), job("other", "AlgorithmError: no")

    masked, untouched = masked_reasons([first, other], {"own"}, lambda: Mask(["tok-12345"]))
    assert masked["statusReason"] == "AlgorithmError: [secret]"
    assert untouched == other
    assert masked_reasons([job("own"), other], {"own"}, lambda: 1 / 0) == [job("own"), other]  # type: ignore[arg-type,return-value]


def test_a_retried_job_waits_for_what_is_before_it_too() -> None:
    """Its last attempt's reason alone is no answer; that it can never start is."""
    never = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
    jobs = [job("first"), job("retried", "AlgorithmError: no"), job("huge", never)]
    queue = QueueDescription(
        {"jobQueueArn": "q", "jobQueueName": "q"},
        jobs=jobs,
        snapshot={"frontOfQueue": {"jobs": jobs}},
    )

    waiting = queue_json(queue, {"first": "train"})["waiting"]

    assert [each["place"] for each in waiting] == [1, 2, 3]
    assert waiting[1]["waits_for"] == "AlgorithmError: no; 2nd in the queue, behind train"
    assert waiting[2]["waits_for"] == never
