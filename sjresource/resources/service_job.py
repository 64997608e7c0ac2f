"""ServiceJob: one run of a SageMaker training job, queued, retried and preempted by AWS Batch.

A create finds or submits the job and returns at once; `ServiceJobCompletion` waits. The resource's
id is the job's ARN. What the engine asks for is here; how each step of it is done is in `job/`.

What replaces a job, and so runs it again:

| what differs                                             | the engine shows    |
| -------------------------------------------------------- | ------------------- |
| an argument with REPLACES in `RULES`, below              | that argument       |
| the queue's region, or the configured region or account  | `region`, `account` |
| `adopt_job_id`: another one, and not this job's          | `adopt_job_id`      |
| nothing, but `rerun_on_failure` is set and it has FAILED | `status`            |
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    UpdateResult,
)

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.payload import sends_the_same
from sjresource.aws.service_jobs import JobLocator, find_job
from sjresource.checks.failures import ProblemFailure, damaged_check, with_default_name_told
from sjresource.checks.preflight.declared import managed_in_program
from sjresource.checks.preview import PREVIEW
from sjresource.checks.rules.instance_hours import instance_hours_placeholder
from sjresource.checks.service_job import check_job, has_room_as_before, would_be_submitted
from sjresource.checks.values.lookups import text_at
from sjresource.checks.warnings.program import (
    warn_of_capacity,
    warn_of_create_before_delete,
    warn_of_job,
    warn_of_other_runs,
)
from sjresource.problem import Problem
from sjresource.resources.drift import drift_of_job
from sjresource.resources.job.foreseen import ForeseenCreate
from sjresource.resources.job.job_outputs import (
    NOT_INPUTS,
    OTHER_RUNS,
    OUTPUT_NAMES,
    job_outputs,
    masked_again,
)
from sjresource.resources.job.live_job import (
    change,
    drops_if_unknown,
    find_known,
    has_failed,
    is_young,
    mark_as_recorded,
)
from sjresource.resources.job.operation import (
    JobsOfOperation,
    taken_by_another,
    taken_not_replaced,
)
from sjresource.resources.job.submission import adopt, find_or_submit, live_jobs
from sjresource.resources.job.termination import end_and_release, not_seen_to_end, reason_of_delete
from sjresource.resources.job.wanted_run import (
    WantedRun,
    adopts_another,
    asks_the_same,
    identities_of,
    with_type,
)
from sjresource.spending.limit import SUBMITTED
from sjresource.spending.plan import plan_run
from sjresource.stack.aws_provider import region_of, warn_of_provider
from sjresource.stack.config import with_default_tags
from sjresource.stack.damage import require_intact
from sjresource.stack.declaration import Declaration
from sjresource.stack.diff import IN_PLACE, REPLACES, find_changes, needs_rewriting
from sjresource.stack.identity import (
    identity_changed,
    is_known_identity,
    name_of,
    with_identity,
    with_name,
)
from sjresource.stack.inputs.secret_paths import hides_more, paths_in
from sjresource.stack.output_properties import declare_outputs_by_properties
from sjresource.stack.ownership import has_ended, other_owner, require_ours
from sjresource.stack.plugin_notes import note_that_it_hides
from sjresource.stack.provider import BatchProvider, require_unshared
from sjresource.stack.spelling.resources import core_state, is_native
from sjresource.vocabulary import SAGEMAKER_TRAINING, TERMINAL
from sjresource.waiting.given_jobs import DeclaredJob
from sjresource.warning import warn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.args import (
        JobPreemptionConfigurationArgs,
        RetryStrategyArgs,
        TimeoutConfigArgs,
    )
    from sjresource.aws.settings import Settings

RULES = {
    "job_name": REPLACES,
    "job_queue": REPLACES,
    "service_job_type": REPLACES,
    "service_request_payload": REPLACES,
    "client_token": REPLACES,
    "preemption_configuration": REPLACES,
    "quota_share_name": REPLACES,
    "retry_strategy": REPLACES,
    "share_identifier": REPLACES,
    "timeout_config": REPLACES,
    "triggers": REPLACES,
    "scheduling_priority": IN_PLACE,
    "tags": IN_PLACE,
    "deleted_with": IN_PLACE,
}
"""`rerun_on_failure` and `adopt_job_id` have no rule: a change of them alone is none."""

_NEEDED_TO_END = (
    *("identity", "aliased_identities", "status", "created_at", "registered_at"),
    *("job_queue", "job_name"),
)
"""Properties of a state without which a job can't be ended; any other may be damaged."""

_MUST_CHANGE = Problem(
    "client_token",
    "must change with the request: Batch refuses a token that came with another one",
)


class ServiceJobProvider(BatchProvider):
    """The life of a service job, as the engine drives it."""

    @property
    def _operation(self) -> JobsOfOperation:
        """What this operation has seen of jobs; a provider that goes into a state has none."""
        seen: JobsOfOperation = self.__dict__.setdefault("_jobs_of_operation", JobsOfOperation())
        return seen

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check the whole request, payload included, against what AWS takes."""
        olds = core_state("ServiceJob", olds, news.get("identity"))
        if olds and (damaged := damaged_check("ServiceJob", olds, news)):
            return damaged
        has_type = news.get("service_job_type") is not None
        has_name = news.get("job_name") is not None
        news = with_name("job_name", olds, with_identity(olds, with_type(news)), name_of)
        olds = with_type(olds) if olds else olds
        submits = would_be_submitted(RULES, olds, news)
        settings = self.settings.in_region(text_at(news, "region"))
        foreseen = self._foreseen_create(settings, olds, news) if submits else None
        checked = check_job(
            settings,
            self.checking,
            news,
            would_be_submitted=submits,
            checked_before=not submits and asks_the_same(olds, news),
            has_room=submits and has_room_as_before(olds, news),
        )
        token = news.get("client_token")
        if token is not None and olds.get("client_token") == token and submits:
            checked.failures.append(ProblemFailure(_MUST_CHANGE))
        if foreseen and checked.failures:
            foreseen.let_go()
        elif foreseen:
            foreseen.warn(self._wanted_run(checked.inputs))
        if not has_type:
            checked.inputs.pop("service_job_type", None)
        return checked if has_name else with_default_name_told(checked, "job_name")

    def _foreseen_create(
        self, settings: Settings, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> ForeseenCreate | None:
        """Begin to look for what a create would be refused for; None if the state has the job."""
        identity = news.get("identity")
        if olds:
            PREVIEW.existing.add(str(identity))
        if not self.checking.preflight or not is_known_identity(identity):
            return None
        if identity in PREVIEW.existing or self.deployed_id(identity) is not None:
            return None
        return ForeseenCreate.of(settings, news)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the inputs by the tables above.

        Batch is asked for the job only with `rerun_on_failure`, STS for the account only where the
        config names credentials.
        """
        self.remember_deployed(news.get("identity"), id_)
        is_rewritten = needs_rewriting(olds, news)
        olds = core_state("ServiceJob", olds, news.get("identity"))
        require_intact("ServiceJob", id_, olds, whole=True)
        wanted = with_type(news)
        if not identity_changed(olds, news):
            self._operation.own(id_, news.get("identity"))
        changes = find_changes(RULES, self.as_asked(with_type(olds), wanted), wanted)
        queue, region = text_at(news, "job_queue") or "", text_at(news, "region")
        changes.replaces.extend(self.region_or_account_changed(id_, queue, region))
        if adopts_another(id_, olds, news):
            changes.replaces.append("adopt_job_id")
        may_rerun = not changes.replaces and news.get("rerun_on_failure")
        if may_rerun and has_failed(self.client(id_), id_):
            changes.replaces.append("status")
        if changes.replaces:
            self._operation.next_runs[id_] = news
        if paths_in(news):
            note_that_it_hides(id_)
        return changes.diff_result(is_rewritten=is_rewritten)

    def as_asked(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the old state with the payload that is asked for, if both are sent the same.

        A TrainingJobName that is the job's name may be given or left out.
        """
        old, new = (each.get("service_request_payload") for each in (olds, news))
        same = olds.get("job_name") == news.get("job_name")
        if same and sends_the_same(old, new, news.get("job_name")):
            return {**olds, "service_request_payload": new}
        return olds

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Find, adopt or submit the job; nothing raises once it is submitted for it alone."""
        run, job = self._wanted_run(props), props.get("adopt_job_id")
        client = self.client(props["job_queue"], props.get("region"))
        adopted = adopt(client, run, job) if job else None
        if adopted is None:
            SUBMITTED.admit(self.checking.max_instance_hours, props)
        listed = self._operation.listed.pop(props["identity"], None)
        submitted = adopted or find_or_submit(client, run, self.sleep, listed)
        require_unshared(self.front, submitted.arn, "submitting", "ServiceJob", props["job_name"])
        self._operation.own(submitted.arn, props["identity"])
        new = {"status": "SUBMITTED", "createdAt": int(self.wall_time() * 1000)}
        outputs = job_outputs(submitted.detail or new, props)
        others = {name: found for name in OTHER_RUNS if (found := getattr(submitted, name))}
        registered = self.registered_now()
        if paths_in(props):
            note_that_it_hides(submitted.arn)
        if submitted.was_there:
            taker = {**registered, "identity": props["identity"]}
            self._operation.take_over(submitted.arn, taker)
        return CreateResult(
            submitted.arn, {**props, **registered, **outputs, "orphans": [], **others}
        )

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Record the job's status, and a live one's priority and tags if somebody changed them.

        All else of the inputs stays as it was, so that no refresh shows another run.

        A job without the tag that a state has recorded it gets that tag, for a program that was
        killed before it could set it.

        Batch forgets a finished job; that deletes nothing, and the job stays in the state. A job
        that was live and is unknown now is gone, unless it is so old that it may have ended, and
        been forgotten, in between: running that again would cost twice.
        """
        require_intact("ServiceJob", id_, props)
        inputs = {name: value for name, value in props.items() if name not in NOT_INPUTS}
        arn_or_queue = id_ if parse_arn(id_) else text_at(props, "job_queue") or ""
        client = self.client(arn_or_queue, props.get("region"))
        detail = find_known(client, id_, props, self.clock, self.wall_time())
        if detail is None:
            self.confirm_gone("ServiceJob", id_)
            if drops_if_unknown(props, self.wall_time()):
                return ReadResult("", {})
            return ReadResult(id_, {**props, "record_expired": True}, inputs)
        arn = detail.get("jobArn") or id_
        others = {name: live_jobs(client, props[name]) for name in OTHER_RUNS if name in props}
        outputs = {"orphans": [], **others, **job_outputs(detail, props)}
        if arn != id_ or "resolved_arn" in props:
            outputs["resolved_arn"] = arn
        if "registered_at" in props:
            outputs["registered_at"] = props["registered_at"]
            mark_as_recorded(client, arn, detail, props)
        changed = drift_of_job(detail, inputs, self.settings.ignores_tag)
        return ReadResult(arn, {**inputs, **outputs, **changed}, inputs)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Change priority and tags; AWS may refuse that for a job that has ended.

        Nothing is asked of AWS where the state alone changes, to hide what has become a secret.

        Raises:
            RequestFailed: by its tags the job is another resource's; or another resource has just
                taken it for the job of a lost create, which it is not. Its tags say so then.
        """
        is_moved = is_native(olds)
        olds = core_state("ServiceJob", olds, news["identity"])
        require_intact("ServiceJob", id_, olds, whole=True)
        changes = find_changes(RULES, with_type(olds), with_type(news))
        if changes or is_moved or not hides_more(olds, news):
            self._update(id_, olds, news, sets_priority="scheduling_priority" in changes.in_place)
        taker = self._operation.taker_of(id_, olds.get("registered_at"))
        if taker is not None:
            raise taken_by_another(id_, taker["identity"])
        kept = {name: olds[name] for name in NOT_INPUTS if name in olds}
        return UpdateResult({**masked_again(kept, news), **news})

    def _update(
        self, id_: str, olds: dict[str, Any], news: dict[str, Any], *, sets_priority: bool
    ) -> None:
        client = self.client(id_)
        detail = find_known(client, id_, olds, self.clock, self.wall_time())
        if detail is None:  # one that Batch has forgotten has ended, and has no tags
            self.confirm_gone("ServiceJob", id_)
            detail = {"status": "FAILED"}
        require_ours(detail, "updating", "ServiceJob", id_, olds["identity"], *identities_of(news))
        run = self._wanted_run(news)
        change(client, id_, detail, olds=olds, news=news, run=run, sets_priority=sets_priority)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Terminate the job and tag it as released, whether Batch shows it (yet) or not.

        A job that has ended is only tagged. One that had ended and is forgotten is left alone. So
        is one that a create of this same operation has taken over: the new resource has it.

        Raises:
            WaitTimeout: Batch has the job, and does not show that it accepted the termination.
            RequestFailed: by its tags it is another stack's or resource's, and it goes on.
        """
        require_intact("ServiceJob", id_, props, names=_NEEDED_TO_END)
        if self._operation.taker_of(id_, props.get("registered_at")) is not None:
            warn(taken_not_replaced(id_))
            return
        client, may_lag = self.client(id_), is_young(props, self.wall_time())
        job = JobLocator.of(id_, props, may_lag=may_lag)
        self._operation.list_ahead(id_, self.client)
        seen = find_job(client, job)
        if seen is None:
            self.confirm_gone("ServiceJob", id_)
            if props.get("status") in TERMINAL:
                return
        elif has_ended(seen) and other_owner(seen, *identities_of(props)):
            return
        else:
            require_ours(seen, "deleting", "ServiceJob", id_, *identities_of(props))
        reason = reason_of_delete(props["identity"])
        if end_and_release(client, job, seen, reason, self.clock) is None:
            warn(not_seen_to_end(id_))
        self._operation.released.add(id_)

    def _wanted_run(self, props: Mapping[str, Any]) -> WantedRun:
        replaced, seen = self.deployed_id(props["identity"]), self._operation
        return WantedRun.of(props, replaced, seen.released, seen.owners)


class ServiceJob(Resource, DeclaredJob, module="sjresource", name="ServiceJob"):
    """A SageMaker training job that AWS Batch queues, and that runs once.

    Creating it submits the job, and `pulumi up` goes on without waiting for it. It runs again only
    if a run-defining argument changes, `triggers` change, `rerun_on_failure` is set and it has
    FAILED, or with `pulumi up --replace`; the old job is terminated first. Destroying it terminates
    the job.
    """

    job_name: pulumi.Output[str]
    """The job's name in Batch."""
    job_queue: pulumi.Output[str]
    """The queue's name or ARN, as given."""
    status: pulumi.Output[str]
    """The job's status when it was submitted or last refreshed."""
    status_reason: pulumi.Output[str | None]
    """Batch's reason for that status, at most 160 characters, with secrets masked; None for a
    success."""
    attempts: pulumi.Output[list[Any] | None]
    """The latest two attempts that had ended, if there was more than one; a ServiceJobCompletion
    records all."""
    latest_attempt: pulumi.Output[dict[str, Any] | None]
    """The training job of the latest attempt."""
    preemption_summary: pulumi.Output[dict[str, Any] | None]
    """How often the job had been preempted, and the latest two attempts that ended so."""
    is_terminated: pulumi.Output[bool | None]
    """True if somebody had asked Batch to terminate the job; else None."""
    created_at: pulumi.Output[int | None]
    """Like every time here, in milliseconds since 1970; of a job that replaced another one it is
    this machine's time, until a refresh."""
    scheduled_at: pulumi.Output[int | None]
    """When the latest attempt got its capacity."""
    started_at: pulumi.Output[int | None]
    """When the latest attempt began to run; None before."""
    stopped_at: pulumi.Output[int | None]
    """When the job ended; None before."""
    max_instance_hours: pulumi.Output[float | None]
    """Instances times the longest run times attempts: the most that it can cost, preempted runs
    aside. None where it can't be known; the preview shows it."""
    record_expired: pulumi.Output[bool | None]
    """True once Batch has forgotten the job; the other outputs stay as they were. The status may be
    RUNNING, say, if the job has ended and was forgotten between two refreshes."""
    resolved_arn: pulumi.Output[str | None]
    """The ARN of a job that was read by its bare id, which stays the resource's id."""
    orphans: pulumi.Output[list[str]]
    """ARNs of live jobs that earlier, lost runs of this resource left behind; a refresh drops those
    that were stopped."""
    recorded_runs: pulumi.Output[list[str] | None]
    """ARNs of live jobs under this resource's identity that some state has, or had: another
    stack's since a rename, or this stack's before its state was lost."""
    registered_at: pulumi.Output[int | None]
    """When the create ended, just before the state got the resource."""

    def __init__(
        self,
        resource_name: str,
        *,
        job_queue: pulumi.Input[str],
        service_request_payload: pulumi.Input[Mapping[str, Any] | str],
        job_name: pulumi.Input[str] | None = None,
        service_job_type: pulumi.Input[str] = SAGEMAKER_TRAINING,
        client_token: pulumi.Input[str] | None = None,
        preemption_configuration: pulumi.Input[JobPreemptionConfigurationArgs] | None = None,
        quota_share_name: pulumi.Input[str] | None = None,
        retry_strategy: pulumi.Input[RetryStrategyArgs] | None = None,
        scheduling_priority: pulumi.Input[int] | None = None,
        share_identifier: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        timeout_config: pulumi.Input[TimeoutConfigArgs] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        rerun_on_failure: pulumi.Input[bool] = False,
        adopt_job_id: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the job.

        Args:
            resource_name: the name in the program.
            job_queue: name or ARN of a SAGEMAKER_TRAINING queue, from any provider.
            service_request_payload: the CreateTrainingJob request in AWS's own names, as a dict or
                as JSON text; `TrainingJobName` may be left out.
            job_name: defaults to `resource_name`.
            service_job_type: the only type that Batch has.
            client_token: replaces the derived token, which already makes the submission
                exactly-once.
            preemption_configuration: without `preemption_retries_before_termination` a preempted
                job is requeued without end.
            quota_share_name: required in a quota-managed queue, refused in others.
            retry_strategy: `attempts` counts the first one too.
            scheduling_priority: 0 to 9999, higher first; updated in place.
            share_identifier: required in a fair-share queue, refused in others.
            tags: at most 46; updated in place.
            timeout_config: `attempt_duration_seconds` bounds each attempt.
            triggers: any values; a change of them runs the job again. A file's or an archive's
                asset stands for its content, a resource for its id.
            rerun_on_failure: run the job again, at the next `pulumi up`, if it has FAILED.
            adopt_job_id: own this job, by id or ARN, instead of submitting one.
            region: of a queue that is given by name; defaults to the config's. A queue's ARN has
                its own.
            opts: `delete_before_replace` defaults to True, so that the old job does not stand in
                the new one's way.
        """
        declaration = Declaration("ServiceJob", resource_name, opts)
        given: dict[str, Any] = {
            "job_name": job_name,
            "job_queue": job_queue,
            "service_job_type": None
            if service_job_type == SAGEMAKER_TRAINING
            else service_job_type,
            "service_request_payload": service_request_payload,
            "client_token": client_token,
            "preemption_configuration": preemption_configuration,
            "quota_share_name": quota_share_name,
            "retry_strategy": retry_strategy,
            "scheduling_priority": scheduling_priority,
            "share_identifier": share_identifier,
            "tags": with_default_tags(tags),
            "region": region_of(region, opts),
            "timeout_config": timeout_config,
            "triggers": triggers,
            "rerun_on_failure": None if rerun_on_failure is False else rerun_on_failure,
            "adopt_job_id": adopt_job_id,
            "deleted_with": declaration.deleted_with or None,
        }
        given = declaration.arguments(given)
        given["managed_in_program"] = managed_in_program(given)
        properties = {
            **{name: value for name, value in given.items() if value is not None},
            "job_name": given["job_name"],
            "aliased_identities": declaration.aliased_identities,
            **dict.fromkeys(OUTPUT_NAMES),
        }
        properties["max_instance_hours"] = instance_hours_placeholder(properties)
        self.given_arguments = given
        """What the program gave: some of it may be secret, which a completion has to know."""
        self._is_read = bool(opts and opts.id is not None)
        super().__init__(
            ServiceJobProvider(),
            resource_name,
            properties,
            declaration.options(delete_before_replace=True),
        )
        declaration.follow(self)
        warn_of_create_before_delete(self, opts)
        warn_of_job(self, with_type(properties))
        if not (self._is_read or adopt_job_id):
            plan_run(self, resource_name, given)
        warn_of_provider(self, opts, needs_region=region is None)
        self._warnings = (  # a task lives only as long as somebody holds it
            asyncio.ensure_future(warn_of_other_runs(self)),
            asyncio.ensure_future(warn_of_capacity(self, given)),
        )

    @property
    def job_arn(self) -> pulumi.Output[str]:
        """The job's ARN, known even in a preview that updates the job."""
        if not self._is_read:
            return self.id
        return pulumi.Output.all(self.resolved_arn, self.id).apply(lambda arns: arns[0] or arns[1])

    @property
    def job_id(self) -> pulumi.Output[str]:
        """The job's id, the last part of its ARN."""
        return self.job_arn.apply(name_in)


declare_outputs_by_properties(ServiceJob)
