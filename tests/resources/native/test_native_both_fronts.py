"""One table of situations, lived through by both fronts, and compared step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bad_combinations import BAD_COMBINATIONS
from bad_queue_side import BAD_QUEUE_SIDE
from bad_requests import BAD_JOBS, BAD_PAYLOADS
from both_fronts import JOB, squashed
from dynamic_front import DynamicFront
from emulated import EmulatedBatch
from front_differences import DIFFERENCES
from native_front import NativeFront, UntypedFront
from situations import SITUATIONS

from sjresource.native.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bad_requests import Bad
    from both_fronts import Front, Step
    from situation import Meant, Situation

BAD = (*BAD_JOBS, *BAD_PAYLOADS, *BAD_COMBINATIONS, *BAD_QUEUE_SIDE)
KIND_OF = {kind.operation: kind.noun for kind in KINDS.values()}
OF_PROGRAM = ("identity", "secret_paths")


def lived(front: type[Front], situation: Situation) -> tuple[list[Step], dict[str, Any], list[Any]]:
    """Live through a situation; return its steps, the state's facts, and the jobs in Batch."""
    aws = EmulatedBatch()
    with aws.emulator:
        stack = front(aws, **situation.config)
        try:
            situation.live(stack)
        finally:
            stack.stop()
        facts = {name: stack.facts(name) for name in stack.state}
        return stack.steps, facts, jobs_in(aws)


def jobs_in(aws: EmulatedBatch) -> list[Any]:
    """Return name, payload, tags and end of each job: whose it is, and by which token."""
    found = []
    for name in [each["jobQueueName"] for each in aws.batch.describe_job_queues()["jobQueues"]]:
        everything = [{"name": "AFTER_CREATED_AT", "values": ["0"]}]
        listed = aws.batch.list_service_jobs(jobQueue=name, filters=everything)["jobSummaryList"]
        for each in listed:
            detail = aws.batch.describe_service_job(jobId=each["jobId"])
            shown = ("jobName", "status", "isTerminated", "serviceRequestPayload", "tags")
            found.append(str({member: detail.get(member) for member in shown}))
    return sorted(found)


def alike(told: list[str]) -> list[str]:
    """Return sentences or calls with one spelling of names."""
    return sorted(map(squashed, told))


def differs(ours: Step, theirs: Step, meant: Meant) -> bool:
    """Return whether the fronts differ in all that a row says they differ in."""
    return (
        (meant.done is None or squashed(ours.done) != squashed(theirs.done))
        and (meant.said is None or alike(ours.said) != alike(theirs.said))
        and (meant.calls or alike(ours.calls) != alike(theirs.calls))
    )


def compare(ours: Step, theirs: Step, meant: Meant | None) -> None:
    """Compare a step of the native front with that of the dynamic one."""
    done, said = theirs.done, alike(theirs.said)
    if meant is not None:
        assert differs(ours, theirs, meant), ("the row is not needed", meant.why, ours, theirs)
        assert squashed(ours.done) == squashed(meant.done or done), meant.why
        if meant.said is not None:
            assert len(ours.said) == len(meant.said), (meant.why, ours.said)
            assert all(
                line.startswith(begin) for line, begin in zip(ours.said, meant.said, strict=True)
            ), (meant.why, ours.said)
            said = alike(ours.said)
    else:
        assert squashed(ours.done) == squashed(done), (ours, theirs)
    assert alike(ours.said) == said, (ours, theirs)
    if meant is None or meant.calls:
        assert alike(ours.calls) == alike(theirs.calls), ours.name
    assert ours.told == theirs.told, ours.name


def compare_ends(
    meant: Iterable[Meant], ours: tuple[Any, dict[str, Any]], theirs: tuple[Any, dict[str, Any]]
) -> None:
    """Compare what is there in the end: the jobs in Batch, and what the state has of each."""
    rows = list(meant)
    assert (ours[0] == theirs[0]) is all(row.jobs for row in rows), (ours[0], theirs[0])
    named = {name for row in rows for name in row.facts}
    for name in {*ours[1], *theirs[1]}:
        facts = ours[1].get(name), theirs[1].get(name)
        assert (facts[0] == facts[1]) is (name not in named), (name, *facts)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.name)
def test_both_fronts_say_and_do_the_same(situation: Situation) -> None:
    """The same sentences, the same calls, the same jobs with the same marks, the same facts."""
    steps, facts, jobs = lived(DynamicFront, situation)

    for front in (NativeFront, UntypedFront) if situation.untyped else (NativeFront,):
        own_steps, own_facts, own_jobs = lived(front, situation)
        assert [each.name for each in own_steps] == [each.name for each in steps]
        assert set(situation.meant) <= set(range(len(steps)))
        for number, (ours, theirs) in enumerate(zip(own_steps, steps, strict=True)):
            compare(ours, theirs, situation.meant.get(number))
        compare_ends(situation.meant.values(), (own_jobs, own_facts), (jobs, facts))


def test_each_difference_is_of_a_row() -> None:
    """A row that was reworded or left out takes its difference with it."""
    assert set(DIFFERENCES) <= {(bad.path, bad.reason) for bad in BAD}


@pytest.fixture(scope="module")
def checked() -> Iterator[dict[str, Front]]:
    """Return one stack of each front, for checks, which change nothing."""
    aws = EmulatedBatch()
    with aws.emulator:
        fronts: list[Front] = [each(aws) for each in (DynamicFront, NativeFront, UntypedFront)]
        yield {each.label: each for each in fronts}
        for each in fronts:
            each.stop()


def reasons(front: Front, bad: Bad) -> list[str]:
    """Check a wrong request; return what is said."""
    kind = KIND_OF[bad.operation]
    given = {
        name: each
        for name, each in bad.request.items()
        if name not in OF_PROGRAM and each is not None
    }
    name = "train" if kind == JOB else "it"
    return alike(front.check(kind, name, given, None)[1])


def described(bad: Bad) -> str:
    """Return a name for a row."""
    return f"{bad.path}-{bad.reason}"


@pytest.mark.parametrize("bad", BAD, ids=described)
@pytest.mark.parametrize("label", ["native", "untyped"])
def test_both_fronts_refuse_the_same(checked: dict[str, Front], label: str, bad: Bad) -> None:
    """The same reasons at the same paths, but where the schema itself rules a mistake out."""
    theirs = reasons(checked["dynamic"], bad)
    ours = reasons(checked[label], bad)

    difference = DIFFERENCES.get((bad.path, bad.reason))
    assert theirs
    if difference is None or difference.label not in ("", label):
        assert ours == theirs
    else:
        assert ours == alike(list(difference.said)), difference.why
