"""Beliefs about quota shares: their ARNs, what their queue's snapshot shows, what protects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE
from sjresource.probes.beliefs.sources import AUTHORIZATION, api, guide
from sjresource.probes.session.payload import INSTANCE_TYPE, ROOM, idle_payload
from sjresource.probes.session.probe import probe
from sjresource.probes.session.session import queue_request, share_request
from sjresource.vocabulary import NUM_INSTANCES

if TYPE_CHECKING:
    from sjresource.probes.session.session import Session


@probe(
    name="snapshot-of-three-shares",
    belief="The snapshot of a quota-managed queue has the first waiting job of each share, and an "
    "empty list of a share in which none waits. The front of the queue has heads within their "
    "quota first, the oldest first.",
    source=f"{api('GetJobQueueSnapshot')} says it of queues with and without fair share only",
    believed={
        "front_of_queue": ["first of a", "first of b", "second of a"],
        "front_of_shares": {"a": ["first of a"], "b": ["first of b"], "c": []},
    },
    operations=("GetJobQueueSnapshot", "SubmitServiceJob"),
)
def snapshot_of_three_shares(session: Session) -> dict[str, Any]:
    """What does the snapshot of a queue show with three shares, of which two have jobs?"""
    queue, jobs = session.quota_queue, {}
    for turn, share in (("first", "a"), ("second", "a"), ("first", "b")):
        answer = session.submit(
            queue,
            f"{turn}-{share}",
            quotaShareName=session.name(share),
            serviceRequestPayload=idle_payload(session.role, ROOM),  # within its share's quota
        )
        jobs[answer.body.get("jobId", "")] = f"{turn} of {share}"

    def labels(front: list[dict[str, Any]]) -> list[str]:
        return [jobs.get(each["jobArn"].rsplit("/", 1)[-1], "?") for each in front]

    snapshot = session.wait(
        lambda: session.calls.required("GetJobQueueSnapshot", jobQueue=queue),
        lambda found: len(found.get("frontOfQueue", {}).get("jobs", [])) == len(jobs),
        15,
    )
    shares = snapshot.get("frontOfQuotaShares", {}).get("quotaShares", {})
    return {
        "front_of_queue": labels(snapshot.get("frontOfQueue", {}).get("jobs", [])),
        "front_of_shares": {
            name.removeprefix(session.name("")): labels(front) for name, front in shares.items()
        },
    }


@probe(
    name="quota-share-arn",
    belief="A quota share's ARN is `QUEUE-ARN/quota-share/NAME`.",
    source=AUTHORIZATION,
    believed={"arn": "QUEUE-ARN/quota-share/NAME"},
    operations=("DescribeJobQueues", "ListQuotaShares"),
)
def quota_share_arn(session: Session) -> dict[str, Any]:
    """What is the ARN of a quota share?"""
    queue = session.quota_queue
    (found,) = session.calls.required("DescribeJobQueues", jobQueues=[queue])["jobQueues"]
    shares = session.calls.required("ListQuotaShares", jobQueue=queue)["quotaShares"]
    arn = str(shares[0]["quotaShareArn"]).replace(found["jobQueueArn"], "QUEUE-ARN")
    return {"arn": arn.replace(shares[0]["quotaShareName"], "NAME")}


@probe(
    name="borrow-limit-default",
    belief="A share that lends and borrows without a `borrowLimit` shows -1.",
    source=f"{api('QuotaShareResourceSharingConfiguration')} has the default",
    believed={"borrowLimit": -1},
    operations=("DescribeQuotaShare", "ListQuotaShares"),
)
def borrow_limit_default(session: Session) -> dict[str, Any]:
    """What is shown as borrowLimit of a share that was made without one?"""
    queue = session.quota_queue
    shares = session.calls.required("ListQuotaShares", jobQueue=queue)["quotaShares"]
    arn = shares[0]["quotaShareArn"]
    share = session.calls.required("DescribeQuotaShare", quotaShareArn=arn)
    return {"borrowLimit": share["resourceSharingConfiguration"].get("borrowLimit")}


@probe(
    name="environment-of-quota-queue",
    belief="A quota-managed queue has its environment to itself, without NUM_INSTANCES.",
    source=f"{guide('service_limits')} and {api('CapacityLimit')}",
    believed={"shared": "refused", "num_instances": "refused"},
    operations=("CreateJobQueue", "DescribeJobQueues"),
)
def environment_of_quota_queue(session: Session) -> dict[str, Any]:
    """Can a quota-managed queue share its environment, or have one of NUM_INSTANCES?"""
    queue = session.quota_queue
    (found,) = session.calls.required("DescribeJobQueues", jobQueues=[queue])["jobQueues"]
    policy = found["schedulingPolicyArn"]
    own = found["serviceEnvironmentOrder"][0]["serviceEnvironment"]
    shared = session.create(JOB_QUEUE, "intruder", **queue_request(own))
    counted = session.closed_environment  # its unit is NUM_INSTANCES
    untyped = session.create(
        JOB_QUEUE, "untyped", **queue_request(counted), schedulingPolicyArn=policy
    )
    return {"shared": shared.outcome, "num_instances": untyped.outcome}


@probe(
    name="quota-share-of-num-instances",
    belief="A quota share's limits are by instance type.",
    source=guide("quota-shares"),
    believed={"answer": "refused"},
    operations=("CreateQuotaShare",),
)
def quota_share_of_num_instances(session: Session) -> dict[str, Any]:
    """Can a quota share have a limit of NUM_INSTANCES?"""
    request = share_request()
    request["capacityLimits"] = [{"maxCapacity": 1, "capacityUnit": NUM_INSTANCES}]
    return session.create(QUOTA_SHARE, "d", jobQueue=session.quota_queue, **request).facts()


@probe(
    name="delete-queue-with-shares",
    belief="A queue with shares can't be deleted.",
    source=f"{api('DeleteJobQueue')} doesn't say",
    believed={"answer": "refused"},
    operations=(
        "CreateJobQueue",
        "CreateQuotaShare",
        "CreateServiceEnvironment",
        "DeleteJobQueue",
        "DescribeJobQueues",
        "UpdateJobQueue",
    ),
)
def delete_queue_with_shares(session: Session) -> dict[str, Any]:
    """Can a queue be deleted that has a quota share?"""
    environment = session.environment("crowded", unit=INSTANCE_TYPE)
    policy = session.calls.required("DescribeJobQueues", jobQueues=[session.quota_queue])
    arn = policy["jobQueues"][0]["schedulingPolicyArn"]
    queue = session.queue("crowded", environment, schedulingPolicyArn=arn)
    session.make(QUOTA_SHARE, "e", jobQueue=queue, **share_request())
    session.disable_queue(queue)
    return session.calls("DeleteJobQueue", jobQueue=queue).facts()


PROBES: Final = (
    snapshot_of_three_shares,
    quota_share_arn,
    borrow_limit_default,
    environment_of_quota_queue,
    quota_share_of_num_instances,
    delete_queue_with_shares,
)
