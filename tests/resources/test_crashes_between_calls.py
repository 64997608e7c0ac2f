"""An update and a delete of each kind, killed after each of their calls, and so before the next."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from emulated import EmulatedBatch
from lifecycle import Life
from queue_side import KIND, QueueSide

from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.identity import recorded_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.stack.provider import BatchProvider

_MOST_CALLS = 40
"""More than any update or delete makes."""


class KilledError(BaseException):
    """The process ends here; nothing catches it, as nothing survives a kill."""


class DyingClient:
    """A client whose process is killed at one of its calls."""

    def __init__(self, client: Any, calls: int) -> None:
        self._client = client
        self._left = calls

    def __getattr__(self, name: str) -> Any:
        """Return a method, which may be the last one that is called."""
        method = getattr(self._client, name)

        def call(*args: Any, **keywords: Any) -> Any:
            self._left -= 1
            answer = method(*args, **keywords)
            answer = list(answer) if hasattr(answer, "__next__") else answer
            if self._left == 0:
                raise KilledError
            return answer

        return call

    @property
    def was_killed(self) -> bool:
        """Whether there were so many calls."""
        return self._left <= 0


def maker(side: QueueSide, noun: str) -> Callable[[str], Life]:
    """Make what a thing of this kind needs, and return what makes one by a name."""
    if noun == "queue":  # of an environment of its own, as quota management wants it
        managed = {"scheduling_policy_arn": side.policy().id}
        return lambda name: side.queue(side.environment(f"{name}-capacity"), name, **managed)
    if noun == "share":
        return partial(side.share, side.quota_managed_queue().id)
    if noun == "job":
        job = partial(side.aws.job, side.queue(side.environment()).id, deleted_with=None)
        return lambda name: Life(side.aws.provider(ServiceJobProvider), job(name))
    return {"environment": side.environment, "policy": side.policy}[noun]


CHANGES: dict[str, dict[str, Any]] = {
    "environment": {
        "capacity_limits": [{"max_capacity": 8.0, "capacity_unit": KIND}],
        "tags": {"a": "b"},
    },
    "policy": {"tags": {"a": "b"}},
    "queue": {"priority": 7.0, "tags": {"a": "b"}},
    "share": {"capacity_limits": [{"max_capacity": 1.0, "capacity_unit": KIND}]},
    "job": {"scheduling_priority": 7.0, "tags": {"a": "b"}},
}


def jobs_named(side: QueueSide, job: Life) -> list[Any]:
    """List all jobs of a job's name, in its queue."""
    of_its_name = [{"name": "JOB_NAME", "values": [job.inputs["job_name"]]}]
    queue = job.inputs["job_queue"]
    listed = side.aws.batch.list_service_jobs(jobQueue=queue, filters=of_its_name)
    found: list[Any] = listed["jobSummaryList"]
    return found


def dying(life: Life, calls: int) -> DyingClient:
    """Let the provider of a resource use a client that dies; return that."""
    provider: Any = life.provider
    client = DyingClient(type(provider).client(provider, life.id), calls)
    setattr(provider, "client", lambda *_: client)  # noqa: B010 - a method of this object
    return client


def is_killed_in_delete(life: Life, call: int) -> bool:
    """Delete it with a client that dies at a call; return whether there were so many."""
    client = dying(life, call)
    with suppress(KilledError):
        life.provider.delete(life.id, dict(life.outs))
    return client.was_killed


def reborn(side: QueueSide, life: Life) -> BatchProvider:
    """Return the provider of the next operation."""
    kind: type[BatchProvider] = type(life.provider)  # type: ignore[assignment]
    return side.aws.provider(kind)


def each_kill(noun: str, act: Callable[[QueueSide, Life, int], bool]) -> int:
    """Kill after each call until there are no more; return how many there were.

    Each has a thing of its own, which the state has by then.
    """
    aws = EmulatedBatch()
    with aws.emulator:
        side = QueueSide(aws)
        make = maker(side, noun)
        for call in range(1, _MOST_CALLS):
            life = make(f"{noun}-{call}")
            aws.batch.tag_resource(resourceArn=life.id, tags=recorded_tag())
            if not act(side, life, call):
                return call - 1
    raise AssertionError


@pytest.mark.parametrize("noun", CHANGES)
def test_the_next_up_ends_an_update_that_was_killed(noun: str) -> None:
    """The state has the old values; the thing is what was declared, with its marks, once."""

    def act(side: QueueSide, life: Life, call: int) -> bool:
        news = {**life.inputs, **CHANGES[noun], "identity": f"{life.inputs['identity']}-renamed"}
        client = dying(life, call)
        with suppress(KilledError):
            life.provider.update(life.id, dict(life.outs), dict(news))
        if not client.was_killed:
            return False
        again = reborn(side, life)
        again.update(life.id, dict(life.outs), dict(news))
        shown = again.read(life.id, {**life.outs, **news})
        assert shown.id == life.id, call
        outs = shown.outs or {}
        assert not again.diff(life.id, outs, dict(news)).changes, call
        tags = side.aws.batch.list_tags_for_resource(resourceArn=life.id)["tags"]
        assert "-renamed" in tags["sjresource:identity"], call
        assert "sjresource:recorded" in tags
        assert side.aws.submitted() == (call if noun == "job" else 0)
        return True

    assert each_kill(noun, act) >= 3


@pytest.mark.parametrize("noun", CHANGES)
def test_the_next_operation_ends_a_delete_that_was_killed(noun: str) -> None:
    """It is gone, or has ended; and what is declared again is new, once, and this stack's."""

    def act(side: QueueSide, life: Life, call: int) -> bool:
        if not is_killed_in_delete(life, call):
            return False
        again = reborn(side, life)
        again.delete(life.id, dict(life.outs))
        created = again.create(dict(life.inputs))
        if noun == "job":
            assert side.aws.batch.describe_service_job(jobId=life.id)["isTerminated"], call
            assert created.id != life.id, call
            assert len(jobs_named(side, life)) == 2, call
        else:
            assert created.id == life.id or noun == "policy", call
            assert (created.outs or {}).get("status", "VALID") == "VALID", call
        return True

    assert each_kill(noun, act) >= 3


@pytest.mark.parametrize("noun", ["environment", "queue", "share"])
def test_a_killed_delete_that_is_taken_back_is_mended_by_a_refresh(noun: str) -> None:
    """What it left DISABLED is shown as a change then, and enabled by the next `up`."""

    def act(side: QueueSide, life: Life, call: int) -> bool:
        if not is_killed_in_delete(life, call):
            return False
        again = reborn(side, life)
        shown = again.read(life.id, dict(life.outs))
        if not shown.id:  # gone, or as good as gone
            assert again.create(dict(life.inputs)).id == life.id
            return True
        outs = shown.outs or {}
        if again.diff(life.id, outs, dict(life.inputs)).changes:
            outs = again.update(life.id, outs, dict(life.inputs)).outs or {}
        assert (outs["state"], outs["status"]) == ("ENABLED", "VALID"), call
        assert (again.read(life.id, outs).outs or {})["state"] == "ENABLED", call
        return True

    assert each_kill(noun, act) >= 3
