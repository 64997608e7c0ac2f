from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pulumi
import pytest
from emulated import IDENTITY, PAYLOAD
from pulumi.runtime import rpc
from queue_side import KIND, QueueSide

from sjresource.aws.settings import Settings
from sjresource.checks.preflight.job import preflight_problems
from sjresource.checks.preview import PreviewCache, TTLCache
from sjresource.checks.service_job import check_job, would_be_submitted
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import RULES, ServiceJobProvider
from sjresource.stack.config import CheckSettings
from sjresource.stack.identity import IDENTITY_TAG
from sjresource.status.queue_reader import QueueDescription

if TYPE_CHECKING:
    from emulated import EmulatedBatch
    from lifecycle import Life

    from sjresource.resources.named_provider import NamedResourceProvider

ASKS = {"DescribeJobQueues", "DescribeServiceEnvironments", "ListServiceJobs"}


@pytest.fixture
def side(aws: EmulatedBatch) -> QueueSide:
    """Return a maker of queues that this stack manages."""
    return QueueSide(aws)


def failures(aws: EmulatedBatch, queue: str, **job: Any) -> list[str]:
    """Check a job as a new preview does, with preflight; give the reasons."""
    checked = check_job(
        aws.settings,
        CheckSettings(),
        aws.job(queue, **job),
        would_be_submitted=True,
        preview=PreviewCache(),
    )
    return [failure.reason for failure in checked.failures]


def checking_provider(
    aws: EmulatedBatch, checking: CheckSettings | None = None
) -> ServiceJobProvider:
    """Make a provider that does preflight, if `checking` doesn't say otherwise."""
    provider = aws.provider(ServiceJobProvider)
    provider.checking = checking or CheckSettings()
    return provider


def foreign(side: QueueSide, *lives: Life) -> None:
    """Let them be somebody else's."""
    for life in lives:
        side.aws.batch.untag_resource(resourceArn=life.id, tagKeys=[IDENTITY_TAG])


def asking_for(count: float, kind: str = KIND) -> dict[str, Any]:
    """Write a payload for so many instances."""
    resources = {"InstanceType": kind, "InstanceCount": count, "VolumeSizeInGB": 1.0}
    return {**PAYLOAD, "ResourceConfig": resources}


def test_a_queue_in_order_has_no_finding(side: QueueSide) -> None:
    """Neither does a quota-managed one with a share."""
    queue = side.quota_managed_queue()
    share = side.share(queue.id)

    assert failures(side.aws, side.aws.make_queue("plain")) == []
    assert failures(side.aws, queue.id, quota_share_name=share.name) == []
    assert failures(side.aws, queue.name, quota_share_name=share.name) == []


def test_a_queue_that_does_not_exist_fails(aws: EmulatedBatch) -> None:
    """It can't be repaired by this `up`: then its ARN would be unknown."""
    name = aws.make_queue().rpartition("/")[2]

    (said,) = failures(aws, "nowhere")
    assert said.startswith('job_queue names a queue that does not exist: there is no "nowhere" in ')
    assert said.endswith(" of account 123456789012; see its name, and aws:region")
    assert failures(aws, f"{name[:-1]}x")[0].endswith(f"did you mean {name}?")
    assert f'there is no "{"q" * 128}…" in ' in failures(aws, "q" * 5000)[-1]


def test_a_disabled_queue_fails_if_it_is_somebody_elses(
    side: QueueSide, capfd: pytest.CaptureFixture[str]
) -> None:
    """If it is this stack's, the same `up` may be about to enable it, and it is a warning."""
    queue = side.queue(side.environment(), state="DISABLED")
    assert failures(side.aws, queue.id) == []
    warning = capfd.readouterr().err
    foreign(side, queue)
    (reason,) = failures(side.aws, queue.id)

    assert "warning: checking ServiceJob (train): job_queue names queue" in warning
    assert warning.count("is DISABLED; enable it or name another; this stack manages it") == 1
    assert reason.startswith("job_queue names queue")
    assert reason.endswith("which is DISABLED; enable it or name another")


def test_a_queue_that_the_program_has_from_another_provider_is_only_warned_of(
    side: QueueSide, capfd: pytest.CaptureFixture[str]
) -> None:
    """A queue of pulumi-aws may be repaired by the same `up` as well."""
    queue = side.queue(side.environment(), state="DISABLED")
    foreign(side, queue)

    assert failures(side.aws, queue.id, managed_in_program=["job_queue"]) == []
    assert "which is DISABLED" in capfd.readouterr().err
    assert failures(side.aws, "nowhere", managed_in_program=["job_queue"]) != []


def test_a_finished_job_in_a_disabled_queue_is_never_asked_about(side: QueueSide) -> None:
    """Nothing is submitted, so nothing is looked at."""
    queue = side.queue(side.environment(), state="DISABLED")
    foreign(side, queue)
    side.aws.emulator.calls.clear()
    old = side.aws.job(queue.id)
    provider = checking_provider(side.aws)

    assert provider.check(old, {**old, "tags": {"team": "speech"}}).failures == []
    assert side.aws.emulator.calls.counts() == {}
    assert provider.check(old, {**old, "triggers": ["again"]}).failures != []


def test_what_is_unknown_is_no_certain_change(side: QueueSide) -> None:
    """A finished job stays out of it, also when the engine checks it again as a replacement."""
    queue = side.queue(side.environment(), state="DISABLED")
    foreign(side, queue)
    old = side.aws.job(queue.id)
    payload = {**PAYLOAD, "HyperParameters": {"epochs": pulumi.output.UNKNOWN}}
    undecided = {**old, "service_request_payload": payload}
    certain = {**undecided, "triggers": ["again"]}
    provider, memory = checking_provider(side.aws), PreviewCache()

    assert provider.check(old, undecided).failures == []
    assert provider.check({}, undecided).failures == []
    assert provider.check(old, certain).failures != []
    assert provider.check({}, certain).failures != []
    assert would_be_submitted(RULES, {}, undecided, memory)
    assert not would_be_submitted(RULES, old, undecided, memory)
    assert not would_be_submitted(RULES, {}, undecided, memory)
    assert would_be_submitted(RULES, {}, old, memory)


def test_environments_are_looked_at_again_for_what_has_not_been_asked_of_them(
    side: QueueSide,
) -> None:
    """A replacement that asks for the same instances in the same queue has been looked at before.

    Whether the queue still takes jobs is asked all the same, and once for all its jobs.
    """
    limits = [{"max_capacity": 2.0, "capacity_unit": "NUM_INSTANCES"}]
    environment = side.environment(capacity_limits=limits)
    queue = side.queue(environment)
    foreign(side, queue, environment)
    old = side.aws.job(queue.id)
    provider = checking_provider(side.aws)
    side.aws.emulator.calls.clear()

    edited = {**old, "triggers": ["edited"]}
    assert provider.check(old, edited).failures == []
    assert provider.check({}, edited).failures == []
    assert side.aws.emulator.calls.counts() == {"DescribeJobQueues": 1}

    larger = {**old, "service_request_payload": asking_for(3)}
    for olds in (old, {}):
        (failure,) = provider.check(olds, larger).failures
        assert "asks for 3 ml.m5.large, more than its environments" in failure.reason
    assert side.aws.emulator.calls.counts() == {
        "DescribeJobQueues": 1,
        "DescribeServiceEnvironments": 1,
    }


def test_each_kind_of_queue_asks_for_its_own_share(side: QueueSide) -> None:
    """What the policy asks for is required, what belongs to another kind is refused."""
    environment = side.environment()
    plain = side.queue(environment, "plain")
    fair = side.queue(
        environment, "fair", scheduling_policy_arn=side.policy("f", fairshare_policy={}).id
    )
    quota = side.queue(
        side.environment("alone"), "quota", scheduling_policy_arn=side.policy("q").id
    )
    foreign(side, plain, fair, quota)

    assert (
        "share_identifier is refused by queue"
        in failures(side.aws, plain.id, share_identifier="a")[0]
    )
    assert failures(side.aws, fair.id, share_identifier="a") == []
    assert "share_identifier is required" in failures(side.aws, fair.id)[0]
    assert (
        "quota_share_name is refused by queue"
        in failures(side.aws, fair.id, share_identifier="a", quota_share_name="b")[-1]
    )
    assert "quota_share_name is required" in failures(side.aws, quota.id)[0]


def test_a_share_has_to_be_there_and_enabled(side: QueueSide) -> None:
    """Whose share it is decides whether it may be repaired."""
    queue = side.quota_managed_queue()
    share = side.share(queue.id, state="DISABLED")
    foreign(side, queue)

    (missing,) = failures(side.aws, queue.id, quota_share_name="nobody")
    assert 'names share "nobody", which queue' in missing
    assert failures(side.aws, queue.id, quota_share_name=share.name) == []
    foreign(side, share)
    (disabled,) = failures(side.aws, queue.id, quota_share_name=share.name)
    assert "is DISABLED; enable it or name another" in disabled


def test_a_request_that_can_never_be_served_fails(side: QueueSide) -> None:
    """AWS would take it, and let it stand at the head of the queue for ever."""
    environment = side.environment()
    queue = side.queue(environment)
    foreign(side, environment, queue)

    assert failures(side.aws, queue.id, service_request_payload=asking_for(4.0)) == []
    (reason,) = failures(side.aws, queue.id, service_request_payload=asking_for(5.0))
    assert "asks for 5 ml.m5.large, more than its environments (capacity-" in reason
    assert "can ever give: 4 ml.m5.large; raise max_capacity" in reason
    assert failures(side.aws, queue.id, service_request_payload=asking_for(1.0, "ml.m5.xlarge"))


def test_the_capacity_of_a_share_counts_with_what_it_may_borrow(side: QueueSide) -> None:
    """A share of two that may borrow half runs three."""
    queue = side.quota_managed_queue()
    lends = {"strategy": "LEND_AND_BORROW", "borrow_limit": 50.0}
    share = side.share(queue.id, resource_sharing_configuration=lends)
    foreign(side, share)
    three = {"service_request_payload": asking_for(3.0), "quota_share_name": share.name}
    four = {"service_request_payload": asking_for(4.0), "quota_share_name": share.name}

    assert failures(side.aws, queue.id, **three) == []
    assert "more than share" in failures(side.aws, queue.id, **four)[0]


def test_a_borrow_limit_that_is_not_told_is_none() -> None:
    """AWS's default is -1, without limit, and an answer may leave out what is a default."""
    sharing: dict[str, Any] = {"strategy": "LEND_AND_BORROW"}
    share = {
        "quotaShareName": "vision",
        "capacityLimits": [{"capacityUnit": KIND, "maxCapacity": 2}],
        "resourceSharingConfiguration": sharing,
    }
    queue = {"jobQueueName": "q", "jobQueueArn": "q", "schedulingPolicyArn": "p"}
    facts = QueueDescription(queue, {"quotaSharePolicy": {}}, shares=(share,))
    job = {"quota_share_name": "vision", "service_request_payload": asking_for(9.0)}

    assert list(preflight_problems(facts, JobArguments.parse(job))) == []
    sharing["borrowLimit"] = 0
    assert "more than share" in next(preflight_problems(facts, JobArguments.parse(job))).reason


def test_validation_warn_lets_a_preflight_pass_too(
    aws: EmulatedBatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It may be as wrong as any other rule, and says that it was let pass."""
    provider = checking_provider(aws, CheckSettings(lenient=True))

    assert provider.check({}, aws.job("nowhere")).failures == []
    told = capfd.readouterr().err
    assert "see its name, and aws:region; let pass, since sjresource:" in told
    child = aws.job("nowhere", identity=pulumi.output.UNKNOWN)
    assert provider.check({}, child).failures == []


def test_many_jobs_ask_once(aws: EmulatedBatch) -> None:
    """A hundred jobs of one queue cost a preview three calls, whichever thread is first."""
    queue = aws.make_queue()
    provider = checking_provider(aws)
    aws.emulator.calls.clear()
    with ThreadPoolExecutor(4) as threads:
        jobs = [aws.job(queue, f"job-{number}") for number in range(100)]
        list(threads.map(lambda job: provider.check({}, job), jobs))

    assert aws.emulator.calls.counts() == dict.fromkeys(ASKS, 1)


def test_preflight_false_asks_nothing(aws: EmulatedBatch) -> None:
    """`sjresource:preflight: false`."""
    aws.make_queue()
    provider = checking_provider(aws, CheckSettings.from_config({"preflight": "false"}.get))
    aws.emulator.calls.clear()

    assert provider.check({}, aws.job("nowhere")).failures == []
    assert aws.emulator.calls.counts() == {}


def test_no_permission_is_silence(aws: EmulatedBatch) -> None:
    """A preview is often run by somebody who may read nothing."""
    queue = aws.make_queue()
    aws.control.fault(
        "DescribeJobQueues",
        "error",
        count=None,
        status=403,
        code="AccessDeniedException",
        message="User is not authorized to perform: batch:DescribeJobQueues",
    )

    assert failures(aws, queue) == []
    assert failures(aws, "nowhere") == []


def test_no_network_is_told_once(aws: EmulatedBatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody listens at the port: a warning of the stack, however many jobs there are."""
    provider = checking_provider(aws)
    provider.settings = Settings(
        region="eu-west-1",
        access_key="none",
        secret_key="none",
        endpoints=(("batch", "http://me:hunter2@127.0.0.1:9"),),
    )

    assert provider.check({}, aws.job(rpc.UNKNOWN)).failures == []
    assert provider.check({}, aws.job("training")).failures == []

    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("warning: AWS was not asked: Could not connect to the endpoint URL: ")
    assert said.endswith(
        "nothing was checked against the queue; see the network, aws:region, aws:endpoints and "
        "AWS_ENDPOINT_URL*; `sjresource doctor` says more"
    )
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (
            JobQueueProvider,
            {
                "priority": 1.0,
                "job_queue_type": "SAGEMAKER_TRAINING",
                "service_environment_order": [{"order": 1.0, "service_environment": "capacity"}],
            },
        ),
        (
            ServiceEnvironmentProvider,
            {
                "service_environment_type": "SAGEMAKER_TRAINING",
                "capacity_limits": [{"capacity_unit": "NUM_INSTANCES", "max_capacity": 1.0}],
            },
        ),
        (SchedulingPolicyProvider, {"fairshare_policy": {"share_decay_seconds": 60.0}}),
        (
            QuotaShareProvider,
            {
                "job_queue": "training",
                "capacity_limits": [{"capacity_unit": "ml.m5.large", "max_capacity": 1.0}],
                "resource_sharing_configuration": {"strategy": "RESERVE"},
                "preemption_configuration": {"in_share_preemption": "DISABLED"},
            },
        ),
    ],
)
def test_no_network_is_told_of_a_stack_without_a_job_too(
    capsys: pytest.CaptureFixture[str],
    kind: type[NamedResourceProvider],
    inputs: dict[str, Any],
) -> None:
    """Of what is new, where a preview asks: not of what is there already."""
    provider = kind()
    provider.settings = Settings(
        region=f"eu-{kind.__name__.lower()}-1",  # told once for each text
        access_key="none",
        secret_key="none",
        endpoints=(("batch", f"http://127.0.0.1:9/{kind.__name__}"),),
    )

    provider.checking = CheckSettings(preflight=False)
    named = provider.check({}, {"identity": f"{IDENTITY}new", **inputs})
    provider.checking = CheckSettings()
    provider.check(dict(named.inputs), dict(named.inputs))
    assert capsys.readouterr().err == ""
    checked = provider.check({}, dict(named.inputs))
    assert [each.reason for each in checked.failures] == []
    provider.check({}, dict(named.inputs))

    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("warning: AWS was not asked: Could not connect to the endpoint URL: ")


def test_an_unknown_queue_is_passed_over(aws: EmulatedBatch) -> None:
    """A queue that this `up` creates has no ARN yet; only whether AWS answers is looked at."""
    aws.emulator.calls.clear()

    assert failures(aws, rpc.UNKNOWN) == []
    assert aws.emulator.calls.counts() == {"DescribeJobQueues": 1}


def test_a_queue_for_containers_fails(aws: EmulatedBatch) -> None:
    """Most queues of an account are; the emulator has them too."""
    key = vars(aws.emulator.credentials)
    where = {"region_name": "us-east-1", "endpoint_url": aws.emulator.url, **key}
    batch, iam = boto3.client("batch", **where), boto3.client("iam", **where)
    name = f"containers-{id(aws)}"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    environment = batch.create_compute_environment(
        computeEnvironmentName=name, type="UNMANAGED", state="ENABLED", serviceRole=role
    )["computeEnvironmentArn"]
    queue = batch.create_job_queue(
        jobQueueName=name,
        priority=1,
        state="ENABLED",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
    )["jobQueueArn"]

    assert failures(aws, queue) == [
        f'job_queue names queue "{name}" of type ECS; it must be SAGEMAKER_TRAINING'
    ]


def test_another_stack_s_mark_is_not_ours(side: QueueSide) -> None:
    """The queue of the platform team's stack is not repaired by this one."""
    queue = side.queue(side.environment(), state="DISABLED")
    other = IDENTITY.replace("vision", "platform")

    assert failures(side.aws, queue.id, identity=f"{other}train") != []


def test_answers_are_kept_for_a_while_and_then_asked_for_again() -> None:
    """Thirty seconds: longer than a preview, shorter than a coffee."""
    seconds = 0.0
    kept: TTLCache[int] = TTLCache(lambda: seconds, 30)
    asked: list[int] = []

    def ask() -> int:
        asked.append(threading.get_ident())
        return len(asked)

    assert (kept.get("queue", ask), kept.get("queue", ask), kept.get("other", ask)) == (1, 1, 2)
    seconds = 31.0
    assert kept.get("queue", ask) == 3
