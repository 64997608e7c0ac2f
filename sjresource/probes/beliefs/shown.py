"""Beliefs about what Batch shows of a job that waits: when, which members, with which values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.probes.beliefs.sources import api, guide
from sjresource.probes.session.calls import NotTriedError
from sjresource.probes.session.payload import ROOM, idle_payload
from sjresource.probes.session.probe import Words, probe
from sjresource.vocabulary import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.probes.session.session import Session

_VISIBLE_WITHIN: Final = 5.0
"""Seconds, as `aws.waiters.VISIBLE_WITHIN`."""


@probe(
    name="new-job-in-lists",
    belief="A new job may be missing in lists for some seconds, and not for more than five.",
    source="no page says so",
    believed={"by_name": "within 5 s", "by_status": "within 5 s"},
    operations=("ListServiceJobs", "SubmitServiceJob"),
    believer="sjresource",
)
def new_job_in_lists(session: Session) -> dict[str, Any]:
    """When does ListServiceJobs show a new job, by its name and by its status?"""
    queue = session.idle_queue
    answer = session.submit(queue, "listed")
    if answer.code:
        raise NotTriedError(f"SubmitServiceJob was refused: {answer.code}: {answer.words}")
    named = [{"name": "JOB_NAME", "values": [session.name("listed")]}]

    def listed(**request: Any) -> bool:
        found = session.calls.required("ListServiceJobs", jobQueue=queue, **request)
        return any(each["jobId"] == answer.body["jobId"] for each in found["jobSummaryList"])

    looks: dict[str, Callable[[], bool]] = {
        "by_name": lambda: listed(filters=named),
        "by_status": lambda: any(listed(jobStatus=each) for each in LIVE[:3]),
    }
    return _when(session, looks)


@probe(
    name="new-job-described",
    belief="A new job can be described within five seconds.",
    source="no page says so",
    believed={"described": "within 5 s"},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
    believer="sjresource",
)
def new_job_described(session: Session) -> dict[str, Any]:
    """When does DescribeServiceJob show a new job?"""
    answer = session.submit(session.idle_queue, "described")
    if answer.code:
        raise NotTriedError(f"SubmitServiceJob was refused: {answer.code}: {answer.words}")
    job_id = answer.body["jobId"]
    return _when(
        session,
        {"described": lambda: not session.calls("DescribeServiceJob", jobId=job_id).code},
    )


def _when(session: Session, looks: Mapping[str, Callable[[], bool]]) -> dict[str, Any]:
    """Return within how many seconds each look succeeds, in steps: 5, 15, a minute."""
    start = session.clock.now()
    took: dict[str, float] = {}

    def look() -> bool:
        for name, succeeds in looks.items():
            if name not in took and succeeds():
                took[name] = session.clock.now() - start
        return len(took) == len(looks)

    session.wait(look, bool)
    return {name: _step(took.get(name)) for name in looks}


def _step(seconds: float | None) -> str:
    if seconds is None:
        return "not within 60 s"
    return next(f"within {most:.0f} s" for most in (_VISIBLE_WITHIN, 15.0, 90.0) if seconds <= most)


@probe(
    name="job-missing",
    belief="A job that is not there is refused with `... does not exist`.",
    source=f"{api('DescribeServiceJob')} has no words",
    believed={"answer": "refused", "words": Words("does not exist")},
    operations=("DescribeServiceJob",),
    believer="sjresource",
)
def job_missing(session: Session) -> dict[str, Any]:
    """In which words does DescribeServiceJob refuse a job that is not there?"""
    return session.calls("DescribeServiceJob", jobId=session.unknown_job).facts()


@probe(
    name="started-at-of-waiting-job",
    belief="`startedAt` is 0 before the start.",
    source=f"{api('DescribeServiceJob')} has it as required",
    believed={"startedAt": 0},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def started_at_of_waiting_job(session: Session) -> dict[str, Any]:
    """What is startedAt of a job that has not started?"""
    job = session.describe(session.job(session.idle_queue, "unstarted"))
    started = job.get("startedAt")
    return {"startedAt": started if not started else "a time"}


@probe(
    name="members-of-waiting-job",
    belief="What an answer leaves out is empty, or the documented default: DescribeServiceJob has "
    "all members of a waiting job that are documented, but for those that have no value. By "
    "default all is told, with the switch `leave_out_defaults` only what the model requires.",
    source="no page says what is echoed",
    believed={
        "members": [
            "attempts", "capacityUsage", "createdAt", "isTerminated", "jobArn", "jobId", "jobName",
            "jobQueue", "serviceJobType", "serviceRequestPayload", "status", "tags",
        ]
    },
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)  # fmt: skip
def members_of_waiting_job(session: Session) -> dict[str, Any]:
    """Which members does DescribeServiceJob answer of a waiting job, besides reasons?"""
    job = session.describe(session.job(session.idle_queue, "shape"))
    return {"members": sorted(set(job) - {"startedAt", "statusReason"})}


@probe(
    name="reason-of-waiting-head",
    belief="A head of queue that merely waits shows no reason.",
    source=f"{guide('sm_job_stuck_in_runnable')} lists the reasons that there are",
    believed={"status": "RUNNABLE", "reason": None},
    operations=("CreateJobQueue", "DescribeServiceJob", "SubmitServiceJob"),
)
def reason_of_waiting_head(session: Session) -> dict[str, Any]:
    """Which reason has a job that waits, though its DISABLED environment would be large enough?"""
    payload = idle_payload(session.role, ROOM)
    queue = session.queue("waiting", session.closed_environment)
    return _waiting(session, session.job(queue, "head", serviceRequestPayload=payload))


@probe(
    name="reason-of-too-large-job",
    belief="A job that no environment of its queue has room for says so with "
    "`MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE`, in a DISABLED environment, too.",
    source=f"{guide('sm_job_stuck_in_runnable')} has the words",
    believed={
        "status": "RUNNABLE",
        "reason": Words("MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"),
    },
    operations=("CreateJobQueue", "DescribeServiceJob", "SubmitServiceJob"),
)
def reason_of_too_large_job(session: Session) -> dict[str, Any]:
    """Which reason has a job that needs more than there is?"""
    queue = session.queue("narrow", session.closed_environment)
    return _waiting(session, session.job(queue, "large"))


def _waiting(session: Session, job_id: str) -> dict[str, Any]:
    job = session.wait(
        lambda: session.describe(job_id),
        lambda found: found["status"] == "RUNNABLE" and bool(found.get("statusReason")),
        15,
    )
    return {"status": job["status"], "reason": job.get("statusReason")}


PROBES: Final = (
    new_job_in_lists,
    new_job_described,
    job_missing,
    started_at_of_waiting_job,
    members_of_waiting_job,
    reason_of_waiting_head,
    reason_of_too_large_job,
)
