from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from sjresource.aws.service_jobs import JobLocator
from sjresource.aws.waiters import WaiterClock
from sjresource.errors import NotFound, RequestFailed, WaitTimeout
from sjresource.resources.job.termination import end_and_release
from sjresource.stack.identity import RELEASED_TAG
from sjresource.stack.ownership import has_ended, is_released

if TYPE_CHECKING:
    from sjresource.aws.batch import BatchClient

    Detail = dict[str, Any]

JOB = JobLocator("arn:aws:batch:eu-west-1:123456789012:service-job/x")
LIVE: Detail = {"status": "RUNNING"}
ENDING: Detail = {"status": "RUNNING", "isTerminated": True}
ENDED: Detail = {"status": "SUCCEEDED"}


class Batch:
    """Shows one thing after the other, and then the last for ever; None is not-found."""

    def __init__(
        self,
        *shown: Detail | None,
        termination: Exception | None = None,
        is_confirmed: bool = False,
    ) -> None:
        self.shown = list(shown)
        self.is_confirmed = is_confirmed
        self.looks = 0
        self.termination = termination
        self.done: list[str] = []
        self.seconds = 0.0

    def find_service_job(self, job: str) -> Detail:
        """Describe."""
        self.looks += 1
        shown = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        if shown is None:
            raise NotFound("reading", "ServiceJob", job)
        return shown

    def terminate_service_job(self, _job: str, reason: str) -> bool:
        """Note it, and fail if that is the story; whether Batch itself answers is part of it."""
        self.done.append(reason)
        if self.termination:
            raise self.termination
        return self.is_confirmed

    def tag_resource(self, arn: str, _tags: dict[str, str]) -> None:
        """Mark what is shown at any time."""
        if not any(self.shown):
            raise NotFound("tagging", "ServiceJob", arn)
        self.done.append("mark")

    def untag_resource(self, _arn: str, keys: list[str]) -> None:
        """Note it."""
        assert keys == [RELEASED_TAG]
        self.done.append("unmark")

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def end(self, seen: Detail | None, job: JobLocator = JOB) -> Detail | None:
        """End the job."""
        clock = WaiterClock(lambda: self.seconds, self.wait)
        return end_and_release(cast("BatchClient", self), job, seen, "end", clock)


@pytest.mark.parametrize("seen", [LIVE, None])
def test_what_batch_accepts_is_looked_at_only_if_batch_had_not_shown_it(
    seen: Detail | None,
) -> None:
    """Batch accepts to end what it does not know, too."""
    batch = Batch(LIVE, ENDING, is_confirmed=True)

    after = batch.end(seen)

    assert after is not None
    assert has_ended(after)
    assert batch.looks == (0 if seen else 2)
    assert batch.done == (["mark", "end"] if seen else ["mark", "end", "end"])


def test_a_live_job_is_marked_and_then_asked_to_end_once() -> None:
    """Where a proxy may have answered, the delete returns once Batch shows that it took it."""
    batch = Batch(LIVE, LIVE, ENDING)

    assert batch.end(LIVE) == ENDING
    assert batch.done == ["mark", "end"]


def test_a_job_that_ends_by_itself_meanwhile_is_given_up_as_one_that_had_ended() -> None:
    """A termination that comes too late leaves no trace in Batch."""
    batch = Batch(ENDED)

    assert batch.end(LIVE) == ENDED
    assert batch.done == ["mark", "end"]


def test_a_job_that_comes_into_sight_is_asked_to_end_again() -> None:
    """Whether Batch knew it when it was asked first is not known."""
    batch = Batch(None, LIVE, LIVE, ENDING)

    assert batch.end(None) == ENDING
    assert batch.done == ["mark", "end", "end"]


def test_a_termination_without_effect_is_an_error_and_the_mark_is_taken_back() -> None:
    """Half a minute is time enough to show it."""
    batch = Batch(LIVE)

    with pytest.raises(
        WaitTimeout, match=r"asked to end it, and it is still RUNNING; run it again"
    ):
        batch.end(LIVE)

    assert batch.done == ["mark", "end", "unmark"]
    assert 30 <= batch.seconds < 40


def test_a_termination_that_is_refused_but_not_needed_any_more_is_none() -> None:
    """The job ended by itself in the moment before."""
    refusal = RequestFailed("terminating", "ServiceJob", JOB.arn, "it is SUCCEEDED")
    batch = Batch(ENDED, termination=refusal)

    assert batch.end(LIVE) == ENDED
    assert batch.done == ["mark", "end"]


def test_a_job_that_is_not_shown_and_takes_tags_is_an_error_only_while_it_is_young() -> None:
    """Whether AWS tags what it has forgotten is not known, and a stack has to be able to go."""

    class Tagged(Batch):
        """Takes tags of what it does not show."""

        def tag_resource(self, _arn: str, _tags: dict[str, str]) -> None:
            self.done.append("mark")

    with pytest.raises(WaitTimeout, match="it takes its tags, but shows it nowhere"):
        Tagged(None).end(None)
    assert Tagged(None).end(None, JOB._replace(may_lag=False)) is None


def test_a_job_that_is_known_to_nobody_is_looked_for_only_some_seconds() -> None:
    """Hundreds of forgotten jobs must not hold up a destroy for an hour."""
    missing = NotFound("terminating", "ServiceJob", JOB.arn)
    batch = Batch(None, termination=missing)

    assert batch.end(None) is None
    assert 5 <= batch.seconds < 9
    old = Batch(None, termination=missing)
    assert old.end(None, JOB._replace(may_lag=False)) is None
    assert (old.seconds, old.done) == (0, ["end"])


@pytest.mark.parametrize("detail", [LIVE, ENDING, ENDED])
def test_a_mark_counts_only_on_a_job_that_has_ended(detail: Detail) -> None:
    """A delete that died after marking a job has not ended it."""
    assert is_released({**detail, "tags": {RELEASED_TAG: "true"}}) is has_ended(detail)
    assert not is_released({**detail, "tags": {}})
