from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from emulated import IDENTITY
from pulumi.runtime import rpc

from sjresource.checks.preview import PREVIEW, PreviewCache
from sjresource.errors import SjresourceError
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.config import CheckSettings
from sjresource.stack.identity import (
    IDENTITY_TAG,
    RECORDED_TAG,
    identity_tag,
    recorded_tag,
)

if TYPE_CHECKING:
    from emulated import EmulatedBatch

    from sjresource.stack.provider import BatchProvider

UNLESS = "unless it replaces what is tainted, the update will be refused"
LIMITS = [{"max_capacity": 2.0, "capacity_unit": "NUM_INSTANCES"}]


def preview(provider: BatchProvider) -> None:
    """Begin a preview: the plugin's process is new."""
    provider.checking = CheckSettings()
    vars(PREVIEW).update(vars(PreviewCache()))


def recorded(aws: EmulatedBatch, queue: str, name: str = "train", **job: Any) -> str:
    """Submit a job that a state has, or had; return its ARN."""
    created = aws.provider(ServiceJobProvider).create(aws.job(queue, name, **job))
    aws.batch.tag_resource(resourceArn=created.id, tags=recorded_tag())
    return str(created.id)


def said(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str], job: dict[str, Any], **olds: Any
) -> str:
    """Check a job as a new preview does; return the warnings. Nothing fails."""
    provider = aws.provider(ServiceJobProvider)
    preview(provider)
    capfd.readouterr()
    assert provider.check(olds, job).failures == []
    return capfd.readouterr().err


def refused(aws: EmulatedBatch, job: dict[str, Any]) -> str:
    """Create it; return what is refused."""
    provider = aws.provider(ServiceJobProvider)
    setattr(provider, "sleep", lambda _: None)  # noqa: B010 - no time passes, so no job ends
    with pytest.raises(SjresourceError) as error:
        provider.create(job)
    return str(error.value)


def test_a_preview_says_what_the_create_of_a_forgotten_job_will_ask(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In the same words, whether it goes on or has ended, by one list and one description."""
    queue = aws.make_queue()
    arn = recorded(aws, queue)
    job = aws.job(queue)
    aws.emulator.calls.clear()
    told = said(aws, capfd, job)

    assert aws.emulator.calls.counts() == {
        "DescribeJobQueues": 1,
        "DescribeServiceEnvironments": 1,
        "ListServiceJobs": 1,
        "DescribeServiceJob": 1,
    }
    assert told == f"warning: {UNLESS}: {refused(aws, job)}\n"
    assert f"{arn} is a run of this very request" in told
    assert f'own it with adopt_job_id="{arn.rpartition("/")[2]}"' in told

    aws.advance(60)
    assert ", SUCCEEDED, submitted" in said(aws, capfd, job)


def test_what_the_create_takes_or_makes_anew_is_not_warned_of(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A lost create, another run, another's job, what is in the state, and what is not known."""
    queue = aws.make_queue()
    arn = recorded(aws, queue)
    job = aws.job(queue)
    adopting = {**job, "adopt_job_id": arn}

    assert said(aws, capfd, {**job, "triggers": ["new"]}) == ""
    assert said(aws, capfd, aws.job(queue, "other")) == ""
    assert said(aws, capfd, adopting) == ""
    assert said(aws, capfd, {**job, "triggers": [pulumi.output.UNKNOWN]}) == ""
    provider = aws.provider(ServiceJobProvider)
    preview(provider)
    provider.check(job, {**job, "triggers": ["new"]})
    assert provider.check({}, job).failures == []  # as the engine does for --replace
    assert capfd.readouterr().err == ""
    aws.batch.untag_resource(resourceArn=arn, tagKeys=[RECORDED_TAG])
    assert said(aws, capfd, job) == ""


def test_an_adoption_that_will_be_refused_is_foreseen(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """By one description: the job is another stack's, or there is none."""
    queue = aws.make_queue()
    other = identity_tag("acme/urn:pulumi:prod::speech::sjresource::ServiceJob::train")
    arn = recorded(aws, queue)
    aws.batch.tag_resource(resourceArn=arn, tags={IDENTITY_TAG: other})
    for adopted in (arn, "00000000-0000-0000-0000-000000000000"):
        job = aws.job(queue, "mine", adopt_job_id=adopted)
        told = said(aws, capfd, job)
        assert told == f"warning: {UNLESS}: {refused(aws, job)}\n"


def test_many_new_jobs_cost_one_list_and_a_few_descriptions(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of a state that is lost as a whole the first jobs are told, and the live ones before all."""
    queue = aws.make_queue()
    for number in range(9):
        recorded(aws, queue, f"job-{number}")
    provider = aws.provider(ServiceJobProvider)
    preview(provider)
    aws.emulator.calls.clear()
    capfd.readouterr()
    for number in range(9):
        assert provider.check({}, aws.job(queue, f"job-{number}")).failures == []
    counts = aws.emulator.calls.counts()

    assert (counts["ListServiceJobs"], counts["DescribeServiceJob"]) == (1, 5)
    assert capfd.readouterr().err.count("will be refused") == 5


def test_a_name_that_is_taken_is_refused_in_the_preview(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """By a call for each kind; what this stack has made may be about to be renamed."""
    provider = aws.provider(ServiceEnvironmentProvider)
    named = {
        "identity": IDENTITY + "room",
        "service_environment_name": "room",
        "service_environment_type": "SAGEMAKER_TRAINING",
        "capacity_limits": LIMITS,
    }
    preview(provider)
    assert provider.check({}, named).failures == []
    created = provider.create(named)
    lost = {**named, "identity": IDENTITY + "elsewhere"}
    batch = aws.batch
    for owner, tags, fails in (
        ("nobody's", None, True),
        ("its own, of a lost state", {IDENTITY_TAG: identity_tag(named["identity"])}, False),
        ("another resource's of this stack", {IDENTITY_TAG: identity_tag(lost["identity"])}, False),
    ):
        if tags is None:
            batch.untag_resource(resourceArn=created.id, tagKeys=[IDENTITY_TAG])
        else:
            batch.tag_resource(resourceArn=created.id, tags={**tags, **recorded_tag()})
        again = aws.provider(ServiceEnvironmentProvider)
        preview(again)
        aws.emulator.calls.clear()
        capfd.readouterr()
        reasons = [each.reason for each in again.check({}, named).failures]
        told = capfd.readouterr().err

        assert bool(reasons) is fails, owner
        assert bool(told) is not fails, owner
        assert "service_environment_name is taken: " in (reasons[0] if fails else told), owner
        with pytest.raises(Exception, match="creating ServiceEnvironment") as error:
            aws.provider(ServiceEnvironmentProvider).create(named)
        advice = str(error.value).partition("; ")[2]
        assert advice in (reasons[0] if fails else told), owner
        asked = {"DescribeJobQueues": 1, "DescribeServiceEnvironments": 1}
        calls = aws.emulator.calls.counts()
        assert {name: 1 for name in asked if calls[name]} == asked


def test_what_aws_does_not_tell_is_no_mistake_and_no_warning(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A share of a queue that there is not, and lists that are denied: the `up` says what is."""
    share = {
        "identity": IDENTITY + "vision",
        "quota_share_name": "vision",
        "job_queue": "nowhere",
        "capacity_limits": [{"max_capacity": 2.0, "capacity_unit": "ml.m5.large"}],
        "resource_sharing_configuration": {"strategy": "RESERVE"},
        "preemption_configuration": {"in_share_preemption": "DISABLED"},
    }
    provider = aws.provider(QuotaShareProvider)
    preview(provider)
    assert provider.check({}, share).failures == []
    assert capfd.readouterr().err == ""

    queue = aws.make_queue()
    recorded(aws, queue)
    for call in ("ListServiceJobs", "DescribeServiceJob"):
        aws.control.fault(call, "error", count=None, status=403, code="AccessDeniedException")
        assert said(aws, capfd, aws.job(queue)) == ""
        aws.emulator.faults.clear()


def test_a_default_name_that_is_another_s_is_no_mistake(aws: EmulatedBatch) -> None:
    """The create takes a variant of it. Of a policy the list does not tell the tags."""
    provider = aws.provider(SchedulingPolicyProvider)
    preview(provider)
    checked = provider.check({}, {"identity": IDENTITY + "policy"}).inputs
    made = aws.batch.create_scheduling_policy(name=checked["name"])["arn"]
    preview(provider)
    assert provider.check({}, {"identity": IDENTITY + "policy"}).failures == []
    given = {"identity": IDENTITY + "fair", "name": checked["name"]}
    preview(provider)
    (failure,) = provider.check({}, given).failures
    assert failure.reason.startswith("name is taken: one of this name exists, and this resource")
    aws.batch.delete_scheduling_policy(arn=made)


@pytest.mark.parametrize("unknown", [pulumi.output.UNKNOWN, rpc.UNKNOWN], ids=["dynamic", "plugin"])
def test_a_name_in_a_region_that_is_not_known_yet_fails_no_preview(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str], unknown: Any
) -> None:
    """There it may be free: nothing is asked, or what the configured region has is warned of."""
    environment = {
        "identity": IDENTITY + "room",
        "service_environment_name": "room",
        "service_environment_type": "SAGEMAKER_TRAINING",
        "capacity_limits": LIMITS,
    }
    aws.make_queue("queue")
    aws.batch.create_service_environment(
        serviceEnvironmentName="room",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": "NUM_INSTANCES"}],
    )
    elsewhere = aws.provider(ServiceEnvironmentProvider)
    assert elsewhere.settings_at("", unknown) == elsewhere.settings
    preview(elsewhere)
    assert elsewhere.check({}, environment).failures != []
    assert elsewhere.check({}, {**environment, "region": unknown}).failures == []

    queue = aws.provider(JobQueueProvider)
    preview(queue)
    capfd.readouterr()
    order = [{"order": 1.0, "service_environment": unknown}]
    named = {"identity": IDENTITY + "q", "job_queue_name": "queue", "priority": 1.0}
    asked = {**named, "job_queue_type": "SAGEMAKER_TRAINING", "service_environment_order": order}
    assert queue.check({}, asked).failures == []
    told = capfd.readouterr().err
    assert told.startswith("warning: checking JobQueue (q): job_queue_name is taken: one of this")
    assert told.endswith("; it is made where its environment is, which is not known yet\n")
    aws.emulator.calls.clear()
    assert said(aws, capfd, {**aws.job("nowhere"), "region": unknown}) == ""
    assert aws.emulator.calls.counts() == {}
