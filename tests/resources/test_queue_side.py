from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from emulated import IDENTITY, PAYLOAD
from queue_side import KIND, QueueSide

from sjresource.aws.payload import payload_json
from sjresource.errors import RequestFailed, WaitTimeout
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.stack.identity import IDENTITY_TAG, identity_tag

if TYPE_CHECKING:
    from emulated import EmulatedBatch
    from lifecycle import Life

    from sjresource.aws.batch import ResourceKind

EACH = ("environment", "policy", "queue", "share")


@pytest.fixture
def side(aws: EmulatedBatch) -> QueueSide:
    """Return a maker of queues and of what they need."""
    return QueueSide(aws)


def submit(aws: EmulatedBatch, queue: str, name: str = "train", **request: Any) -> str:
    """Submit a job as somebody who knows nothing of this stack."""
    answer = aws.batch.submit_service_job(
        jobName=name,
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=payload_json(PAYLOAD),
        **request,
    )
    return str(answer["jobId"])


def of_this_stack(name: str = "train") -> dict[str, str]:
    """Return the tag by which a job of this stack is known."""
    return {IDENTITY_TAG: identity_tag(IDENTITY + name)}


def live_of(aws: EmulatedBatch, life: Life) -> dict[str, Any]:
    """Describe it as AWS tells it to everybody."""
    found: dict[str, Any]
    if "quota-share" in life.id:
        found = aws.batch.describe_quota_share(quotaShareArn=life.id)
    elif "scheduling-policy" in life.id:
        (found,) = aws.batch.describe_scheduling_policies(arns=[life.id])["schedulingPolicies"]
    elif "job-queue" in life.id:
        (found,) = aws.batch.describe_job_queues(jobQueues=[life.id])["jobQueues"]
    else:
        described = aws.batch.describe_service_environments(serviceEnvironments=[life.id])
        (found,) = described["serviceEnvironments"]
    return found


@pytest.mark.parametrize("kind", EACH)
def test_what_was_created_reads_the_same(side: QueueSide, kind: str) -> None:
    """A refresh right after shows no difference, and its outputs say VALID where there is one."""
    life = side.one(kind)
    read = life.refresh()

    assert read.id == life.id
    assert read.inputs == life.inputs
    assert not life.diff(life.inputs).changes
    assert life.outs.get("status") == (None if kind == "policy" else "VALID")


@pytest.mark.parametrize(
    ("kind", "change", "member", "live"),
    [
        ("environment", {"state": "DISABLED"}, "state", "DISABLED"),
        (
            "environment",
            {"capacity_limits": [{"max_capacity": 9.0, "capacity_unit": KIND}]},
            "capacityLimits",
            [{"maxCapacity": 9, "capacityUnit": KIND}],
        ),
        ("queue", {"state": "DISABLED"}, "state", "DISABLED"),
        ("queue", {"priority": 7.0}, "priority", 7),
        (
            "queue",
            {
                "job_state_time_limit_actions": [
                    {
                        "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
                        "state": "RUNNABLE",
                        "max_time_seconds": 600.0,
                        "action": "TERMINATE",
                    }
                ]
            },
            "jobStateTimeLimitActions",
            [
                {
                    "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
                    "state": "RUNNABLE",
                    "maxTimeSeconds": 600,
                    "action": "TERMINATE",
                }
            ],
        ),
        ("share", {"state": "DISABLED"}, "state", "DISABLED"),
        (
            "share",
            {"capacity_limits": [{"max_capacity": 3.0, "capacity_unit": KIND}]},
            "capacityLimits",
            [{"maxCapacity": 3, "capacityUnit": KIND}],
        ),
        (
            "share",
            {
                "resource_sharing_configuration": {
                    "strategy": "LEND_AND_BORROW",
                    "borrow_limit": 50.0,
                }
            },
            "resourceSharingConfiguration",
            {"strategy": "LEND_AND_BORROW", "borrowLimit": 50},
        ),
        (
            "share",
            {"preemption_configuration": {"in_share_preemption": "ENABLED"}},
            "preemptionConfiguration",
            {"inSharePreemption": "ENABLED"},
        ),
    ],
)
def test_an_updatable_argument_updates_in_place(
    side: QueueSide, kind: str, change: dict[str, Any], member: str, live: Any
) -> None:
    """AWS changes it on the one that exists, and the next diff is empty."""
    life = side.one(kind)
    news = {**life.inputs, **change}
    diff = life.diff(news)
    life.update(news)

    assert (diff.changes, diff.replaces) == (True, [])
    assert live_of(side.aws, life)[member] == live
    assert life.outs["status"] == "VALID"
    assert not life.diff(news).changes
    life.refresh()
    assert not life.diff(news).changes


def test_an_environment_is_exchanged_in_place(side: QueueSide) -> None:
    """A queue takes another environment, and later ones by name as well as by ARN."""
    queue, other = side.queue(side.environment()), side.environment("other")
    order = [{"order": 1.0, "service_environment": other.name}]
    news = {**queue.inputs, "service_environment_order": order}

    assert queue.diff(news).replaces == []
    queue.update(news)
    assert live_of(side.aws, queue)["serviceEnvironmentOrder"] == [
        {"order": 1, "serviceEnvironment": other.id}
    ]
    queue.refresh()
    assert not queue.diff(news).changes


def test_a_policy_is_swapped_in_place_but_not_added_or_removed(side: QueueSide) -> None:
    """As UpdateJobQueue can: only for another one of its kind."""
    with_one, other = side.quota_managed_queue(), side.policy("other")
    without = side.queue(side.environment("more"), "plain")
    swapped = {**with_one.inputs, "scheduling_policy_arn": other.id}

    assert with_one.diff(swapped).replaces == []
    with_one.update(swapped)
    assert live_of(side.aws, with_one)["schedulingPolicyArn"] == other.id
    added = {**without.inputs, "scheduling_policy_arn": other.id}
    assert without.diff(added).replaces == ["scheduling_policy_arn"]
    removed = {key: value for key, value in swapped.items() if key != "scheduling_policy_arn"}
    assert with_one.diff(removed).replaces == ["scheduling_policy_arn"]


def test_a_fair_share_policy_updates_within_its_kind(side: QueueSide) -> None:
    """Weights and decay change in place; the kind replaces, under a name of its own."""
    policy = side.policy(fairshare_policy={})
    share = {"share_identifier": "vision*", "weight_factor": 0.5}
    fair = {"share_decay_seconds": 3600.0, "share_distribution": [share]}
    news = {**policy.inputs, "fairshare_policy": fair}

    assert policy.diff(news).replaces == []
    policy.update(news)
    assert live_of(side.aws, policy)["fairsharePolicy"] == {
        "shareDecaySeconds": 3600,
        "shareDistribution": [{"shareIdentifier": "vision*", "weightFactor": 0.5}],
    }
    kind = {"quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"}}
    other = {"identity": policy.inputs["identity"], **kind}
    assert policy.diff(other).replaces == ["name", "fairshare_policy", "quota_share_policy"]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("environment", {"service_environment_name": "another"}),
        ("policy", {"name": "another"}),
        ("queue", {"job_queue_name": "another"}),
        ("share", {"quota_share_name": "another"}),
        ("share", {"job_queue": "arn:aws:batch:eu-west-1:123456789012:job-queue/another"}),
    ],
)
def test_a_fixed_argument_replaces(side: QueueSide, kind: str, change: dict[str, Any]) -> None:
    """Names, and a share's queue, can't be changed."""
    life = side.one(kind)

    assert life.diff({**life.inputs, **change}).replaces == list(change)


@pytest.mark.parametrize("kind", EACH)
def test_tags_change_in_place_and_ours_stay(side: QueueSide, kind: str) -> None:
    """Tags are added, changed and taken away; the mark of the stack is not in the user's hands."""
    life = side.one(kind)
    life.update({**life.inputs, "tags": {"team": "vision", "cost": "1"}})
    life.update({**life.inputs, "tags": {"team": "speech"}})
    tags = live_of(side.aws, life)["tags"]

    assert tags["team"] == "speech"
    assert "cost" not in tags
    assert tags[IDENTITY_TAG] == identity_tag(life.inputs["identity"])


@pytest.mark.parametrize("kind", EACH)
def test_a_tag_that_somebody_changed_shows_and_is_set_right(side: QueueSide, kind: str) -> None:
    """Tags that the program does not name are left alone."""
    life = side.one(kind)
    life.update({**life.inputs, "tags": {"team": "vision"}})
    side.aws.batch.tag_resource(resourceArn=life.id, tags={"team": "x", "foreign": "y"})
    life.refresh()
    assert life.diff(life.inputs).changes

    life.update(life.inputs)

    tags = live_of(side.aws, life)["tags"]
    assert (tags["team"], tags["foreign"]) == ("vision", "y")


@pytest.mark.parametrize("kind", EACH)
@pytest.mark.parametrize("is_valid", [True, False])
def test_a_tag_that_becomes_a_secret_is_recorded_as_one_without_a_call(
    side: QueueSide, kind: str, *, is_valid: bool
) -> None:
    """What was not VALID by the last `up` is waited for again."""
    life = side.one(kind)
    life.update({**life.inputs, "tags": {"team": "vision"}})
    waits = "status" in life.outs and not is_valid
    life.outs |= {"status": "UPDATING"} if waits else {}
    wanted = {**life.inputs, "secret_paths": [["tags", "team"]]}
    seen = life.diff(wanted)
    side.aws.emulator.calls.clear()

    before, after = life.outs, life.update(wanted)

    assert (seen.changes, seen.replaces) == (True, [])
    assert after == {**before, **wanted, **({"status": "VALID"} if waits else {})}
    assert not life.diff(wanted).changes
    assert bool(side.aws.emulator.calls.counts().keys() - {"GetCallerIdentity"}) is waits


def test_a_queue_that_somebody_disabled_shows_and_is_enabled_again(side: QueueSide) -> None:
    """A refresh finds it, and the next update repairs it."""
    queue = side.queue(side.environment())
    side.aws.batch.update_job_queue(jobQueue=queue.id, state="DISABLED")
    side.aws.advance(1)
    queue.refresh()
    assert queue.diff(queue.inputs).changes

    queue.update(queue.inputs)

    assert live_of(side.aws, queue)["state"] == "ENABLED"


@pytest.mark.parametrize("kind", EACH)
def test_a_lost_create_finds_its_own_again(side: QueueSide, kind: str) -> None:
    """The second create takes over what the first one made, tags and all."""
    life = side.one(kind)
    inputs = {**life.inputs, "tags": {"team": "vision"}}
    again = type(life)(life.provider, inputs)

    assert again.id == life.id
    assert live_of(side.aws, again)["tags"]["team"] == "vision"


def test_a_lost_create_of_another_policy_is_made_what_is_wanted_now(side: QueueSide) -> None:
    """An edit after a crash would else be in the state, and never in AWS."""
    queue, other = side.quota_managed_queue(), side.policy("other")
    fair = side.policy("fair", fairshare_policy={"share_decay_seconds": 3600.0})
    edited = {**fair.inputs, "fairshare_policy": {"share_decay_seconds": 7200.0}}

    swapped = type(queue)(queue.provider, {**queue.inputs, "scheduling_policy_arn": other.id})
    slower = type(fair)(fair.provider, edited)

    assert (swapped.id, slower.id) == (queue.id, fair.id)
    assert live_of(side.aws, swapped)["schedulingPolicyArn"] == other.id
    assert live_of(side.aws, slower)["fairsharePolicy"] == {"shareDecaySeconds": 7200}


def test_a_lost_create_that_can_not_become_what_is_wanted_is_not_taken(side: QueueSide) -> None:
    """AWS adds no policy to a queue, takes none away, and makes no policy one of the other kind."""
    with_one, without = side.quota_managed_queue(), side.queue(side.environment("more"), "plain")
    named = side.policy("named", name="named", fairshare_policy={"share_decay_seconds": 3600.0})
    quota = {"quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"}}
    for life, change, argument in (
        (with_one, {"scheduling_policy_arn": None}, "scheduling_policy_arn"),
        (without, {"scheduling_policy_arn": side.policy("other").id}, "scheduling_policy_arn"),
        (named, {"fairshare_policy": None, **quota}, "fairshare_policy"),
    ):
        before = live_of(side.aws, life)
        wanted = {name: each for name, each in {**life.inputs, **change}.items() if each}

        with pytest.raises(RequestFailed, match=f"differs in {argument}, which AWS neither adds"):
            type(life)(life.provider, wanted)

        assert live_of(side.aws, life) == before


@pytest.mark.parametrize("kind", EACH)
def test_a_name_that_is_taken_is_told_with_the_way_out(side: QueueSide, kind: str) -> None:
    """What somebody else made is never taken over."""
    life = side.one(kind)
    side.aws.batch.untag_resource(resourceArn=life.id, tagKeys=[IDENTITY_TAG])
    elsewhere = life.inputs["identity"].replace(":prod:", ":dev:")  # so the name is its own choice

    with pytest.raises(RequestFailed, match="this resource did not make it; choose another"):
        type(life)(life.provider, {**life.inputs, "identity": elsewhere})


@pytest.mark.parametrize("kind", ["environment", "policy"])
def test_an_old_state_does_not_delete_what_a_newer_create_took_over(
    side: QueueSide, kind: str
) -> None:
    """`--replace` and `taint` create first: it finds the old one, which is not deleted last."""
    old = side.one(kind)
    new = type(old)(old.provider, old.inputs)
    old.delete()

    assert new.refresh().id == new.id


@pytest.mark.parametrize("kind", EACH)
def test_what_is_gone_leaves_the_state_and_deletes_without_an_error(
    side: QueueSide, kind: str
) -> None:
    """Somebody deleted it by hand, or a destroy was cut off after its last call."""
    lives = side.one_of_each()
    for each in reversed(lives.values()):
        each.delete()
    gone = lives[kind]
    gone.delete()

    assert gone.refresh().id == ""


def test_a_queue_that_is_being_deleted_is_as_good_as_gone(side: QueueSide) -> None:
    """A refresh in the middle of a destroy leaves nothing behind that could be updated."""
    queue = side.queue(side.environment())
    side.aws.batch.update_job_queue(jobQueue=queue.id, state="DISABLED")
    side.aws.advance(1)
    side.aws.batch.delete_job_queue(jobQueue=queue.id)

    assert queue.refresh().id == ""
    queue.delete()
    assert side.aws.batch.describe_job_queues()["jobQueues"] == []


@pytest.mark.parametrize("kind", ["queue", "share"])
def test_live_jobs_of_others_are_not_ended(side: QueueSide, kind: str) -> None:
    """The error lists them, and the queue goes on taking jobs."""
    side.aws.control.call("POST", "rules", job_name="*", script={"running": 3600.0})
    lives = side.one_of_each()
    share = lives["share"]
    job = submit(side.aws, lives["queue"].id, quotaShareName=share.name)

    with pytest.raises(RequestFailed, match=f"not this stack's would be ended: {job}"):
        lives[kind].delete()

    assert live_of(side.aws, lives[kind])["state"] == "ENABLED"


def test_what_is_nobody_s_may_be_about_to_go(side: QueueSide) -> None:
    """An imported job or queue has no tag: the same destroy ends it a moment later."""
    lives = side.one_of_each()
    job = submit(side.aws, lives["queue"].id, quotaShareName=lives["share"].name)
    side.aws.batch.terminate_service_job(jobId=job, reason="the same destroy")

    for name in ("share", "queue"):
        lives[name].delete()
    queue = side.queue(lives["environment"])
    side.aws.batch.untag_resource(resourceArn=queue.id, tagKeys=[IDENTITY_TAG])
    side.aws.batch.update_job_queue(jobQueue=queue.id, state="DISABLED")
    side.aws.advance(1)
    side.aws.batch.delete_job_queue(jobQueue=queue.id)
    lives["environment"].delete()

    assert side.aws.batch.describe_service_environments()["serviceEnvironments"] == []


@pytest.mark.parametrize("kind", ["queue", "share"])
def test_live_jobs_of_this_stack_end_with_their_queue(side: QueueSide, kind: str) -> None:
    """A destroy gets through although a job was left in it."""
    lives = side.one_of_each()
    share = lives["share"]
    job = submit(side.aws, lives["queue"].id, quotaShareName=share.name, tags=of_this_stack())
    share.delete()
    if kind == "queue":
        lives["queue"].delete()

    assert side.aws.batch.describe_service_job(jobId=job)["status"] == "FAILED"


def test_a_share_is_not_held_back_by_jobs_of_another(side: QueueSide) -> None:
    """Only the jobs of the share end with it."""
    queue = side.quota_managed_queue()
    vision, speech = side.share(queue.id), side.share(queue.id, "speech")
    job = submit(side.aws, queue.id, quotaShareName=speech.name)
    vision.delete()

    assert side.aws.batch.describe_service_job(jobId=job)["status"] != "FAILED"


def test_an_environment_under_somebody_else_s_queue_is_left_enabled(side: QueueSide) -> None:
    """Disabling it would already stop their jobs, so nothing is touched."""
    environment = side.environment()
    queue = side.queue(environment)
    side.aws.batch.untag_resource(resourceArn=queue.id, tagKeys=[IDENTITY_TAG])

    with pytest.raises(RequestFailed, match="job queues that are not this stack's depend on it"):
        environment.delete()

    assert live_of(side.aws, environment)["state"] == "ENABLED"


def test_a_policy_waits_for_this_stack_s_queue_as_long_as_it_may(side: QueueSide) -> None:
    """A queue that names it by a literal ARN is destroyed at the same time; then the error says."""
    policy = side.policy()
    side.queue(side.environment(), scheduling_policy_arn=policy.id)
    policy.outs["timeouts"] = {"delete": 20.0}
    before = side.aws.emulator.clock.now()

    with pytest.raises(RequestFailed, match="in use by this stack's job queues: training-"):
        policy.delete()

    assert 20 <= side.aws.emulator.clock.now() - before < 30


@pytest.mark.parametrize("kind", ["environment", "policy"])
def test_a_deletion_before_the_replacement_does_not_wait_for_who_stays(
    side: QueueSide, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The option's name is told; a deletion after the replacement waits as ever, and says so."""
    environment, policy = side.environment(), side.policy()
    queue = side.queue(environment, scheduling_policy_arn=policy.id)
    name = {"environment": "service_environment_name", "policy": "name"}[kind]
    it = {"environment": environment, "policy": policy}[kind]
    renamed = {**it.inputs, name: "more"}
    before = side.aws.emulator.clock.now()

    assert it.diff(renamed).replaces == [name]
    with pytest.raises(RequestFailed) as refused:
        it.delete()
    assert f"in use by this stack's job queues: {queue.name}; they are ch" in str(refused.value)
    assert "delete_before_replace" in str(refused.value)
    assert side.aws.emulator.clock.now() - before < 60
    if kind == "environment":
        assert live_of(side.aws, it)["state"] == "ENABLED"

    it.provider.create(renamed)
    it.outs["timeouts"] = {"delete": 120.0}
    before = side.aws.emulator.clock.now()
    with pytest.raises(RequestFailed, match=r"in use by this stack's job queues: [\w-]+$"):
        it.delete()
    assert side.aws.emulator.clock.now() - before > 100
    assert capsys.readouterr().err.count("waiting for these to go, 120 s at most; one that") == 1


def test_the_wait_for_a_delete_is_bounded_by_timeouts(side: QueueSide) -> None:
    """A queue whose jobs take long to end is told, and the next destroy goes on."""
    queue = side.queue(side.environment(), timeouts={"delete": 5.0})
    provider = side.aws.provider(JobQueueProvider)
    client = provider.client(queue.id)
    setattr(client, "delete", lambda *_: None)  # noqa: B010 - it takes the delete and does nothing
    setattr(provider, "client", lambda *_: client)  # noqa: B010 - for this object only

    with pytest.raises(WaitTimeout, match=r"deleting JobQueue .*: still VALID after 5 s"):
        provider.delete(queue.id, queue.outs)


def test_an_update_in_the_way_of_another_is_tried_again(side: QueueSide) -> None:
    """Batch refuses a change while the last one is on its way."""
    queue = side.queue(side.environment())
    side.aws.batch.update_job_queue(jobQueue=queue.id, priority=5)
    queue.update({**queue.inputs, "priority": 9.0})

    assert live_of(side.aws, queue)["priority"] == 9


def test_another_configured_region_replaces_what_nothing_else_places(side: QueueSide) -> None:
    """An environment goes with the config; a queue stays with its environment's ARN."""
    lives = side.one_of_each()
    settings = type(side.aws.settings)(**{**vars(side.aws.settings), "region": "us-east-1"})
    replaces = {}
    for name, life in lives.items():
        provider: Any = copy.copy(life.provider)
        provider.settings = settings
        replaces[name] = provider.diff(life.id, life.outs, life.inputs).replaces

    assert replaces == {
        "environment": ["region"],
        "policy": ["region"],
        "queue": [],
        "share": [],
    }


def test_a_delete_that_is_refused_leaves_the_queue_enabled(side: QueueSide) -> None:
    """Somebody who may disable but not delete does no harm; a later destroy goes through."""
    queue = side.queue(side.environment())
    side.aws.control.fault(
        "DeleteJobQueue",
        "error",
        count=1,
        status=403,
        code="AccessDeniedException",
        message="User is not authorized to perform: batch:DeleteJobQueue",
    )

    with pytest.raises(RequestFailed, match="not authorized"):
        queue.delete()
    assert live_of(side.aws, queue)["state"] == "ENABLED"
    queue.delete()
    assert queue.refresh().id == ""


def test_a_destroy_that_was_cut_off_goes_on(side: QueueSide) -> None:
    """Disabled already, or being deleted already: each part picks up where it is."""
    lives = side.one_of_each()
    side.aws.batch.update_quota_share(quotaShareArn=lives["share"].id, state="DISABLED")
    side.aws.batch.update_service_environment(
        serviceEnvironment=lives["environment"].id, state="DISABLED"
    )
    side.aws.advance(1)
    side.aws.batch.delete_quota_share(quotaShareArn=lives["share"].id)
    for each in reversed(lives.values()):
        each.delete()

    assert side.aws.batch.describe_job_queues()["jobQueues"] == []
    assert side.aws.batch.describe_service_environments()["serviceEnvironments"] == []


def test_what_aws_does_not_tell_replaces_nothing(side: QueueSide) -> None:
    """A description without the type or the policy is no reason to end a queue's jobs."""
    queue = side.quota_managed_queue()
    silent = {"jobQueueType", "schedulingPolicyArn"}

    client = side.aws.provider(JobQueueProvider).client(queue.id)
    describe = client.find

    def find(kind: ResourceKind, arn: str) -> dict[str, Any]:
        return {name: value for name, value in describe(kind, arn).items() if name not in silent}

    setattr(client, "find", find)  # noqa: B010 - for this object only
    setattr(queue.provider, "client", lambda *_: client)  # noqa: B010 - as above
    queue.refresh()

    assert not queue.diff(queue.inputs).changes


def test_what_is_still_being_deleted_is_made_anew(side: QueueSide) -> None:
    """After a refresh in the middle of a destroy, the next `up` waits for the name."""
    queue = side.queue(side.environment())
    side.aws.batch.update_job_queue(jobQueue=queue.id, state="DISABLED")
    side.aws.advance(1)
    side.aws.batch.delete_job_queue(jobQueue=queue.id)
    again = type(queue)(queue.provider, queue.inputs)

    assert live_of(side.aws, again)["status"] == "VALID"
    assert live_of(side.aws, again)["state"] == "ENABLED"


def test_a_policy_of_a_name_alone_comes_back_from_the_plugin(side: QueueSide) -> None:
    """Its inputs are spelled alike by both fronts, and the plugin's have no identity."""
    provider = side.aws.provider(SchedulingPolicyProvider)
    news = {"identity": IDENTITY + "plain", "name": "plain"}
    dynamic_without = {"name": "plain", "__provider": "pickled"}

    assert provider.check({"name": "plain", "tags": {"team": "vision"}}, news).failures == []
    assert "identity is missing" in provider.check(dynamic_without, news).failures[0].reason


def test_what_the_guides_show_of_policies_is_made(side: QueueSide) -> None:
    """A policy with a name alone, and shares of teams whose names have a hyphen."""
    shares = [{"share_identifier": "team-a", "weight_factor": 0.5}]
    alone = side.make(SchedulingPolicyProvider, "alone")
    fair = side.policy("fair", fairshare_policy={"share_distribution": shares})

    found = side.aws.batch.describe_scheduling_policies(arns=[alone.id, fair.id])
    names = {policy["name"] for policy in found["schedulingPolicies"]}
    assert names == {alone.name, fair.name}
    assert alone.diff(alone.inputs).changes is False
