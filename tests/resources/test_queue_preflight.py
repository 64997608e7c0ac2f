from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from emulated import IDENTITY
from queue_side import KIND, QueueSide

from sjresource.aws.settings import Settings
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.stack.config import CheckSettings
from sjresource.stack.identity import IDENTITY_TAG

if TYPE_CHECKING:
    from emulated import EmulatedBatch
    from lifecycle import Life

    from sjresource.resources.named_provider import NamedResourceProvider

OURS = [{"max_capacity": 4.0, "capacity_unit": "NUM_INSTANCES"}]


@pytest.fixture
def side(aws: EmulatedBatch) -> QueueSide:
    """Return a maker of queues that this stack manages."""
    return QueueSide(aws)


def failures(
    side: QueueSide,
    kind: type[NamedResourceProvider],
    inputs: dict[str, Any],
    checking: CheckSettings | None = None,
) -> list[str]:
    """Check what would be made as a preview does, with preflight; give the reasons."""
    provider = side.aws.provider(kind)
    provider.checking = checking or CheckSettings()
    checked = provider.check({}, {"identity": IDENTITY + "new", **inputs})
    return [failure.reason for failure in checked.failures]


def queue_over(environment: Any, policy: Any = None) -> dict[str, Any]:
    """Write a queue."""
    order = [{"order": 1.0, "service_environment": environment}]
    inputs = {
        "job_queue_type": "SAGEMAKER_TRAINING",
        "priority": 1.0,
        "service_environment_order": order,
        "scheduling_policy_arn": policy,
    }
    return {name: value for name, value in inputs.items() if value is not None}


def foreign(side: QueueSide, *lives: Life) -> None:
    """Let them be somebody else's."""
    for life in lives:
        side.aws.batch.untag_resource(resourceArn=life.id, tagKeys=[IDENTITY_TAG])


def test_an_environment_for_quota_management_counts_instance_types(side: QueueSide) -> None:
    """AWS would refuse the queue, and a preview says so where AWS has the environment."""
    counts_all, counts_types = side.environment(capacity_limits=OURS), side.environment("types")
    policy = side.policy()
    foreign(side, counts_all)

    (reason,) = failures(side, JobQueueProvider, queue_over(counts_all.id, policy.id))
    assert "service_environment_order[0].service_environment has a limit in NUM_INS" in reason
    assert failures(side, JobQueueProvider, queue_over(counts_all.name)) == []
    assert failures(side, JobQueueProvider, queue_over(counts_types.id, policy.id)) == []


def test_an_environment_for_quota_management_has_one_queue(side: QueueSide) -> None:
    """Whichever of the two is quota-managed; other queues share an environment as they like."""
    managed = side.quota_managed_queue()
    environment = managed.inputs["service_environment_order"][0]["service_environment"]
    plain = side.environment("plain", capacity_limits=OURS)
    first = side.queue(plain, "first")
    foreign(side, managed, first)

    (reason,) = failures(side, JobQueueProvider, queue_over(environment))
    assert f'is the environment of queue "{managed.name}" too' in reason
    assert failures(side, JobQueueProvider, queue_over(plain.id)) == []


def test_a_queue_takes_twenty_quota_shares(side: QueueSide) -> None:
    """The one after them is refused, but not one of them."""
    queue = side.quota_managed_queue()
    for number in range(20):
        side.aws.batch.create_quota_share(
            quotaShareName=f"team-{number}",
            jobQueue=queue.name,
            capacityLimits=[{"maxCapacity": 1, "capacityUnit": KIND}],
            resourceSharingConfiguration={"strategy": "RESERVE"},
            preemptionConfiguration={"inSharePreemption": "DISABLED"},
        )
    share = {
        "job_queue": queue.id,
        "capacity_limits": [{"max_capacity": 1.0, "capacity_unit": KIND}],
        "resource_sharing_configuration": {"strategy": "RESERVE"},
        "preemption_configuration": {"in_share_preemption": "DISABLED"},
    }

    (reason,) = failures(side, QuotaShareProvider, {**share, "quota_share_name": "one-more"})
    assert reason == "job_queue has 20 quota shares without this one, and a queue takes 20"
    (reason,) = failures(side, QuotaShareProvider, {**share, "quota_share_name": "team-7"})
    assert reason.startswith("quota_share_name is taken: one of this name exists")


def test_what_this_stack_may_be_about_to_change_is_only_warned_of(
    side: QueueSide, capfd: pytest.CaptureFixture[str]
) -> None:
    """So is everything under `sjresource:validation: warn`."""
    ours, theirs = (
        side.environment(capacity_limits=OURS),
        side.environment("b", capacity_limits=OURS),
    )
    policy = side.policy()
    foreign(side, theirs)

    assert failures(side, JobQueueProvider, queue_over(ours.id, policy.id)) == []
    assert "checking JobQueue (new): service_environment_order[0]" in capfd.readouterr().err
    lenient = CheckSettings(lenient=True)
    assert failures(side, JobQueueProvider, queue_over(theirs.id, policy.id), lenient) == []
    assert "; let pass, since sjresource:validation is warn" in capfd.readouterr().err


def test_what_is_unknown_unreadable_or_unchanged_is_passed_over(side: QueueSide) -> None:
    """A preview asks nothing of a queue that stays as it is."""
    environment, policy = side.environment(capacity_limits=OURS), side.policy()
    queue = side.queue(environment)
    foreign(side, environment)
    unknown = pulumi.output.UNKNOWN

    assert failures(side, JobQueueProvider, queue_over(unknown, policy.id)) == []
    assert failures(side, JobQueueProvider, queue_over(environment.id, unknown)) == []
    quiet = CheckSettings(preflight=False)
    assert failures(side, JobQueueProvider, queue_over(environment.id, policy.id), quiet) == []
    provider = side.aws.provider(JobQueueProvider)
    provider.checking = CheckSettings()
    side.aws.emulator.calls.clear()
    assert provider.check(queue.inputs, {**queue.inputs, "priority": 7.0}).failures == []
    assert side.aws.emulator.calls.counts() == {}
    nobody = (("batch", "http://127.0.0.1:9"),)
    provider.settings = Settings("eu-west-1", access_key="a", secret_key="b", endpoints=nobody)
    new = {"identity": IDENTITY + "new", **queue_over(environment.id, policy.id)}
    assert provider.check({}, new).failures == []
