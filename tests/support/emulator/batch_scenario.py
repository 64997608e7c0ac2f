"""Every emulated Batch operation once, in an order that works: for each client that drives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator_requests import payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Send = Callable[[str, dict[str, Any]], dict[str, Any]]

LIMITS = [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}]


def run(send: Send, settle: Callable[[], object]) -> None:
    """Send every operation by `send(operation, parameters)`; `settle` lets changes rest."""
    policy = _make(send, settle)
    job = _use_jobs(send, settle)
    _change(send, settle, job, policy)
    _delete(send, settle, policy)


def _make(send: Send, settle: Callable[[], object]) -> str:
    quotas = {"idleResourceAssignmentStrategy": "FIFO"}
    policy = send("CreateSchedulingPolicy", {"name": "policy", "quotaSharePolicy": quotas})["arn"]
    send("UpdateSchedulingPolicy", {"arn": policy, "quotaSharePolicy": quotas})
    assert len(send("DescribeSchedulingPolicies", {"arns": [policy]})["schedulingPolicies"]) == 1
    assert send("ListSchedulingPolicies", {})["schedulingPolicies"] == [{"arn": policy}]
    environment = {
        "serviceEnvironmentName": "env",
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "capacityLimits": LIMITS,
    }
    send("CreateServiceEnvironment", environment)
    settle()
    assert send("DescribeServiceEnvironments", {})["serviceEnvironments"][0]["status"] == "VALID"
    queue = {
        "jobQueueName": "queue",
        "jobQueueType": "SAGEMAKER_TRAINING",
        "priority": 1,
        "schedulingPolicyArn": policy,
        "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "env"}],
    }
    send("CreateJobQueue", queue)
    settle()
    assert send("DescribeJobQueues", {"jobQueues": ["queue"]})["jobQueues"][0]["status"] == "VALID"
    share = {
        "quotaShareName": "share",
        "jobQueue": "queue",
        "capacityLimits": LIMITS,
        "resourceSharingConfiguration": {"strategy": "RESERVE"},
        "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
    }
    send("CreateQuotaShare", share)
    settle()
    return str(policy)


def _use_jobs(send: Send, settle: Callable[[], object]) -> dict[str, Any]:
    submission = {
        "jobName": "train",
        "jobQueue": "queue",
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": payload(),
        "quotaShareName": "share",
        "schedulingPriority": 3,
        "retryStrategy": {"attempts": 1, "evaluateOnExit": [{"action": "EXIT"}]},
        "timeoutConfig": {"attemptDurationSeconds": 60},
        "preemptionConfiguration": {"preemptionRetriesBeforeTermination": 1},
        "tags": {"team": "ml"},
        "clientToken": "token",
    }
    job = send("SubmitServiceJob", submission)
    send("UpdateServiceJob", {"jobId": job["jobId"], "schedulingPriority": 4})
    send("GetJobQueueSnapshot", {"jobQueue": "queue"})
    send("TerminateServiceJob", {"jobId": job["jobId"], "reason": "enough"})
    send("TerminateServiceJobs", {"jobs": [job["jobId"]], "reason": "enough"})
    settle()
    listed = send("ListServiceJobs", {"jobQueue": "queue", "jobStatus": "FAILED"})
    assert [each["jobId"] for each in listed["jobSummaryList"]] == [job["jobId"]]
    told = send("DescribeServiceJob", {"jobId": job["jobId"]})
    assert {name: told[name] for name in submission if name in told} == {
        **{name: value for name, value in submission.items() if name != "clientToken"},
        "jobQueue": told["jobQueue"],
        "schedulingPriority": 4,
    }
    return job


def _change(send: Send, settle: Callable[[], object], job: dict[str, Any], policy: str) -> None:
    for arn in (job["jobArn"], policy):
        send("TagResource", {"resourceArn": arn, "tags": {"a": "b"}})
        assert send("ListTagsForResource", {"resourceArn": arn})["tags"]["a"] == "b"
        send("UntagResource", {"resourceArn": arn, "tagKeys": ["a"]})
    share = _share(send)["quotaShareArn"]
    send("UpdateQuotaShare", {"quotaShareArn": share, "state": "DISABLED"})
    send("UpdateJobQueue", {"jobQueue": "queue", "state": "DISABLED"})
    send("UpdateServiceEnvironment", {"serviceEnvironment": "env", "state": "DISABLED"})
    settle()
    assert send("DescribeQuotaShare", {"quotaShareArn": share})["state"] == "DISABLED"


def _delete(send: Send, settle: Callable[[], object], policy: str) -> None:
    for operation, parameters in _deletions(_share(send)["quotaShareArn"], policy):
        send(operation, parameters)
        settle()
    assert send("DescribeServiceEnvironments", {})["serviceEnvironments"] == []


def _share(send: Send) -> dict[str, Any]:
    share: dict[str, Any] = send("ListQuotaShares", {"jobQueue": "queue"})["quotaShares"][0]
    return share


def _deletions(share: str, policy: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "DeleteQuotaShare", {"quotaShareArn": share}
    yield "DeleteJobQueue", {"jobQueue": "queue"}
    yield "DeleteServiceEnvironment", {"serviceEnvironment": "env"}
    yield "DeleteSchedulingPolicy", {"arn": policy}
