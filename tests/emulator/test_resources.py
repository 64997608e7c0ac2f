"""Environments, queues, policies, shares and tags: their rules and their statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from emulator_requests import client, control, make_environment, make_queue, submit

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

PREFIX = "arn:aws:batch:us-east-1:123456789012:"


def status_of(batch: Any, name: str) -> str | None:
    """Return an environment's status, None if it is gone."""
    found = batch.describe_service_environments(serviceEnvironments=[name])["serviceEnvironments"]
    return found[0]["status"] if found else None


def test_an_environment_is_created_and_deleted_in_steps(emulator: Emulator, batch: Any) -> None:
    """It is CREATING, VALID, UPDATING, VALID, DELETING, gone; each can be seen."""
    seen = []

    def note() -> None:
        seen.append(status_of(batch, "env"))
        emulator.clock.advance(0.1)

    batch.create_service_environment(
        serviceEnvironmentName="env",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}],
    )
    note()
    note()
    batch.update_service_environment(serviceEnvironment="env", state="DISABLED")
    note()
    note()
    batch.delete_service_environment(serviceEnvironment="env")
    note()
    note()

    assert seen == ["CREATING", "VALID", "UPDATING", "VALID", "DELETING", None]


def test_arns_have_awss_form(emulator: Emulator) -> None:
    """ARNs name region, account and kind as AWS documents them."""
    environment = make_environment(emulator, "env")

    assert environment == f"{PREFIX}service-environment/env"
    assert make_queue(emulator, environment, name="q") == f"{PREFIX}job-queue/q"


def test_a_queue_is_healthy(emulator: Emulator, batch: Any) -> None:
    """Its status reason is the one that AWS shows."""
    make_queue(emulator, make_environment(emulator))

    (queue,) = batch.describe_job_queues()["jobQueues"]
    assert (queue["status"], queue["statusReason"]) == ("VALID", "JobQueue Healthy")


def test_names_and_arns_mean_the_same(emulator: Emulator, batch: Any) -> None:
    """A queue is described, and takes jobs, by its name and by its ARN; a job by its ARN too."""
    arn = make_queue(emulator, make_environment(emulator), name="q")
    job = submit(emulator, arn)

    by_arn = batch.describe_job_queues(jobQueues=[arn])["jobQueues"]
    assert by_arn == batch.describe_job_queues(jobQueues=["q"])["jobQueues"]
    told = batch.describe_service_job(jobId=f"{PREFIX}service-job/{job}")
    assert told["jobId"] == job
    assert told["jobQueue"] == arn


def test_resources_belong_to_a_region(emulator: Emulator, batch: Any) -> None:
    """A queue of one region is not there in another."""
    make_queue(emulator, make_environment(emulator))

    other = client(emulator, "batch", "eu-west-1")
    assert other.describe_job_queues()["jobQueues"] == []
    assert len(batch.describe_job_queues()["jobQueues"]) == 1


def test_a_name_is_taken_once(emulator: Emulator) -> None:
    """Creating what is there is refused in the words and the place in which AWS's helper looks."""
    make_environment(emulator)

    with pytest.raises(ClientError) as refused:
        make_environment(emulator)
    answer: dict[str, Any] = dict(refused.value.response)
    assert answer["message"] == "Object already exists"
    assert answer["Error"] == {"Code": "ClientException", "Message": "Object already exists"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_what_is_being_changed_can_not_be_changed(emulator: Emulator, batch: Any) -> None:
    """A second change before the first is done is refused with Batch's words."""
    make_environment(emulator)
    batch.update_service_environment(serviceEnvironment="env", state="DISABLED")

    with pytest.raises(ClientError, match="resource is being modified"):
        batch.delete_service_environment(serviceEnvironment="env")


def test_only_a_disabled_queue_can_be_deleted(emulator: Emulator, batch: Any) -> None:
    """An ENABLED queue can't be deleted."""
    make_queue(emulator, make_environment(emulator))

    with pytest.raises(ClientError, match="DISABLED"):
        batch.delete_job_queue(jobQueue="queue")


def test_an_environment_in_a_queue_can_not_be_deleted(emulator: Emulator, batch: Any) -> None:
    """An environment that a queue names is refused, with Batch's words."""
    make_queue(emulator, make_environment(emulator))
    batch.update_service_environment(serviceEnvironment="env", state="DISABLED")
    emulator.clock.advance(1)

    with pytest.raises(ClientError, match="found existing JobQueue relationship"):
        batch.delete_service_environment(serviceEnvironment="env")


def test_a_disabled_queue_takes_no_jobs(emulator: Emulator) -> None:
    """Submitting into a DISABLED queue is refused."""
    make_queue(emulator, make_environment(emulator), state="DISABLED")

    with pytest.raises(ClientError, match="DISABLED"):
        submit(emulator)


def test_a_disabled_environment_starts_nothing(emulator: Emulator, batch: Any) -> None:
    """Jobs wait while their environment is DISABLED, and run when it is ENABLED again."""
    make_queue(emulator, make_environment(emulator))
    batch.update_service_environment(serviceEnvironment="env", state="DISABLED")
    job = submit(emulator)
    emulator.clock.advance(60)
    assert batch.describe_service_job(jobId=job)["status"] == "RUNNABLE"
    batch.update_service_environment(serviceEnvironment="env", state="ENABLED")
    emulator.clock.advance(60)

    assert batch.describe_service_job(jobId=job)["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ([], "capacityLimits"),
        ([{"maxCapacity": 1}], "capacityUnit"),
        ([{"maxCapacity": -1, "capacityUnit": "NUM_INSTANCES"}], "maxCapacity"),
        ([{"maxCapacity": 1, "capacityUnit": "VCPU"}], "capacityUnit"),
        (
            [
                {"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"},
                {"maxCapacity": 1, "capacityUnit": "ml.m5.large"},
            ],
            "stands alone",
        ),
    ],
)
def test_wrong_limits_are_refused(batch: Any, limits: Any, said: str) -> None:
    """Capacity limits that Batch documents as impossible are refused by their member."""
    with pytest.raises(ClientError, match=said):
        batch.create_service_environment(
            serviceEnvironmentName="env",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=limits,
        )


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"priority": -1}, "priority"),
        ({"jobQueueName": "a b"}, "jobQueueName"),
        ({"jobQueueName": "-q"}, "jobQueueName"),
        ({"jobQueueName": "_q"}, "jobQueueName"),
        ({"jobQueueType": "SAGEMAKER"}, "jobQueueType must be one of EKS, .*, not 'SAGEMAKER'"),
        ({"serviceEnvironmentOrder": []}, "must name one service environment, not 0"),
        (
            {
                "serviceEnvironmentOrder": [
                    {"order": order, "serviceEnvironment": "env"} for order in (1, 2)
                ]
            },
            "must name one service environment, not 2",
        ),
        (
            {"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "other"}]},
            "other does not exist",
        ),
        ({"schedulingPolicyArn": f"{PREFIX}scheduling-policy/p"}, "does not exist"),
    ],
)
def test_a_wrong_queue_is_refused(emulator: Emulator, request_: Any, said: str) -> None:
    """A queue that breaks a documented rule is refused by its member."""
    environment = make_environment(emulator)

    with pytest.raises(ClientError, match=said):
        make_queue(emulator, environment, **request_)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"jobName": "a b"}, "jobName"),
        ({"jobQueue": "other"}, "JobQueue other does not exist"),
        ({"serviceRequestPayload": "{"}, "serviceRequestPayload"),
        (
            {"serviceRequestPayload": f'{{"A": "{"é" * 3000}{"x" * 5000}"}}'},
            "serviceRequestPayload has 11009 bytes, at most 10240 are allowed",
        ),
        (
            {"tags": {f"{number:0128}": "v" * 256 for number in range(50)}, "jobName": "n" * 12000},
            r"the request has 3\d+ bytes, SubmitServiceJob takes at most 30720",
        ),
        ({"schedulingPriority": 10_000}, "schedulingPriority"),
        ({"retryStrategy": {"attempts": 11}}, "attempts"),
        ({"shareIdentifier": "a"}, "shareIdentifier"),
        ({"quotaShareName": "a"}, "quotaShareName"),
        ({"tags": {"aws:x": "y"}}, "aws:"),
    ],
)
def test_a_wrong_job_is_refused(emulator: Emulator, request_: Any, said: str) -> None:
    """A job that breaks a documented rule is refused by its member."""
    make_queue(emulator, make_environment(emulator))

    with pytest.raises(ClientError, match=said):
        submit(emulator, **request_)


def test_the_queue_with_the_higher_priority_goes_first(emulator: Emulator, batch: Any) -> None:
    """Of two queues on one environment the one with the higher priority is served first."""
    environment = make_environment(emulator, capacity=1)
    make_queue(emulator, environment, name="low", priority=1)
    make_queue(emulator, environment, name="high", priority=9)
    jobs = [submit(emulator, "low"), submit(emulator, "high")]
    emulator.clock.advance(0.25)

    statuses = [batch.describe_service_job(jobId=job)["status"] for job in jobs]
    assert statuses == ["RUNNABLE", "SCHEDULED"]


def test_tags_are_merged_and_removed(emulator: Emulator, batch: Any) -> None:
    """TagResource keeps other tags, UntagResource removes by key, whatever letters keys have."""
    arn = make_queue(emulator, make_environment(emulator), tags={"a": "1", "b": "2"})
    batch.tag_resource(resourceArn=arn, tags={"b": "3", "c d/é": "4"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a", "missing"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3", "c d/é": "4"}
    batch.untag_resource(resourceArn=arn, tagKeys=["c d/é"])

    assert batch.describe_job_queues()["jobQueues"][0]["tags"] == {"b": "3"}


def test_tags_of_an_arn_of_another_account_are_refused(emulator: Emulator, batch: Any) -> None:
    """The id in a job's ARN is not enough: the rest has to be right, too."""
    make_queue(emulator, make_environment(emulator))
    arn = batch.describe_service_job(jobId=submit(emulator))["jobArn"]
    wrong = arn.replace(":123456789012:", ":210987654321:")

    for call, asked in (
        ("tag_resource", {"tags": {"a": "1"}}),
        ("untag_resource", {"tagKeys": ["a"]}),
        ("list_tags_for_resource", {}),
    ):
        with pytest.raises(ClientError, match="does not exist"):
            getattr(batch, call)(resourceArn=wrong, **asked)
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_there_are_fifty_tags_at_most(emulator: Emulator, batch: Any) -> None:
    """The fifty-first tag is refused."""
    arn = make_environment(emulator)
    batch.tag_resource(resourceArn=arn, tags={f"k{number}": "v" for number in range(50)})

    with pytest.raises(ClientError, match="50"):
        batch.tag_resource(resourceArn=arn, tags={"one more": "v"})


def test_describing_goes_in_pages(emulator: Emulator, batch: Any) -> None:
    """Pages of environments join to all of them, each once."""
    names = {f"env{number}" for number in range(5)}
    for name in names:
        make_environment(emulator, name)

    pages = batch.get_paginator("describe_service_environments").paginate(
        PaginationConfig={"PageSize": 2}
    )
    found = [page["serviceEnvironments"] for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    assert {each["serviceEnvironmentName"] for page in found for each in page} == names


def quota_managed(emulator: Emulator, batch: Any) -> str:
    """Make a quota-managed queue, and give its ARN."""
    policy = batch.create_scheduling_policy(
        name="quotas", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    batch.create_service_environment(
        serviceEnvironmentName="typed",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": "ml.m5.large"}],
    )
    emulator.clock.advance(1)
    return make_queue(emulator, "typed", name="managed", schedulingPolicyArn=policy["arn"])


def test_quota_management_counts_instance_types(emulator: Emulator, batch: Any) -> None:
    """Its environment can't count NUM_INSTANCES, neither at first nor later."""
    quota_managed(emulator, batch)
    policy = batch.list_scheduling_policies()["schedulingPolicies"][0]["arn"]
    counting = make_environment(emulator, "counting")

    with pytest.raises(ClientError, match="counting has the capacityUnit NUM_INSTANCES"):
        make_queue(emulator, counting, schedulingPolicyArn=policy)
    with pytest.raises(ClientError, match="typed has the capacityUnit NUM_INSTANCES"):
        batch.update_service_environment(
            serviceEnvironment="typed",
            capacityLimits=[{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}],
        )
    with pytest.raises(ClientError, match="counting has the capacityUnit NUM_INSTANCES"):
        batch.update_job_queue(
            jobQueue="managed",
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": counting}],
        )


def test_a_quota_managed_queue_has_its_environment_to_itself(
    emulator: Emulator, batch: Any
) -> None:
    """Neither another queue nor another quota-managed queue can have it too."""
    quota_managed(emulator, batch)
    policy = batch.list_scheduling_policies()["schedulingPolicies"][0]["arn"]

    for more in ({}, {"schedulingPolicyArn": policy}):
        with pytest.raises(ClientError, match="is associated with JobQueue managed"):
            make_queue(emulator, "typed", **more)


def test_a_queue_has_at_most_twenty_quota_shares(emulator: Emulator, batch: Any) -> None:
    """The twenty-first is refused, until one is gone."""
    quota_managed(emulator, batch)
    for number in range(20):
        arn = make_share(batch, quotaShareName=f"team-{number}", state="DISABLED")

    with pytest.raises(ClientError, match="JobQueue managed has 20 quota shares, the most"):
        make_share(batch)
    emulator.clock.advance(1)
    batch.delete_quota_share(quotaShareArn=arn)
    emulator.clock.advance(1)
    make_share(batch)


def make_share(batch: Any, **request: Any) -> str:
    """Create a quota share."""
    created = batch.create_quota_share(
        **{
            "quotaShareName": "team",
            "jobQueue": "managed",
            "capacityLimits": [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}],
            "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW"},
            "preemptionConfiguration": {"inSharePreemption": "ENABLED"},
            **request,
        }
    )
    return str(created["quotaShareArn"])


def shares(batch: Any, queue: str) -> list[dict[str, Any]]:
    """List a queue's shares."""
    listed: list[dict[str, Any]] = batch.list_quota_shares(jobQueue=queue)["quotaShares"]
    return listed


def test_a_quota_share_lives_in_its_queue(emulator: Emulator, batch: Any) -> None:
    """A share is created, described with its default borrow limit, listed, updated and deleted."""
    queue = quota_managed(emulator, batch)
    arn = make_share(batch, tags={"a": "b"})
    emulator.clock.advance(1)

    told = batch.describe_quota_share(quotaShareArn=arn)
    assert arn == f"{queue}/quota-share/team"
    assert told["resourceSharingConfiguration"]["borrowLimit"] == -1
    assert (told["status"], told["state"], told["tags"]) == ("VALID", "ENABLED", {"a": "b"})
    assert [each["quotaShareArn"] for each in shares(batch, queue)] == [arn]
    batch.update_quota_share(quotaShareArn=arn, state="DISABLED")
    emulator.clock.advance(1)
    batch.delete_quota_share(quotaShareArn=arn)
    emulator.clock.advance(1)
    assert shares(batch, queue) == []


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"quotaShareName": "_team"}, "quotaShareName"),
        ({"quotaShareName": "-team"}, "quotaShareName"),
        ({"capacityLimits": []}, "capacityLimits must have 1 to 5 entries"),
        (
            {"capacityLimits": [{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 1}]},
            "capacityUnit must be an instance type",
        ),
        (
            {"capacityLimits": [{"capacityUnit": "ml.m5.large", "maxCapacity": 1}] * 2},
            "must name each capacityUnit once",
        ),
        (
            {"resourceSharingConfiguration": {"strategy": "LEND", "borrowLimit": 1}},
            "borrowLimit needs the strategy LEND_AND_BORROW",
        ),
    ],
)
def test_a_wrong_share_is_refused(
    emulator: Emulator, batch: Any, request_: dict[str, Any], said: str
) -> None:
    """A share that breaks a documented rule is refused by its member."""
    quota_managed(emulator, batch)

    with pytest.raises(ClientError, match=said):
        make_share(batch, **request_)


def test_share_identifiers_are_as_in_awss_guide(emulator: Emulator, batch: Any) -> None:
    """A distribution may name `team-a`, and a policy may have a name alone."""
    distribution = [{"shareIdentifier": "team-a", "weightFactor": 1.0}, {"shareIdentifier": "b*"}]
    policy = batch.create_scheduling_policy(
        name="fair", fairsharePolicy={"shareDistribution": distribution}
    )["arn"]
    bare = batch.create_scheduling_policy(name="bare")["arn"]
    make_queue(emulator, make_environment(emulator), schedulingPolicyArn=policy)
    make_queue(emulator, "env", name="other", schedulingPolicyArn=bare)

    submit(emulator, shareIdentifier="team-a")
    submit(emulator, "other", shareIdentifier="team-a")


def test_a_quota_managed_queue_needs_a_share(emulator: Emulator, batch: Any) -> None:
    """A job is refused without a share's name and accepted with it."""
    quota_managed(emulator, batch)
    make_share(batch)
    emulator.clock.advance(1)

    with pytest.raises(ClientError, match="quotaShareName must be specified"):
        submit(emulator, "managed")
    job = submit(emulator, "managed", quotaShareName="team")
    assert batch.describe_service_job(jobId=job)["quotaShareName"] == "team"


def test_a_fair_share_queue_needs_an_identifier(emulator: Emulator, batch: Any) -> None:
    """A job is refused without a share identifier and accepted with it."""
    policy = batch.create_scheduling_policy(name="fair", fairsharePolicy={"shareDecaySeconds": 60})
    make_queue(emulator, make_environment(emulator), schedulingPolicyArn=policy["arn"])

    with pytest.raises(ClientError, match="shareIdentifier must be specified"):
        submit(emulator)
    job = submit(emulator, shareIdentifier="red", schedulingPriority=0)
    told = batch.describe_service_job(jobId=job)
    assert (told["shareIdentifier"], told["schedulingPriority"]) == ("red", 0)


def test_a_policy_keeps_its_kind(emulator: Emulator, batch: Any) -> None:
    """A policy can't become one of the other kind, nor a queue get one of the other kind."""
    quota_managed(emulator, batch)
    fair = batch.create_scheduling_policy(name="fair", fairsharePolicy={})["arn"]

    with pytest.raises(ClientError, match="quotaSharePolicy can't be set"):
        batch.update_scheduling_policy(
            arn=fair, quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
        )
    with pytest.raises(ClientError, match="same kind"):
        batch.update_job_queue(jobQueue="managed", schedulingPolicyArn=fair)


def test_a_policy_in_use_can_not_be_deleted(emulator: Emulator, batch: Any) -> None:
    """A policy that a queue uses is refused; a free one goes at once."""
    quota_managed(emulator, batch)
    free = batch.create_scheduling_policy(name="free")["arn"]
    batch.delete_scheduling_policy(arn=free)

    listed = [each["arn"] for each in batch.list_scheduling_policies()["schedulingPolicies"]]
    assert listed == [f"{PREFIX}scheduling-policy/quotas"]
    with pytest.raises(ClientError, match="JobQueue relationship"):
        batch.delete_scheduling_policy(arn=listed[0])


def test_a_snapshot_tells_the_front_and_the_use(emulator: Emulator, batch: Any) -> None:
    """A snapshot lists the waiting jobs in their order, and the instances in use by type."""
    make_queue(emulator, make_environment(emulator, capacity=1))
    jobs = [submit(emulator) for _ in range(3)]
    emulator.clock.advance(0.25)

    told = batch.get_job_queue_snapshot(jobQueue="queue")
    front = [job["jobArn"].rpartition("/")[2] for job in told["frontOfQueue"]["jobs"]]
    assert front == jobs[1:]
    usage = told["queueUtilization"]["totalCapacityUsage"]
    assert usage == [{"capacityUnit": "ml.m5.large", "quantity": 1.0}]


def test_what_aws_may_leave_out_can_be_left_out(emulator: Emulator, batch: Any) -> None:
    """With the switch, answers have no default, nothing empty, and all that the model requires."""
    queue = quota_managed(emulator, batch)
    share = make_share(batch)
    emulator.clock.advance(1)
    submit(emulator, "managed", quotaShareName="team", schedulingPriority=0)
    switch = {"leave_out_defaults": True}
    control(emulator.url, emulator.credentials, "POST", "behaviour", switch)

    told = batch.describe_quota_share(quotaShareArn=share)
    assert told["resourceSharingConfiguration"] == {"strategy": "LEND_AND_BORROW"}
    assert "tags" not in told
    (described,) = batch.describe_job_queues(jobQueues=[queue])["jobQueues"]
    assert not {"tags", "jobStateTimeLimitActions"} & set(described)
    assert described["computeEnvironmentOrder"] == []
    (job,) = batch.list_service_jobs(jobQueue=queue, jobStatus="SUBMITTED")["jobSummaryList"]
    whole = batch.describe_service_job(jobId=job["jobId"])
    assert not {"attempts", "isTerminated", "tags"} & set(whole)
    assert (whole["startedAt"], whole["schedulingPriority"]) == (0, 0)
    fronts = batch.get_job_queue_snapshot(jobQueue=queue)["frontOfQuotaShares"]
    assert fronts["quotaShares"] == {"team": []}
    assert batch.describe_job_queues(jobQueues=["nobody"])["jobQueues"] == []
