"""What an `up` will refuse of a new job, told in its preview as far as few calls can know it.

A create lists the jobs of its name, and asks the user about a run of the same request that a state
has recorded (`submission`). A preview of many new jobs has no time for that. It lists the newest
jobs of a queue once, beside the other calls about that queue, and describes those of them that have
a new job's name: at most five, the live ones first. What it has not seen the `up` refuses all the
same. It is a warning, since the same `up` may decide it, by renaming the resource that has the job.
Of a replacement by `--replace`, or of what is tainted, the engine asks as of a new job; only the
former is on the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.aws.payload import is_unknown
from sjresource.checks.preview import PREVIEW
from sjresource.checks.values.lookups import holds_unknown, text_at
from sjresource.errors import NotFound, SjresourceError
from sjresource.resources.job.submission import question_about, refused_adoption
from sjresource.resources.job.wanted_run import REQUEST
from sjresource.stack.identity import name_of
from sjresource.stack.pulumi_cli.command_line import pulumi_command_line
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Settings
    from sjresource.checks.preview import PreviewCache
    from sjresource.resources.job.wanted_run import WantedRun

    Detail = Mapping[str, Any]

_DECIDES = (*REQUEST, "triggers", "adopt_job_id", "identity", "aliased_identities")
"""What makes a run the one that it is."""


@dataclass
class ForeseenCreate:
    """The create of a new job, as the preview sees it come."""

    client: BatchClient
    preview: PreviewCache
    settings: Settings
    job_queue: str
    adopted: str | None

    @classmethod
    def of(
        cls, settings: Settings, news: Mapping[str, Any], preview: PreviewCache = PREVIEW
    ) -> ForeseenCreate | None:
        """Begin to look for what is there of a job; None where too little is known of it.

        Args:
            settings: of its region.
            news: its arguments.
            preview: what this preview has learned so far.
        """
        if holds_unknown({name: news.get(name) for name in _DECIDES}):
            return None
        queue, adopted = text_at(news, "job_queue"), text_at(news, "adopt_job_id")
        arn = parse_arn(queue or "")
        if not queue or (arn is None and is_unknown(news.get("region"))):
            return None
        client = preview.client(settings, arn.region if arn else settings.region)
        if client is None:
            return None
        create = cls(client, preview, settings, queue, adopted)
        create._begin()
        return create

    def warn(self, run: WantedRun) -> None:
        """Warn of what the `up` will refuse."""
        for refusal in self._refusals(run):
            if not pulumi_command_line().may_replace(name_of(run.identity)):
                text = "unless it replaces what is tainted, the update will be refused"
                self.preview.warn(f"{text}: {refusal}")

    def let_go(self) -> None:
        """Wait until nothing is asked any more: no call is left behind."""
        if self.adopted:
            self._describe(self.adopted)
        else:
            self._newest()

    def _begin(self) -> None:
        """Ask what is asked about first, unless another job of this preview has asked it."""
        if self.adopted is None:
            self.preview.there.begin(self._listed, self._list)
        elif self.preview.may_describe(self.adopted):
            self.preview.jobs.begin(
                self._described(self.adopted), partial(self._look, self.adopted)
            )

    def _refusals(self, run: WantedRun) -> Iterator[SjresourceError]:
        if self.adopted:
            found = self._describe(self.adopted)
            if isinstance(found, NotFound):
                yield found
            elif found is not None and (refusal := refused_adoption(run, self.adopted, found)):
                yield refusal
            return
        names = {each.request["jobName"] for each in run.variants}
        named = [job for job in self._newest() or () if job["jobName"] in names]
        for job in sorted(named, key=lambda job: job.get("status") in TERMINAL):
            detail = self._describe(job["jobId"])
            if detail is None or isinstance(detail, NotFound):
                continue
            if run.must_ask_about(detail):
                yield question_about(run, detail)
                return

    @property
    def _listed(self) -> Hashable:
        return self.settings, "jobs", self.job_queue

    def _newest(self) -> Sequence[Detail] | None:
        return self.preview.there.get(self._listed, self._list)

    def _list(self) -> Sequence[Detail] | None:
        try:
            return self.client.newest_service_jobs(self.job_queue)
        except SjresourceError:  # who describes the queue says what is wrong
            return None

    def _described(self, job: str) -> Hashable:
        return self.settings, job

    def _describe(self, job: str) -> Detail | NotFound | None:
        """Return a job's description, NotFound, or None where AWS does not tell."""
        if not self.preview.may_describe(job):
            return None
        return self.preview.jobs.get(self._described(job), partial(self._look, job))

    def _look(self, job: str) -> Detail | NotFound | None:
        try:
            return self.client.find_service_job(job)
        except NotFound as error:
            return error
        except SjresourceError:
            return None
