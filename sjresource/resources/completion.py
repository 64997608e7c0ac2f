"""ServiceJobCompletion: waits for jobs in the program's process, then records their outcome.

The wait is a resource of its own, as `aws.acm.CertificateValidation` is. The program waits, and
passes to the provider only the final status of each job: so an `up` that finds nothing new costs
one call. The provider asks AWS for the rest, once. The resource updates in place and is never
replaced: that would take down what depends on the model before there is a new one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, Resource, UpdateResult
from pulumi.output import contains_unknowns

from sjresource.aws.clients import regional_clients
from sjresource.checks.failures import damaged_check
from sjresource.stack.aws_provider import warn_of_provider
from sjresource.stack.damage import require_intact
from sjresource.stack.declaration import resource_identity, with_native_alias
from sjresource.stack.diff import IN_PLACE, find_changes
from sjresource.stack.identity import identity_tag, urn_of
from sjresource.stack.inputs.arguments import require_name
from sjresource.stack.plugin_python import require_python_for_plugin
from sjresource.stack.provider import BatchProvider
from sjresource.stack.pulumi_cli.command_line import UPDATES
from sjresource.stack.pulumi_cli.terminal import narrow_hint, pulumi_columns
from sjresource.status.failure_report import UNCERTAIN, earlier_run_warning, recorded_failures
from sjresource.status.masking import Mask
from sjresource.waiting.context import wait_context
from sjresource.waiting.jobs import WaitedJobs, add_submissions, unknown, with_urns
from sjresource.waiting.operation import stack_operation
from sjresource.waiting.optional_outputs import (
    OptionalOutput,
    read_member,
    read_of_many,
    read_record,
)
from sjresource.waiting.options import read_options
from sjresource.waiting.record import (
    fill_in_recorded,
    join_secrets,
    quotes_secrets,
    record,
)
from sjresource.waiting.wait import Wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.resources.service_job import ServiceJob
    from sjresource.waiting.jobs import WaitedJob
    from sjresource.waiting.options import WaitOptions

    Waited = ServiceJob | pulumi.Input[str]
    Jobs = Sequence[Waited] | Mapping[str, Waited]

RULES = {"jobs": IN_PLACE, "names": IN_PLACE, "min_succeeded": IN_PLACE, "statuses": IN_PLACE}


class ServiceJobCompletionProvider(BatchProvider):
    """Records outcomes; only reads from AWS."""

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Fill in the recorded outcome where this run has none, or the recorded one is final."""
        if olds and (damaged := damaged_check("ServiceJobCompletion", olds, news)):
            return damaged
        inputs, failures = fill_in_recorded(olds, news)
        return CheckResult(inputs, failures)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Show an update if there is another outcome to record, or an incomplete one.

        Another identity changes nothing, since a completion has no tags in AWS. In a preview an
        update would make the outcome unknown, and so show new, paid runs of what depends on it.
        """
        require_intact("ServiceJobCompletion", id_, olds, whole=True)
        if (olds.get("outcome") or {}).get("unread") or quotes_secrets(olds, news):
            return DiffResult(changes=True)
        same_owner = {**news, "identity": olds.get("identity")}
        return find_changes(RULES, olds, same_owner).diff_result()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Record the outcome."""
        id_ = f"completion/{identity_tag(props['identity'])}"
        return CreateResult(id_, {**props, **record(regional_clients(self.settings), props, {})})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the record as it is; AWS has nothing to refresh it with."""
        return ReadResult(id_, props)

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Record the new outcome."""
        return UpdateResult({**news, **record(regional_clients(self.settings), news, olds)})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Forget the record; the jobs stay as they are."""


class UnregisteredResource:
    """Stands in `pulumi.log` for a resource whose registration has to wait.

    The log waits for the URN of its resource, and a completion is registered only when its wait is
    over. But the URN is known from the start, and the engine shows a row for it.
    """

    def __init__(self, identity: pulumi.Input[str]) -> None:
        self.urn = pulumi.Output.from_input(identity).apply(urn_of)


class ServiceJobCompletion(Resource, module="sjresource", name="ServiceJobCompletion"):
    """The end of a service job, or of many, and their outcome.

    `pulumi up` waits for it, showing progress on the job's row. Ctrl-C ends the wait and not the
    job, and the next `pulumi up` goes on waiting. Outputs are known in previews once they are
    recorded. Everything that uses an output of it waits too.

    With `jobs` the outputs that describe one job are None; see `results` and `summary`.
    """

    outcome: pulumi.Output[dict[str, Any] | None]
    """The whole record; the properties below are parts of it, None where nothing is known."""
    secret_results: pulumi.Output[dict[str, Any] | None]
    """The parts of the results that contain secrets, by job; `outcome` lacks them."""

    def __init__(
        self,
        resource_name: str,
        *,
        job: ServiceJob | pulumi.Input[str] | None = None,
        jobs: Jobs | pulumi.Output[Any] | None = None,
        min_succeeded: int | str | None = None,
        timeout_seconds: float | str | None = None,
        on_failure: Literal["raise", "record"] = "raise",
        log_lines: int | str = 20,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the wait.

        Args:
            resource_name: the name in the program.
            job: the job, or the ARN of one.
            jobs: instead of `job`: many of them, or an Output of many. A list gives `results` its
                order, a mapping of names to jobs its names.
            min_succeeded: how many of them have to succeed, all if it is None. The wait ends as
                soon as that is certain either way; the jobs that still run go on.
            timeout_seconds: ends the wait with an error, and not the job; None means no limit.
            on_failure: "raise" fails the `pulumi up` when all other waits are over. "record"
                records a failure like any outcome, and warns.
            log_lines: how many of the log's last lines a failure shows, up to 10000.
            opts: Pulumi's resource options.

        Raises:
            pulumi.RunError: an argument is of a wrong type or value, or two exclude each other.
        """
        require_name("ServiceJobCompletion", resource_name)
        require_python_for_plugin()
        options = read_options(
            resource_name,
            min_succeeded=min_succeeded,
            timeout_seconds=timeout_seconds,
            on_failure=on_failure,
            log_lines=log_lines,
        )
        declared = WaitedJobs.of(resource_name, job, jobs, options.min_succeeded)
        identity = resource_identity("ServiceJobCompletion", resource_name, opts)
        properties = {
            "identity": identity,
            "jobs": declared.arns(),
            "names": declared.names(),
            "min_succeeded": options.min_succeeded,
            "on_failure": on_failure if options.records_failures else None,
            "statuses": self._statuses(declared, options, identity),
            "secret_values": declared.secret_values(),
            "secret_results": declared.secret_results(),
            "outcome": None,
        }
        super().__init__(
            ServiceJobCompletionProvider(),
            resource_name,
            properties,
            with_native_alias(opts, "ServiceJobCompletion", resource_name),
        )
        warn_of_provider(self, opts, needs_region=False)
        if not pulumi.runtime.is_dry_run():
            self.outcome.apply(self._warn)
            if properties["statuses"] is None:
                both = pulumi.Output.all(self.outcome, declared.arns())
                both.apply(lambda known: self._warn_of_earlier_run(known[0], known[1]))

    @property
    def status(self) -> pulumi.Output[str]:
        """SUCCEEDED, or FAILED with `on_failure="record"`; of many jobs, whether enough did."""
        return self._recorded("status")

    @property
    def results(self) -> pulumi.Output[Any]:
        """The outcome of each job, in the given order or by the given names, named as here."""
        name = self.pulumi_resource_name

        def in_their_form(results: list[dict[str, Any]]) -> Any:
            read = [read_record(name, each) for each in results]
            return {each["name"]: each for each in read} if "name" in results[0] else read

        revealed = self._recorded("results").apply(self._revealed)
        return revealed.apply(in_their_form)

    @property
    def summary(self) -> pulumi.Output[dict[str, int]]:
        """How many jobs there are, and how many succeeded, failed, or were unfinished."""
        return self._recorded("summary")

    @property
    def status_reason(self) -> pulumi.Output[str | None]:
        """Batch's own words for the status."""
        return self._of_one("status_reason")

    @property
    def failure_reason(self) -> pulumi.Output[str | None]:
        """SageMaker's own words for a failure."""
        return self._of_one("failure_reason")

    @property
    def attempts(self) -> pulumi.Output[list[dict[str, Any]] | None]:
        """Each attempt with its reason, start and stop (milliseconds since 1970)."""
        return self._of_one("attempts")

    @property
    def training_job_arn(self) -> pulumi.Output[str | None]:
        """The ARN of the last attempt's training job."""
        return self._of_one("training_job_arn")

    @property
    def training_job_name(self) -> pulumi.Output[str | None]:
        """Its name, which Batch generates."""
        return self._of_one("training_job_name")

    @property
    def model_artifacts(self) -> pulumi.Output[str | None]:
        """The S3 URI of the trained model."""
        return self._of_one("model_artifacts")

    @property
    def final_metrics(self) -> OptionalOutput[dict[str, float] | None]:
        """The last value of each metric that the payload's MetricDefinitions found in the log."""
        return self._of_one("final_metrics")

    @property
    def training_seconds(self) -> pulumi.Output[float | None]:
        """How long the last attempt trained."""
        return self._of_one("training_seconds")

    @property
    def billable_seconds(self) -> pulumi.Output[float | None]:
        """What SageMaker charges for, for each instance."""
        return self._of_one("billable_seconds")

    @property
    def log_group(self) -> pulumi.Output[str | None]:
        """The CloudWatch log group of the training job."""
        return self._of_one("log_group")

    @property
    def log_stream(self) -> pulumi.Output[str | None]:
        """The log stream of the training job's first instance."""
        return self._of_one("log_stream")

    @property
    def console_urls(self) -> OptionalOutput[dict[str, str] | None]:
        """Pages of the AWS console: `job_queue`, `training_job`, `log`; an emulator's `page`."""
        return self._of_one("console_urls")

    def _recorded(self, name: str) -> pulumi.Output[Any]:
        # Unknown where nothing is recorded because no run has waited, in an `up` too.
        return self.outcome.apply(lambda outcome: outcome[name] if outcome else unknown())

    def _of_one(self, name: str) -> OptionalOutput[Any]:
        completion = self.pulumi_resource_name

        def pick(results: list[dict[str, Any]]) -> Any:
            if len(results) != 1:
                return read_of_many(completion, name, len(results))
            is_secret = name in results[0].get("secret_members", [])
            shown = pulumi.Output.from_input(self._revealed(results) if is_secret else results)
            return shown.apply(lambda known: read_member(completion, known[0], name))

        return OptionalOutput(self._recorded("results").apply(pick))

    def _revealed(self, results: list[dict[str, Any]]) -> pulumi.Input[list[dict[str, Any]]]:
        """Return the results with their secret members, as a secret if there are any."""
        if not any("secret_members" in each for each in results):
            return results
        return self.secret_results.apply(
            lambda secrets: [
                join_secrets(each, (secrets or {}).get(each["job"], {})) for each in results
            ]
        )

    def _statuses(
        self, declared: WaitedJobs, options: WaitOptions, identity: pulumi.Input[str]
    ) -> pulumi.Output[Any] | None:
        """Return the final statuses, unknown in a preview; None in a run that doesn't wait."""
        operation = stack_operation()
        if operation.never_waits:
            return None
        if isinstance(identity, str) and not operation.should_wait(urn_of(identity)):
            return None

        async def wait(jobs: list[WaitedJob]) -> list[Any] | None:
            row = UnregisteredResource(identity)
            urn = str(await row.urn.future())
            if not operation.should_wait(urn, await declared.dependency_urns()):
                return None
            if operation.may_leave_out(urn):
                pulumi.log.info(UNCERTAIN, resource=row, ephemeral=True)  # type: ignore[arg-type] # see UnregisteredResource
            mask = Mask(await declared.secrets())
            await add_submissions(jobs)
            waiting = Wait(jobs, options, row, mask, wait_context())
            statuses = await waiting.run()
            asyncio.ensure_future(self.urn.future()).add_done_callback(waiting.on_recorded)
            return await with_urns(statuses, jobs)

        in_preview = pulumi.runtime.is_dry_run()
        if in_preview and operation.command_line.command in UPDATES:
            declared.arns().apply(_hint_at_watch, run_with_unknowns=True)
        return declared.apply(lambda jobs: unknown() if in_preview else wait(jobs))

    def _warn_of_earlier_run(self, outcome: dict[str, Any] | None, jobs: list[str]) -> None:
        """Warn that the outputs are those of an earlier run."""
        warning = earlier_run_warning(outcome, jobs, stack_operation().reason)
        if warning:
            pulumi.log.warn(warning, resource=self)

    def _warn(self, outcome: dict[str, Any] | None) -> None:
        """Warn in every `up` of recorded failures, and of what the record lacks."""
        for line in recorded_failures(outcome or {}):
            pulumi.log.warn(line, resource=self)


def _hint_at_watch(arns: Any) -> None:
    """Log what to do if the terminal is too narrow to show the new jobs of an update."""
    if not contains_unknowns(arns):
        return
    hint = narrow_hint(asyncio.get_running_loop(), pulumi_columns())
    if hint:
        pulumi.log.info(hint)
