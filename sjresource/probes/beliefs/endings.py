"""Beliefs about how a job ends, and about what is still known and can be changed of it then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.probes.beliefs.sources import api, guide
from sjresource.probes.session.calls import NotTriedError
from sjresource.probes.session.payload import ROOM, idle_payload
from sjresource.probes.session.probe import Words, probe

if TYPE_CHECKING:
    from sjresource.probes.session.session import Session

_REASON: Final = "ended by a probe"
_DAY: Final = 86_400.0
_NOTE: Final = "ended-jobs"


@probe(
    name="terminate-waiting-job",
    belief="A waiting job that is terminated is FAILED within a minute, without an attempt; its "
    "statusReason is the reason that was given.",
    source=f"{api('TerminateServiceJob')} says that the reason is attached to the job",
    believed={"status": "FAILED", "reason": _REASON, "attempts": 0, "isTerminated": True},
    operations=("DescribeServiceJob", "SubmitServiceJob", "TerminateServiceJob"),
)
def terminate_waiting_job(session: Session) -> dict[str, Any]:
    """What becomes of a waiting job that is terminated?"""
    job_id = session.job(session.idle_queue, "terminated")
    session.calls.required("TerminateServiceJob", jobId=job_id, reason=_REASON)
    job = session.wait_for_end(job_id)
    return {
        "status": job["status"],
        "reason": job.get("statusReason"),
        "attempts": len(job.get("attempts", [])),
        "isTerminated": job.get("isTerminated"),
    }


@probe(
    name="terminate-unknown-job",
    belief="TerminateServiceJob of a job that is not there succeeds.",
    source=f"{api('TerminateServiceJob')} doesn't say",
    believed={"answer": "succeeds"},
    operations=("TerminateServiceJob",),
)
def terminate_unknown_job(session: Session) -> dict[str, Any]:
    """What does a termination answer of a job that is not there?"""
    return session.calls("TerminateServiceJob", jobId=session.unknown_job, reason=_REASON).facts()


@probe(
    name="terminate-ended-job",
    belief="TerminateServiceJob of a job that has ended succeeds, without a trace.",
    source=f"{api('TerminateServiceJob')} doesn't say",
    believed={"answer": "succeeds", "changed": []},
    operations=("DescribeServiceJob", "TerminateServiceJob"),
)
def terminate_ended_job(session: Session) -> dict[str, Any]:
    """What does a termination answer of an ended job, and what does it change?"""
    job_id = session.ended_job
    before = session.describe(job_id)
    answer = session.calls("TerminateServiceJob", jobId=job_id, reason="once more")
    session.clock.sleep(2)
    after = session.describe(job_id)
    changed = sorted(each for each in {*before, *after} if before.get(each) != after.get(each))
    return {**answer.facts(), "changed": changed}


@probe(
    name="update-ended-job",
    belief="UpdateServiceJob of an ended job is refused.",
    source=f"{api('UpdateServiceJob')} doesn't say",
    believed={"answer": "refused"},
    operations=("UpdateServiceJob",),
)
def update_ended_job(session: Session) -> dict[str, Any]:
    """What does a change of priority answer of an ended job?"""
    return session.calls("UpdateServiceJob", jobId=session.ended_job, schedulingPriority=1).facts()


@probe(
    name="tags-of-waiting-job",
    belief="Tags of a live job can be added and removed, and show at once.",
    source=f"{guide('using-tags')} says nothing of when",
    believed={"tag": "succeeds", "shown": True, "untag": "succeeds", "gone": True},
    operations=("DescribeServiceJob", "SubmitServiceJob", "TagResource", "UntagResource"),
    believer="sjresource",
)
def tags_of_waiting_job(session: Session) -> dict[str, Any]:
    """Can the tags of a live job be changed, and does it show?"""
    return _tag(session, session.job(session.idle_queue, "tagged"))


@probe(
    name="tags-of-ended-job",
    belief="Tags of ended jobs can be changed (a switch).",
    source=f"{guide('using-tags')} says nothing of ended service jobs",
    believed={"tag": "succeeds", "shown": True, "untag": "succeeds", "gone": True},
    operations=("DescribeServiceJob", "TagResource", "UntagResource"),
)
def tags_of_ended_job(session: Session) -> dict[str, Any]:
    """Can the tags of an ended job be changed, and does it show?"""
    return _tag(session, session.ended_job)


def _tag(session: Session, job_id: str) -> dict[str, Any]:
    arn, key = session.describe(job_id)["jobArn"], "sjresource-probe-tag"

    def shown() -> bool:
        return key in session.describe(job_id).get("tags", {})

    tagged = session.calls("TagResource", resourceArn=arn, tags={key: "1"})
    facts: dict[str, Any] = {"tag": tagged.outcome, "shown": shown(), "words": tagged.words or None}
    untagged = session.calls("UntagResource", resourceArn=arn, tagKeys=[key])
    return {**facts, "untag": untagged.outcome, "gone": not shown()}


@probe(
    name="tags-of-unknown-job",
    belief="TagResource of a job that is not there, or that Batch has forgotten, is refused.",
    source=f"{api('TagResource')} doesn't say",
    believed={"answer": "refused"},
    operations=("DescribeServiceJob", "TagResource"),
)
def tags_of_unknown_job(session: Session) -> dict[str, Any]:
    """What does TagResource answer of a job that is not there?"""
    ended = session.ended_job
    arn = session.describe(ended)["jobArn"].replace(ended, session.unknown_job)
    return session.calls("TagResource", resourceArn=arn, tags=session.tags).facts()


@probe(
    name="ended-job-of-earlier-run",
    belief="Batch knows an ended job for a day at least: a job that was live, is unknown now and "
    "is younger than that, was deleted.",
    source=f"{guide('job_states')} says of container jobs that it is seven days at least",
    believed={"known": True},
    operations=("DescribeServiceJob",),
    believer="sjresource",
)
def ended_job_of_earlier_run(session: Session) -> dict[str, Any]:
    """Is a job still known that ended in an earlier run, a day ago or more, its queue deleted?

    Each run leaves a note of its ended job. The oldest that is unknown tells how long Batch
    remembers; a job younger than a day proves nothing while it is known.
    """
    noted: list[dict[str, Any]] = session.notes.setdefault(_NOTE, [])
    earlier = list(noted)
    noted.append({"job": session.ended_job, "ended": session.epoch()})
    ages = {each["job"]: session.epoch() - each["ended"] for each in earlier}
    known = {job: not session.calls("DescribeServiceJob", jobId=job).code for job in ages}
    noted[:] = [each for each in noted if known.get(each["job"], True)]
    forgotten = [age for job, age in ages.items() if not known[job]]
    oldest = max((age for job, age in ages.items() if known[job]), default=0.0)
    if min(forgotten, default=_DAY) < _DAY:
        return {"known": False, "forgotten_within_hours": round(min(forgotten) / 3600, 1)}
    if oldest < _DAY and not forgotten:
        raise NotTriedError("it left a note; run it again after a day, and after a week")
    return {"known": True, "known_after_hours": round(oldest / 3600, 1)}


@probe(
    name="jobs-of-deleted-queue",
    belief="A queue's deletion ends its jobs, which are FAILED and still known, with a reason of "
    "our own.",
    source=f"{api('DeleteJobQueue')} says that they are ended",
    believed={"answer": "succeeds", "job": "FAILED"},
    operations=(
        "CreateJobQueue",
        "DeleteJobQueue",
        "DescribeServiceJob",
        "SubmitServiceJob",
        "UpdateJobQueue",
    ),
)
def jobs_of_deleted_queue(session: Session) -> dict[str, Any]:
    """What becomes of the jobs of a queue that is deleted?"""
    queue = session.queue("doomed", session.closed_environment)
    job_id = session.job(queue, "doomed")
    session.disable_queue(queue)
    deleted = session.calls("DeleteJobQueue", jobQueue=queue)
    if deleted.code:
        return deleted.facts()
    job = session.wait_for_end(job_id)
    return {**deleted.facts(), "job": job["status"], "reason": job.get("statusReason")}


@probe(
    name="refused-training-job",
    belief="All else that is wrong with a payload shows when SageMaker would create the training "
    "job: `Received status from SageMaker: ValidationException: ...`. A training job that "
    "SageMaker refuses to create uses up a try of the retry strategy, is in no attempt, and was "
    "never SCHEDULED.",
    source=f"{guide('service-job-payload')} says that Batch does not validate it",
    believed={
        "status": "FAILED",
        "reason": Words("Received status from SageMaker: ValidationException: "),
        "attempts": 0,
        "scheduledAt": False,
    },
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def refused_training_job(session: Session) -> dict[str, Any]:
    """What becomes of a job whose training job SageMaker refuses to create?

    Its payload lacks OutputDataConfig: nothing can train.
    """
    payload = idle_payload(session.role, ROOM)
    job_id = session.job(session.open_queue, "refused", serviceRequestPayload=payload)
    job = session.wait_for_end(job_id, 300)
    return {
        "status": job["status"],
        "reason": job.get("statusReason"),
        "attempts": len(job.get("attempts", [])),
        "scheduledAt": "scheduledAt" in job,
    }


PROBES: Final = (
    terminate_waiting_job,
    terminate_unknown_job,
    terminate_ended_job,
    update_ended_job,
    tags_of_waiting_job,
    tags_of_ended_job,
    tags_of_unknown_job,
    ended_job_of_earlier_run,
    jobs_of_deleted_queue,
    refused_training_job,
)
