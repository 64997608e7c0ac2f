"""Jobs, queues and environments whose stack or resource was renamed, moved or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulated import IDENTITY
from lifecycle import Life
from queue_side import QueueSide

from sjresource.errors import RequestFailed
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.identity import IDENTITY_TAG, RECORDED_TAG, RUN_TAG, identity_tag

if TYPE_CHECKING:
    from emulated import EmulatedBatch

NAMED = {
    "environment": "service_environment_name",
    "policy": "name",
    "queue": "job_queue_name",
    "share": "quota_share_name",
}
"""The kinds of named resources, and what each calls its name."""


@pytest.fixture(params=["same-job", "reject"])
def jobs(request: pytest.FixtureRequest, aws: EmulatedBatch) -> ServiceJobProvider:
    """Return the provider before a Batch that answers a used token with its job, or an error."""
    aws.emulator.behaviour.token_replay = request.param
    aws.control.call("POST", "rules", script={"running": 36000.0})
    return aws.provider(ServiceJobProvider)


@pytest.fixture
def queue(aws: EmulatedBatch) -> str:
    """Return the ARN of a queue with room."""
    return aws.make_queue()


def of(stack: str, name: str = "train") -> str:
    """Return the identity of a job of another stack or name."""
    return IDENTITY.replace(":prod:", f":{stack}:") + name


def record(aws: EmulatedBatch, life: Life) -> Life:
    """Mark it as the program does once the engine has it."""
    aws.batch.tag_resource(resourceArn=life.id, tags={RECORDED_TAG: "true"})
    return life


def tags(aws: EmulatedBatch, life: Life) -> dict[str, Any]:
    """Return what AWS tells everybody."""
    found: dict[str, Any] = aws.batch.list_tags_for_resource(resourceArn=life.id)["tags"]
    return found


def again(aws: EmulatedBatch, inputs: dict[str, Any]) -> Life:
    """Create in another process of the plugin, whose state has nothing."""
    return Life(aws.provider(ServiceJobProvider), inputs)


def test_a_changed_identity_is_one_update_that_moves_the_marks(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Then it is quiet, the token's trace stays, and the old identity no longer finds the job."""
    train = record(aws, Life(jobs, aws.job(queue)))
    before = tags(aws, train)
    news = aws.job(queue, identity=of("staging"))

    diff = train.diff(news)
    assert (diff.changes, diff.replaces) == (True, [])
    train.update(news)

    after = tags(aws, train)
    assert after[IDENTITY_TAG] == identity_tag(of("staging"))
    assert after[RUN_TAG] == before[RUN_TAG]
    assert not train.diff(news).changes
    new = again(aws, aws.job(queue))
    assert new.id != train.id
    assert (new.outs["orphans"], "recorded_runs" in new.outs) == ([], False)


@pytest.mark.parametrize("ended", [True, False])
def test_a_renamed_job_that_has_ended_never_fails_the_update(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, *, ended: bool
) -> None:
    """AWS may refuse the tags of finished jobs, or have forgotten them."""
    aws.emulator.behaviour.tag_finished_jobs = False
    train = record(aws, Life(jobs, aws.job(queue)))
    aws.advance(40000)
    if ended:
        train.refresh()
    else:
        aws.control.forget(train.name, "expire")

    news = aws.job(queue, identity=of("staging"))
    train.update(news)

    assert not train.diff(news).changes


def test_a_change_in_place_is_still_the_same_run(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """If the state is lost after it, the job is asked about, and not run again beside it."""
    train = record(aws, Life(jobs, aws.job(queue)))
    news = aws.job(queue, scheduling_priority=7.0)
    train.update(news)

    with pytest.raises(RequestFailed, match="is a run of this very request"):
        again(aws, news)


@pytest.mark.parametrize("finished", [False, True])
def test_a_recorded_run_is_asked_about(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, *, finished: bool
) -> None:
    """Whether the state was lost or another stack has it: nothing is submitted, and both ways go.

    Running or finished; the question says since when and how.
    """
    train = record(aws, Life(jobs, aws.job(queue)))
    if finished:
        aws.advance(40000)
    submitted = aws.jobs()
    with pytest.raises(
        RequestFailed, match=r"submitted \d{4}-\d\d-\d\d \d\d:\d\d UTC; a state has"
    ) as e:
        again(aws, aws.job(queue))
    assert f'adopt_job_id="{train.name}", or change `triggers` for a new run' in str(e.value)
    assert aws.jobs() == submitted

    assert again(aws, aws.job(queue, adopt_job_id=train.name)).id == train.id
    new = again(aws, aws.job(queue, triggers=["again"]))
    assert new.id != train.id
    assert new.outs.get("recorded_runs", []) == ([] if finished else [train.id])
    assert new.outs["orphans"] == []


def test_a_recorded_run_that_is_being_replaced_is_no_question(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """With `rerun_on_failure` and delete_before_replace=False the old job stands beside it."""
    train = record(aws, Life(jobs, aws.job(queue)))
    assert not train.diff(train.inputs).changes

    new = Life(jobs, aws.job(queue))

    assert new.id != train.id
    assert "recorded_runs" not in new.outs


def test_an_unrecorded_run_of_another_stack_is_asked_about(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """It may be this stack's under its former name; another resource's or request's is not."""
    lost = Life(jobs, aws.job(queue))
    other = aws.job(queue, "train", identity=of("staging"))

    with pytest.raises(RequestFailed, match="acme/vision/prod/train submitted it and no state"):
        again(aws, other)
    assert again(aws, {**other, "triggers": ["other"]}).id != lost.id
    assert again(aws, aws.job(queue, "train", identity=of("prod", "resnet"))).id != lost.id
    assert again(aws, {**other, "adopt_job_id": lost.id}).id == lost.id
    assert tags(aws, lost)[IDENTITY_TAG] == identity_tag(of("staging"))


def test_a_create_of_another_stack_that_is_under_way_is_waited_for(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Two stacks that share a queue and come up at once get a job each."""
    theirs = Life(jobs, aws.job(queue, identity=of("staging")))
    ours = aws.provider(ServiceJobProvider)
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        record(aws, theirs)

    setattr(ours, "sleep", sleep)  # noqa: B010 - a method, replaced for this object
    train = Life(ours, aws.job(queue))

    assert train.id != theirs.id
    assert looks == [1]


def test_an_alias_finds_its_lost_create_under_the_old_name(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Also after a crash right after it was claimed; a name of the program's own stays."""
    lost = Life(jobs, aws.job(queue))
    renamed = aws.job(queue, "resnet", aliased_identities=[IDENTITY + "train"])

    taken = again(aws, renamed)
    assert (taken.id, tags(aws, taken)[IDENTITY_TAG]) == (
        lost.id,
        identity_tag(of("prod", "resnet")),
    )
    assert again(aws, renamed).id == lost.id
    assert again(aws, aws.job(queue)).id != lost.id


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_an_old_state_does_not_touch_what_is_anothers_by_now(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, operation: str
) -> None:
    """A checkpoint from before a move names a job that another stack has since."""
    train = record(aws, Life(jobs, aws.job(queue)))
    aws.batch.tag_resource(resourceArn=train.id, tags={IDENTITY_TAG: identity_tag(of("staging"))})

    touch = {
        "update": lambda: train.update({**train.inputs, "tags": {"team": "vision"}}),
        "delete": train.delete,
    }
    with pytest.raises(RequestFailed, match="acme/vision/staging/train of a Pulumi stack by now"):
        touch[operation]()

    assert not aws.batch.describe_service_job(jobId=train.id).get("isTerminated")


def test_a_run_that_an_old_state_does_not_know_is_asked_about_in_a_replacement_too(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The state of A was put back after A became B: B goes on, and is not run beside itself."""
    first = record(aws, Life(jobs, aws.job(queue)))
    edited = aws.job(queue, triggers=["b"])
    first.delete()
    record(aws, Life(aws.provider(ServiceJobProvider), edited))

    rolled_back = aws.provider(ServiceJobProvider)
    rolled_back.check(first.inputs, edited)
    assert rolled_back.diff(first.id, first.outs, edited).replaces == ["triggers"]
    rolled_back.delete(first.id, first.outs)
    with pytest.raises(RequestFailed, match="is a run of this very request"):
        Life(rolled_back, edited)


@pytest.mark.parametrize("generations", [1, 2])
def test_a_finished_run_of_a_lost_state_is_asked_about_in_whichever_generation(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, generations: int
) -> None:
    """What was given up before is no reason to skip what was not."""
    for _ in range(generations - 1):
        Life(jobs, aws.job(queue)).delete()
        aws.advance(60)
    record(aws, Life(jobs, aws.job(queue)))
    aws.advance(40000)
    submitted = aws.submitted()

    with pytest.raises(RequestFailed, match="is a run of this very request, SUCCEEDED"):
        again(aws, aws.job(queue))
    assert aws.submitted() == submitted


def test_a_lost_create_that_has_ended_is_found_after_a_rename(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Under an alias it is taken, after a rename of the stack it is asked about."""
    lost = Life(jobs, aws.job(queue))
    aws.advance(40000)
    renamed = aws.job(queue, "resnet", aliased_identities=[IDENTITY + "train"])

    with pytest.raises(RequestFailed, match="no state has recorded it"):
        again(aws, aws.job(queue, identity=of("staging")))
    assert again(aws, renamed).id == lost.id
    assert aws.submitted() == 1


def test_a_recorded_run_under_an_alias_is_asked_about(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The state was lost, and the resource renamed before the next `up`."""
    record(aws, Life(jobs, aws.job(queue)))

    with pytest.raises(RequestFailed, match="a state has recorded it"):
        again(aws, aws.job(queue, "resnet", aliased_identities=[IDENTITY + "train"]))


def test_a_finished_job_is_run_again_where_aws_refuses_to_mark_it(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """`--replace` ends and creates in one process, which knows what it has given up."""
    aws.emulator.behaviour.tag_finished_jobs = False
    first = record(aws, Life(jobs, aws.job(queue)))
    aws.advance(40000)
    first.delete()

    assert Life(jobs, aws.job(queue)).id != first.id


def test_a_queue_by_name_or_by_arn_is_one_run(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """What shows as no change is the same run after a lost state, too."""
    record(aws, Life(jobs, aws.job("training")))

    with pytest.raises(RequestFailed, match="is a run of this very request"):
        again(aws, aws.job(queue))


def test_a_refresh_marks_what_a_killed_program_could_not(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """And touches nothing that is another's, or marked already."""
    train = Life(jobs, aws.job(queue))
    train.refresh()
    assert RECORDED_TAG in tags(aws, train)
    assert train.outs["registered_at"]
    aws.emulator.calls.clear()
    train.refresh()

    assert "TagResource" not in aws.emulator.calls.counts()


def test_many_runs_of_one_request_cost_calls_near_their_number(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The nth one looks at each of the others once, and submits twice."""
    runs = 12
    for _ in range(runs):
        train = Life(jobs, aws.job(queue))
        train.delete()
        aws.advance(60)
    aws.emulator.calls.clear()
    again(aws, aws.job(queue))

    counts = aws.emulator.calls.counts()
    assert counts["SubmitServiceJob"] <= 2
    assert counts["DescribeServiceJob"] <= runs + 2


@pytest.fixture
def side(aws: EmulatedBatch) -> QueueSide:
    """Return a maker of queues and of what they need."""
    return QueueSide(aws)


def elsewhere(life: Life, **inputs: Any) -> Life:
    """Create with the same arguments in a process whose state has nothing."""
    provider = type(life.provider)()
    vars(provider).update(
        {name: value for name, value in vars(life.provider).items() if name != "_deployed"}
    )
    return Life(provider, {**life.inputs, **inputs})


@pytest.mark.parametrize("kind", NAMED)
def test_a_default_name_that_another_identity_holds_gives_another_one(
    side: QueueSide, kind: str
) -> None:
    """Quietly: no error, no takeover, the same other name after a crash, no later difference."""
    held = record(side.aws, side.one(kind))
    asked = dict(held.inputs)
    renamed = {**held.inputs, "identity": held.inputs["identity"].replace(":prod:", ":staging:")}
    assert held.diff(renamed).changes
    held.update(renamed)
    assert held.outs["create_token"]
    assert tags(side.aws, held)[IDENTITY_TAG] == identity_tag(renamed["identity"])
    assert not held.diff(renamed).changes

    if kind == "queue":  # under quota management an environment is of one queue
        capacity = side.environment("other").id
        asked["service_environment_order"] = [{"order": 1.0, "service_environment": capacity}]
    new = elsewhere(held, **asked)

    assert new.id != held.id
    assert elsewhere(held, **asked).id == new.id
    new.refresh()
    assert not new.diff(new.inputs).changes
    new.update({**new.inputs, "tags": {"team": "vision"}})
    assert not new.diff({**new.inputs, "tags": {"team": "vision"}}).changes
    name_property = NAMED[kind]
    pinned = {**new.inputs, name_property: new.name}
    assert not new.diff(pinned).changes
    assert new.diff({**pinned, name_property: "another"}).replaces == [name_property]
    new.inputs = pinned
    assert not new.diff({**asked, "tags": {"team": "vision"}}).changes
    new.delete()
    assert held.refresh().id == held.id


@pytest.mark.parametrize("kind", NAMED)
def test_an_update_marks_what_a_lost_program_left_unmarked(side: QueueSide, kind: str) -> None:
    """A program that died before the mark leaves what counts as lost, until it is next changed."""
    life = side.one(kind)
    assert RECORDED_TAG not in tags(side.aws, life)
    life.update({**life.inputs, "tags": {"team": "vision"}})
    assert tags(side.aws, life)[RECORDED_TAG] == "true"
    with pytest.raises(RequestFailed, match="a state has recorded it"):
        elsewhere(life)

    side.aws.emulator.calls.clear()
    life.update({**life.inputs, "state": "DISABLED"})
    assert "TagResource" not in side.aws.emulator.calls.counts()


@pytest.mark.parametrize("kind", NAMED)
def test_a_name_that_a_renamed_resource_is_about_to_take_along_is_waited_for(
    side: QueueSide, kind: str
) -> None:
    """`pulumi state rename`: its update may come after the create of the new one in the same `up`.

    Then the new one gets another default name, as if it had come after it.
    """
    held = record(side.aws, side.one(kind))
    asked = dict(held.inputs)
    if kind == "queue":  # under quota management an environment is of one queue
        capacity = side.environment("other").id
        asked["service_environment_order"] = [{"order": 1.0, "service_environment": capacity}]

    def renamed_meanwhile(seconds: float) -> None:
        renamed = identity_tag(f"{held.inputs['identity']}-renamed")
        side.aws.batch.tag_resource(resourceArn=held.id, tags={IDENTITY_TAG: renamed})
        side.aws.advance(seconds)

    setattr(held.provider, "sleep", renamed_meanwhile)  # noqa: B010 - a method, replaced for this object
    new = elsewhere(held, **asked)

    assert new.id != held.id
    assert not new.diff(asked).changes


@pytest.mark.parametrize("kind", NAMED)
def test_what_a_state_has_recorded_is_not_taken_over(side: QueueSide, kind: str) -> None:
    """Not even under this very identity: the error has the command after which it is."""
    held = record(side.aws, side.one(kind))

    with pytest.raises(RequestFailed, match="--tag-keys sjresource:recorded") as told:
        elsewhere(held)
    assert held.id in str(told.value)

    side.aws.batch.untag_resource(resourceArn=held.id, tagKeys=[RECORDED_TAG])
    assert elsewhere(held).id == held.id


@pytest.mark.parametrize("kind", NAMED)
def test_an_old_state_neither_changes_nor_deletes_what_is_anothers_by_now(
    side: QueueSide, kind: str
) -> None:
    """A checkpoint from before a move names what another stack has since."""
    life = side.one(kind)
    theirs = identity_tag(life.inputs["identity"].replace(":prod:", ":staging:"))
    side.aws.batch.tag_resource(resourceArn=life.id, tags={IDENTITY_TAG: theirs})

    with pytest.raises(RequestFailed, match="acme/vision/staging/"):
        life.update({**life.inputs, "tags": {"team": "vision"}})
    assert "team" not in tags(side.aws, life)
    with pytest.raises(RequestFailed, match="acme/vision/staging/"):
        life.delete()
    assert life.refresh().id == life.id


@pytest.mark.parametrize(
    ("marks", "refused"),
    [
        ({}, False),
        ({RECORDED_TAG: "true"}, True),
        ({RECORDED_TAG: "deleted-with"}, False),
    ],
    ids=["lost", "recorded", "deleted-with"],
)
def test_a_queue_is_not_deleted_with_a_job_that_some_state_may_have(
    side: QueueSide, marks: dict[str, str], *, refused: bool
) -> None:
    """One that was left running on purpose, or is a renamed stack's; a lost one ends with it."""
    side.aws.control.call("POST", "rules", script={"running": 36000.0})
    queue = side.queue(side.environment())
    job = Life(
        side.aws.provider(ServiceJobProvider),
        {
            **side.aws.job(queue.id),
            "service_request_payload": side.aws.job("q")["service_request_payload"],
        },
    )
    side.aws.batch.tag_resource(resourceArn=job.id, tags=marks) if marks else None

    if refused:
        with pytest.raises(RequestFailed, match="live jobs would be ended"):
            queue.delete()
        assert queue.refresh().id == queue.id
    else:
        queue.delete()
        assert queue.refresh().id == ""


@pytest.mark.parametrize("kind", NAMED)
def test_what_somebody_made_anew_under_the_name_is_not_deleted(
    aws: EmulatedBatch, kind: str
) -> None:
    """By its ARN it is the stack's, by its tags nobody's; the way out that is told is one."""
    life = record(aws, QueueSide(aws).one(kind))
    made_by_others = [IDENTITY_TAG, RUN_TAG, RECORDED_TAG]
    aws.batch.untag_resource(resourceArn=life.id, tagKeys=made_by_others)

    with pytest.raises(RequestFailed, match="it has none of the tags with which this stack made"):
        life.delete()
    described = life.refresh()
    assert described.id == life.id
    assert (described.outs or {}).get("state", "ENABLED") == "ENABLED"

    record(aws, life)
    if kind == "share":  # of the others something is used
        life.delete()
        assert life.refresh().id == ""


def test_what_was_imported_has_no_marks_and_is_deleted(aws: EmulatedBatch) -> None:
    """Nobody has ever tagged it."""
    environment = QueueSide(aws).environment()
    aws.batch.untag_resource(resourceArn=environment.id, tagKeys=[IDENTITY_TAG, RUN_TAG])
    del environment.outs["create_token"]

    environment.delete()
    assert environment.refresh().id == ""
