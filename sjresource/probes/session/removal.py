"""Ends and deletes what probes made: of one run, or of all that left something.

Only what has both the prefix in its name and the tag is touched. A queue in which somebody else's
job lives stays, with what it stands on, and is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.batch import (
    JOB_QUEUE,
    QUOTA_SHARE,
    SCHEDULING_POLICY,
    SERVICE_ENVIRONMENT,
)
from sjresource.aws.waiters import (
    poll,
    retry_while_in_use,
    wait_until_gone,
    wait_until_settled,
)
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.probes.session.redaction import PREFIX
from sjresource.probes.session.session import TAG
from sjresource.vocabulary import DISABLED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.aws.batch import BatchClient, ResourceKind
    from sjresource.aws.waiters import WaiterClock
    from sjresource.probes.session.session import Session

    Detail = Mapping[str, Any]

PATIENCE: Final = 180.0
"""Seconds within which Batch ends a job or deletes a resource, for all that is known."""

_REASON: Final = "a probe of sjresource is over"


def is_ours(name: str, tags: Mapping[str, str] | None, run: str | None = None) -> bool:
    """Return whether probes made what has this name and these tags: those of `run`, or of any.

    One probe asks for a name that begins with a hyphen: it stands before the prefix.
    """
    tagged = (tags or {}).get(TAG)
    return (
        tagged is not None
        and run in (None, tagged)
        and name.lstrip("-").startswith(f"{PREFIX}-{tagged}-")
    )


class Removal:
    """Removes what is ours in one region. `say` gets a line for each thing that it removes."""

    def __init__(
        self,
        batch: BatchClient,
        clock: WaiterClock,
        say: Callable[[str], None],
        run: str | None = None,
    ) -> None:
        self._batch = batch
        self._clock = clock
        self._say = say
        self._run = run
        self.left: list[str] = []
        """What could not be removed, and why, as sentences."""
        self._kept: set[str] = set()

    def of_session(self, session: Session) -> list[str]:
        """Remove what a run made; return what is left."""
        for kind, name in session.made:
            self._await_visible(kind, name)
        for job_id in session.jobs:
            self._attempt(lambda job_id=job_id: self._end_job(job_id))  # type: ignore[misc] # bound
        return self.everything()

    def everything(self) -> list[str]:
        """Remove all that is ours in the region; return what is left."""
        for queue in self._ours(JOB_QUEUE):
            self._attempt(lambda queue=queue: self._remove_queue(queue))  # type: ignore[misc] # bound
        for kind in (SCHEDULING_POLICY, SERVICE_ENVIRONMENT):
            for each in self._ours(kind):
                if each[kind.arn] not in self._kept:
                    self._attempt(lambda kind=kind, each=each: self._remove(kind, each))  # type: ignore[misc] # bound
        return self.left

    def _ours(self, kind: ResourceKind, within: str = "") -> list[Detail]:
        try:
            return [each for each in self._details(kind, within) if self._is_ours(kind, each)]
        except SjresourceError as error:
            self.left.append(str(error))
            return []

    def _details(self, kind: ResourceKind, within: str) -> Iterable[Detail]:
        for each in self._batch.list_all(kind, within):
            if "tags" in each and kind.name in each:
                yield each
            else:
                try:
                    yield self._batch.find(kind, each[kind.arn])
                except NotFound:
                    continue

    def _is_ours(self, kind: ResourceKind, detail: Detail) -> bool:
        return is_ours(str(detail.get(kind.name)), detail.get("tags"), self._run)

    def _await_visible(self, kind: ResourceKind, name: str) -> None:
        """Wait some seconds for what a call was cut off that made it, or has not shown it yet."""
        if kind.by_name:
            try:
                poll(
                    lambda: self._batch.find_many(kind, [name]),
                    bool,
                    self._clock.sleep,
                    self._clock.backoff(1),
                )
            except SjresourceError as error:
                self.left.append(str(error))

    def _attempt(self, remove: Callable[[], None]) -> None:
        try:
            remove()
        except NotFound:
            return
        except SjresourceError as error:
            self.left.append(str(error))

    def _end_job(self, job_id: str) -> None:
        try:
            job = self._batch.find_service_job(job_id)
        except RequestFailed:  # in other words than those by which we know a not-found
            return
        if is_ours(job["jobName"], job.get("tags"), self._run) and "stoppedAt" not in job:
            self._batch.terminate_service_job(job_id, _REASON)

    def _live(self, queue: str) -> list[dict[str, Any]]:
        return list(self._batch.list_live_service_jobs(queue))

    def _remove_queue(self, queue: Detail) -> None:
        arn, name = queue[JOB_QUEUE.arn], queue[JOB_QUEUE.name]
        if queue.get("status") == "DELETING":
            return self._wait_until_gone(JOB_QUEUE, arn)
        foreign = self._end_jobs(arn)
        if foreign:
            self._keep(queue)
            self.left.append(
                f"deleting JobQueue ({name}): {foreign} of its live jobs are not a probe's; "
                "end them, and clean again"
            )
            return None
        for share in self._ours(QUOTA_SHARE, arn):
            self._remove(QUOTA_SHARE, share)
        return self._remove(JOB_QUEUE, queue)

    def _end_jobs(self, queue: str) -> int:
        """End our live jobs in a queue, and wait until they have; return how many are others'."""
        foreign = 0
        for each in self._live(queue):
            try:
                job = self._batch.find_service_job(each["jobId"])
            except NotFound:
                continue
            if is_ours(job["jobName"], job.get("tags"), self._run):
                self._batch.terminate_service_job(each["jobId"], _REASON)
            else:
                foreign += 1
        if not foreign:
            poll(
                lambda: self._live(queue),
                lambda live: not live,
                self._clock.sleep,
                self._clock.backoff(PATIENCE),
            )
        return foreign

    def _keep(self, queue: Detail) -> None:
        """Keep what a queue stands on that stays."""
        self._kept |= {each["serviceEnvironment"] for each in queue["serviceEnvironmentOrder"]}
        self._kept.add(str(queue.get("schedulingPolicyArn")))

    def _remove(self, kind: ResourceKind, detail: Detail) -> None:
        arn = detail[kind.arn]
        if detail.get("status") != "DELETING":
            if "state" in detail:
                self._settle(kind, arn)
                if detail["state"] != DISABLED:
                    self._retry(
                        lambda: self._batch.update(kind, {kind.reference: arn, "state": DISABLED})
                    )
                    self._settle(kind, arn)
            self._retry(lambda: self._batch.delete(kind, arn))
        self._wait_until_gone(kind, arn, str(detail.get("jobQueueArn", "")))
        self._say(f"deleted {kind.noun} {detail[kind.name]}")

    def _settle(self, kind: ResourceKind, arn: str) -> None:
        wait_until_settled(lambda: self._batch.find(kind, arn), self._clock, PATIENCE)

    def _retry(self, effect: Callable[[], None]) -> None:
        retry_while_in_use(effect, self._clock, PATIENCE)

    def _wait_until_gone(self, kind: ResourceKind, arn: str, within: str = "") -> None:
        """Wait until a resource is in no list: in which words Batch misses it is not known."""

        def find() -> dict[str, Any]:
            for each in self._batch.list_all(kind, within):
                if each[kind.arn] == arn and each.get("status") != "DELETED":
                    return each
            raise NotFound("deleting", kind.noun, arn)

        wait_until_gone(find, self._clock, PATIENCE, kind.noun, arn)
