"""Beliefs about what SubmitServiceJob takes, and in which words it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.probes.beliefs.sources import (
    PREFERENCES,
    QUEUE_THREAD,
    SDK_TESTS,
    SHARE_THREAD,
    api,
    guide,
)
from sjresource.probes.session.payload import idle_payload, padded_payload
from sjresource.probes.session.probe import Words, probe
from sjresource.vocabulary import DISABLED

if TYPE_CHECKING:
    from sjresource.probes.session.session import Session

_PAYLOAD: Final = 10 * 1024
_REQUEST: Final = 30 * 1024
_TAG_VALUE: Final = 256
_LIMITS: Final = guide("service_limits")


@probe(
    name="payload-not-json",
    belief="A payload that is not a JSON object is refused at once.",
    source=f"{guide('service-job-payload')} says that Batch does not validate a payload",
    believed={"answer": "refused"},
    operations=("SubmitServiceJob",),
)
def payload_not_json(session: Session) -> dict[str, Any]:
    """Does Batch take a payload that is no JSON?"""
    payload = "no JSON"
    return session.submit(session.idle_queue, "text", serviceRequestPayload=payload).facts()


@probe(
    name="payload-size",
    belief="A payload has as many bytes as its text in UTF-8: 10,240 are taken, one more is not.",
    source=f"{_LIMITS} has 10 KiB, and not of what",
    believed={
        "10240_bytes": "succeeds",
        "10241_bytes": "refused",
        "counted": "bytes",
    },
    operations=("SubmitServiceJob",),
)
def payload_size(session: Session) -> dict[str, Any]:
    """How long may a payload be, and what is counted?"""

    def outcome(label: str, payload: str) -> str:
        submitted = session.submit(session.idle_queue, label, serviceRequestPayload=payload)
        return submitted.outcome

    over = outcome("over", padded_payload(session.role, _PAYLOAD + 1))
    wide = outcome("wide", padded_payload(session.role, 6700, letters_of_two_bytes=3600))
    counted = "bytes" if wide == "refused" else "characters"
    return {
        "10240_bytes": outcome("full", padded_payload(session.role, _PAYLOAD)),
        "10241_bytes": over,
        "counted": counted if over == "refused" else "unknown",
    }


@probe(
    name="request-size",
    belief="A request has as many bytes as its body: 30,720 are taken, one more is not.",
    source=f"{_LIMITS} has 30 KiB, and not of what",
    believed={"30720_bytes": "succeeds", "30721_bytes": "refused"},
    operations=("SubmitServiceJob",),
)
def request_size(session: Session) -> dict[str, Any]:
    """How large may a whole request be?"""
    return {
        f"{size}_bytes": session.submit(
            session.idle_queue, f"request-{size}", **_request_of(session, size)
        ).outcome
        for size in (_REQUEST, _REQUEST + 1)
    }


def _request_of(session: Session, size: int) -> dict[str, Any]:
    """Return a submission whose body has `size` bytes, filled up with tags and conditions."""
    request: dict[str, Any] = {
        "jobName": session.name(f"request-{size}"),
        "jobQueue": session.idle_queue,
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": padded_payload(session.role, 9700),
        "clientToken": session.name(str(size)),
        "retryStrategy": {
            "attempts": 1,
            "evaluateOnExit": [
                {"action": "EXIT", "onStatusReason": f"{number}{'x' * 500}*"} for number in range(5)
            ],
        },
        "tags": dict(session.tags),
    }
    for number in range(48):
        request["tags"][f"filler-{number:02}-{'k' * 110}"] = ""
    missing = size - session.calls.body_size("SubmitServiceJob", request)
    for key in list(request["tags"])[1:]:
        filled = min(missing, _TAG_VALUE)
        request["tags"][key] = "v" * filled
        missing -= filled
    return request


@probe(
    name="job-name-begins-with-hyphen",
    belief="A job name begins with a letter or digit, as a queue's does.",
    source=f"{api('SubmitServiceJob')} names the characters, {api('SubmitJob')} the first one too",
    believed={"answer": "refused"},
    operations=("SubmitServiceJob",),
)
def job_name_begins_with_hyphen(session: Session) -> dict[str, Any]:
    """Does Batch take a jobName that begins with a hyphen?"""
    name = f"-{session.name('hyphen')}"
    return session.submit(session.idle_queue, "hyphen", jobName=name).facts()


@probe(
    name="retry-strategy",
    belief="`action` is taken in any case, and shown in capitals; a strategy without conditions "
    "shows `evaluateOnExit: []`, a job without a strategy shows none.",
    source=f"{SDK_TESTS} send `Retry`; the model has RETRY and EXIT alone",
    believed={"action": "RETRY", "without_conditions": [], "without_strategy": None},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def retry_strategy(session: Session) -> dict[str, Any]:
    """In which case are actions taken and shown, and what is shown of a strategy with gaps?"""
    conditions = [{"action": "Retry", "onStatusReason": "*"}]
    strategy = {"attempts": 2, "evaluateOnExit": conditions}
    mixed = session.submit(session.idle_queue, "retry-mixed", retryStrategy=strategy)
    action = "refused"
    if not mixed.code:
        shown = session.wait(
            lambda: session.calls("DescribeServiceJob", jobId=mixed.body["jobId"]),
            lambda found: not found.code,
        )
        action = shown.body["retryStrategy"]["evaluateOnExit"][0]["action"]
    bare = session.job(session.idle_queue, "retry-bare", retryStrategy={"attempts": 1})
    plain = session.job(session.idle_queue, "retry-none")
    return {
        "action": action,
        "without_conditions": session.describe(bare)["retryStrategy"].get("evaluateOnExit"),
        "without_strategy": session.describe(plain).get("retryStrategy"),
    }


@probe(
    name="instance-preferences",
    belief="A list of InstancePreferences counts as its first entry.",
    source=f"{PREFERENCES} says what SageMaker does; no page of Batch speaks of it",
    believed={"units": ["ml.m5.large"]},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def instance_preferences(session: Session) -> dict[str, Any]:
    """Which of several preferred instance types does Batch count?"""
    resources = {
        "InstanceCount": 2,
        "VolumeSizeInGB": 1,
        "InstancePreferences": [
            {"InstanceType": "ml.m5.large"},
            {"InstanceType": "ml.m5.xlarge"},
        ],
    }
    payload = idle_payload(session.role, ResourceConfig=resources)
    job = session.job(session.idle_queue, "preferences", serviceRequestPayload=payload)
    return {"units": [each["capacityUnit"] for each in session.describe(job)["capacityUsage"]]}


@probe(
    name="serverless",
    belief="A serverless training job needs no capacity.",
    source=f"no page of Batch speaks of it; {api('DescribeServiceJob')} has `capacityUsage`",
    believed={"units": []},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def serverless(session: Session) -> dict[str, Any]:
    """What does Batch count of a payload with ServerlessJobConfig?"""
    config: dict[str, Any] = {
        "ServerlessJobConfig": {"JobType": "FineTuning"},
        "ResourceConfig": None,
    }
    payload = idle_payload(session.role, **config)
    job = session.job(session.idle_queue, "serverless", serviceRequestPayload=payload)
    usage = session.describe(job).get("capacityUsage") or []
    return {"units": [each["capacityUnit"] for each in usage]}


@probe(
    name="queue-missing",
    belief="A queue that is not there is refused with `... does not exist`.",
    source=f"{QUEUE_THREAD} quotes it of container jobs",
    believed={"answer": "refused", "words": Words("does not exist")},
    operations=("SubmitServiceJob",),
    believer="sjresource",
)
def queue_missing(session: Session) -> dict[str, Any]:
    """In which words is a job refused whose queue is not there?"""
    return session.submit(session.name("nowhere"), "lost").facts()


@probe(
    name="queue-disabled",
    belief="A queue that takes no jobs is refused with a word of `disabled`.",
    source="no page has messages",
    believed={"answer": "refused", "words": Words("disabled")},
    operations=("SubmitServiceJob",),
    believer="sjresource",
)
def queue_disabled(session: Session) -> dict[str, Any]:
    """In which words is a job refused whose queue is DISABLED?"""
    queue = session.shared(
        "disabled_queue",
        lambda: session.queue("closed", session.closed_environment, state=DISABLED),
    )
    return session.submit(queue, "locked-out").facts()


@probe(
    name="share-missing",
    belief="A job without a shareIdentifier is refused with `shareIdentifier must be specified`, "
    "where its queue has a fair-share policy.",
    source=f"{SHARE_THREAD} quotes it of container jobs",
    believed={"answer": "refused", "words": Words("shareIdentifier must be specified")},
    operations=("SubmitServiceJob",),
    believer="sjresource",
)
def share_missing(session: Session) -> dict[str, Any]:
    """In which words is a job refused that lacks its shareIdentifier?"""
    return session.submit(session.fair_queue, "shareless").facts()


@probe(
    name="share-unexpected",
    belief="A shareIdentifier is refused with `... must not be ...`, where its queue has no "
    "policy.",
    source=f"{api('SubmitServiceJob')} says not to specify it, and not what happens",
    believed={"answer": "refused", "words": Words("must not be")},
    operations=("SubmitServiceJob",),
    believer="sjresource",
)
def share_unexpected(session: Session) -> dict[str, Any]:
    """In which words is a shareIdentifier refused that the queue has no policy for?"""
    return session.submit(session.idle_queue, "shared", shareIdentifier="vision").facts()


@probe(
    name="quota-share-missing",
    belief="A job without a quotaShareName is refused with `quotaShareName must be specified`, "
    "where its queue has quota shares.",
    source=f"{api('SubmitServiceJob')} says that it must be specified, and not what happens",
    believed={"answer": "refused", "words": Words("quotaShareName must be specified")},
    operations=("SubmitServiceJob",),
    believer="sjresource",
)
def quota_share_missing(session: Session) -> dict[str, Any]:
    """In which words is a job refused that lacks its quotaShareName?"""
    return session.submit(session.quota_queue, "quotaless").facts()


PROBES: Final = (
    payload_not_json,
    payload_size,
    request_size,
    job_name_begins_with_hyphen,
    retry_strategy,
    instance_preferences,
    serverless,
    queue_missing,
    queue_disabled,
    share_missing,
    share_unexpected,
    quota_share_missing,
)
