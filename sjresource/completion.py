"""ServiceJobCompletion: waits for a job in the program's process, then records what became of it.

Waiting is a resource of its own, as `aws.acm.CertificateValidation` is. The recorder updates in
place and is never replaced: a replaced one would take down what depends on the model before there
is a new one.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from sjresource.arn import name_in, parse_arn
from sjresource.changes import IN_PLACE, find_changes
from sjresource.client import sagemaker_client
from sjresource.errors import NotFound, SjresourceError
from sjresource.identity import identity_tag, resource_identity
from sjresource.outcome import failure_message, outcome_record, training_job_arn
from sjresource.payload import is_unknown
from sjresource.progress import Narrator, duration
from sjresource.service_job import ServiceJob
from sjresource.settings import Settings
from sjresource.waiting import in_daemon_thread, open_waits, poller_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RULES = {"job": IN_PLACE, "outcome": IN_PLACE}


class ServiceJobCompletionProvider(ResourceProvider):
    """Records an outcome; touches neither AWS nor the job."""

    serialize_as_secret_always = False

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Fill in the recorded outcome where the program has none: in previews, once expired."""
        if news.get("outcome") is not None and not is_unknown(news["outcome"]):
            return CheckResult(news, [])
        if olds.get("outcome") is not None and olds.get("job") == news.get("job"):
            return CheckResult({**news, "outcome": olds["outcome"]}, [])
        if "outcome" in news:
            return CheckResult(news, [])
        reason = "Batch no longer knows the job, and how it ended was never recorded"
        return CheckResult(news, [CheckFailure("job", reason)])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Tell whether there is another job or another outcome to record."""
        return find_changes(RULES, olds, news).diff_result()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record."""
        return CreateResult(f"completion/{identity_tag(props['identity'])}", props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Give back the record: there is nothing else to read."""
        return ReadResult(id_, props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Record anew."""
        return UpdateResult(news)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Forget the record; the job is not touched."""


class ServiceJobCompletion(Resource, module="sjresource", name="ServiceJobCompletion"):
    """The end of a service job, and what came of it.

    `pulumi up` waits for it, showing progress on the job's row; Ctrl-C ends the wait and not the
    job, and the next `pulumi up` goes on waiting. Outputs are known in previews once they are
    recorded. Everything that uses an output of it waits too.
    """

    outcome: pulumi.Output[dict[str, Any]]
    """The whole record; the properties below are its members, None where nothing is known."""

    def __init__(
        self,
        resource_name: str,
        *,
        job: ServiceJob | pulumi.Input[str],
        timeout_seconds: float | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the wait.

        Args:
            resource_name: the name in the program.
            job: the job, or the ARN of one.
            timeout_seconds: ends the wait, with an error, and not the job; None waits without end.
            opts: Pulumi's own.
        """
        row = job if isinstance(job, ServiceJob) else None
        name = row.pulumi_resource_name if row else resource_name
        arn: pulumi.Input[str] = job.job_arn if isinstance(job, ServiceJob) else job

        def wait(job_arn: str) -> Any:
            if pulumi.runtime.is_dry_run():
                return _unknown()
            return _Wait(name, job_arn, timeout_seconds, row).outcome(self)

        properties = {
            "identity": resource_identity(_TYPE, resource_name, opts),
            "job": arn,
            "outcome": pulumi.Output.from_input(arn).apply(wait),
        }
        super().__init__(ServiceJobCompletionProvider(), resource_name, properties, opts)

    @property
    def status(self) -> pulumi.Output[str]:
        """SUCCEEDED: a job that has FAILED fails the update instead."""
        return self._recorded("status")

    @property
    def status_reason(self) -> pulumi.Output[str | None]:
        """Batch's own words for the status."""
        return self._recorded("status_reason")

    @property
    def attempts(self) -> pulumi.Output[list[dict[str, Any]] | None]:
        """Each attempt with its reason, start and stop (milliseconds since 1970)."""
        return self._recorded("attempts")

    @property
    def training_job_arn(self) -> pulumi.Output[str | None]:
        """The ARN of the last attempt's training job."""
        return self._recorded("training_job_arn")

    @property
    def training_job_name(self) -> pulumi.Output[str | None]:
        """Its name, which Batch generates."""
        return self._recorded("training_job_name")

    @property
    def model_artifacts(self) -> pulumi.Output[str | None]:
        """The S3 URI of the trained model."""
        return self._recorded("model_artifacts")

    @property
    def final_metrics(self) -> pulumi.Output[dict[str, float] | None]:
        """The last value of each metric that the payload's MetricDefinitions found in the log."""
        return self._recorded("final_metrics")

    @property
    def training_seconds(self) -> pulumi.Output[float | None]:
        """How long the last attempt trained."""
        return self._recorded("training_seconds")

    @property
    def billable_seconds(self) -> pulumi.Output[float | None]:
        """What SageMaker charges for, for each instance."""
        return self._recorded("billable_seconds")

    def _recorded(self, name: str) -> pulumi.Output[Any]:
        return self.outcome.apply(lambda outcome: outcome.get(name))


_TYPE = "pulumi-python:dynamic/sjresource:ServiceJobCompletion"


class _Wait:
    """One wait of one program run."""

    def __init__(
        self, name: str, job_arn: str, timeout_seconds: float | None, row: ServiceJob | None
    ) -> None:
        self._name = name
        self._job_arn = job_arn
        self._timeout_seconds = timeout_seconds
        self._row = row
        self._settings = Settings.from_config(pulumi.Config("aws").get)
        self._narrator = Narrator()
        self._loop = asyncio.get_running_loop()

    async def outcome(self, recorder: ServiceJobCompletion) -> dict[str, Any] | None:
        """Wait, and give the record; None if Batch has forgotten the job."""
        waits = open_waits()
        waits.enter()
        try:
            detail = await self._terminal_detail()
        except NotFound:
            _when_registered(recorder, waits.leave)
            return None
        except (SjresourceError, asyncio.TimeoutError) as error:
            await self._fail(str(error) or self._timed_out())
        record = outcome_record(detail, await self._training_job(detail))
        if detail["status"] == "FAILED":
            await self._fail(failure_message(self._name, self._job_arn, detail, record))
        _when_registered(recorder, waits.leave)
        return record

    async def _terminal_detail(self) -> dict[str, Any]:
        watched = poller_for(self._settings).watch(self._job_arn, self._seen)
        return await asyncio.wait_for(asyncio.wrap_future(watched), self._timeout_seconds)

    def _seen(self, detail: Mapping[str, Any]) -> None:
        """Say what is new: called in the poller's thread, but `pulumi.log` belongs on the loop."""
        line = self._narrator.line(detail, time.monotonic())
        if line:
            self._loop.call_soon_threadsafe(self._say, line)

    def _say(self, line: str) -> None:
        if self._row is not None:
            pulumi.log.info(line, resource=self._row, ephemeral=True)
        else:
            pulumi.log.info(f"ServiceJob ({self._name}): {line}", ephemeral=True)

    async def _fail(self, message: str) -> NoReturn:
        """Show why on the job's row, let the other waits end, then end the program."""
        pulumi.log.error(message, resource=self._row)
        waits = open_waits()
        waits.failures.append(self._name)
        waits.leave()
        await waits.until_all_closed()
        names = ", ".join(sorted(waits.failures))
        raise pulumi.RunError(f"no completion of ServiceJob ({names}): see above for the reasons")

    def _timed_out(self) -> str:
        return (
            f"waiting for ServiceJob ({self._name}): not ended after "
            f"{duration(self._timeout_seconds or 0)}; the job goes on, and the next `pulumi up` "
            "waits again; to stop it: `aws batch terminate-service-job "
            f"--job-id {name_in(self._job_arn)} --reason stopped`"
        )

    async def _training_job(self, detail: Mapping[str, Any]) -> dict[str, Any] | None:
        """Ask SageMaker once; without an answer the record is only poorer."""
        arn = training_job_arn(detail)
        parsed = parse_arn(arn) if arn else None
        if parsed is None:
            return None

        def find() -> dict[str, Any]:
            return sagemaker_client(self._settings, parsed.region).find_training_job(parsed.name)

        try:
            return await in_daemon_thread(find)
        except SjresourceError as error:
            pulumi.log.warn(f"{error}; the model's place is not recorded", resource=self._row)
            return None


def _when_registered(recorder: ServiceJobCompletion, then: Callable[[], None]) -> None:
    recorder.urn.apply(lambda _: then())


def _unknown() -> pulumi.Output[Any]:
    async def value(of: Any) -> Any:
        return of

    return pulumi.Output(set(), value(None), value(False))  # noqa: FBT003 - Output's own signature
