"""What a completion keeps of its jobs, in the stack's state: for good, since AWS forgets its jobs.

The provider fills in the recorded inputs where a run knows less than the record, and asks AWS when
there is something new to record:

| this run's statuses of the jobs  | recorded for them | what is kept                        |
| -------------------------------- | ----------------- | ----------------------------------- |
| unknown: a preview               | something         | the record                          |
| unknown: a preview               | nothing           | unknown                             |
| none: this run does not wait     | something         | the record, also that of other jobs |
| none: this run does not wait     | nothing           | nothing: outputs stay unknown       |
| how they ended                   | all that is wanted| the record: it is final             |
| how they ended                   | nothing           | what AWS answers                    |
| that Batch has forgotten one     | how that one ended| the record of that one              |
| that Batch has forgotten one     | nothing           | a check failure, if it matters      |

Whether a missing job matters, and the status of the outcome, are `outcome.judge`'s answers.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure

from sjresource.aws.arn import name_in, region_in
from sjresource.aws.models import answer_properties
from sjresource.aws.payload import is_unknown
from sjresource.aws.service_jobs import JobLocator, find_job, wait_for_job
from sjresource.aws.waiters import SYSTEM_CLOCK, WaiterClock
from sjresource.errors import NotFound, SjresourceError
from sjresource.stack.diff import means_the_same
from sjresource.status.console_links import console_urls
from sjresource.status.evidence import gather_evidence, training_job_arn
from sjresource.status.failure_report import how_to_rerun, how_to_run_anew
from sjresource.status.masking import Mask
from sjresource.status.text import first_of
from sjresource.vocabulary import LOG_GROUP, TERMINAL, stage
from sjresource.waiting.outcome import is_known, is_settled, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.aws.clients import RegionalClients
    from sjresource.status.evidence import Evidence

    Properties = Mapping[str, Any]

RECORDED_INPUTS = ("jobs", "names", "min_succeeded", "on_failure", "statuses", "secret_values")
"""The inputs that a record belongs to."""

QUOTES_AWS = (
    "status_reason",
    "attempts",
    "failure_reason",
    "training_job_arn",
    "training_job_name",
    "log_stream",
    "console_urls",
)
"""AWS's words in a job's record, and names that begin with the payload's TrainingJobName."""

MADE_OF_ARGUMENTS = ("model_artifacts", "final_metrics")
"""Members made of the job's own arguments and needed unmasked: as secret as the arguments."""

_READERS = 4
_MAX_LOG_STREAMS = 20
"""For more jobs the names of their log streams are not looked up: each is a call."""


def fill_in_recorded(
    olds: Properties, news: Properties
) -> tuple[dict[str, Any], list[CheckFailure]]:
    """Return the inputs with the recorded ones filled in, by the table above, and what is wrong."""
    statuses = news.get("statuses")
    if statuses is None:
        recorded = olds if olds.get("statuses") is not None else news
        kept = {name: recorded[name] for name in RECORDED_INPUTS if recorded.get(name) is not None}
        others = {name: value for name, value in news.items() if name not in RECORDED_INPUTS}
        return {**others, **kept}, []
    same_jobs = olds.get("statuses") is not None and all(
        means_the_same(olds.get(name), news.get(name)) for name in ("jobs", "min_succeeded")
    )
    if is_unknown(statuses):
        return {**news, "statuses": olds["statuses"] if same_jobs else statuses}, []
    if same_jobs and _is_final(olds, news):
        return {**news, "statuses": olds["statuses"]}, []
    pairs = zip(olds.get("jobs") or [], olds.get("statuses") or [], strict=False)
    ended = {job: status for job, status in pairs if status in TERMINAL}
    filled = [
        status if isinstance(status, str) else ended.get(job)
        for job, status in zip(news["jobs"], statuses, strict=True)
    ]
    return {**news, "statuses": filled}, _forgotten_failures(news, filled, statuses)


def record(
    clients: RegionalClients, props: Properties, olds: Properties, clock: WaiterClock = SYSTEM_CLOCK
) -> dict[str, Any]:
    """Return the outputs that record the outcome, read from AWS; empty if this run does not wait.

    A job that Batch has forgotten since keeps its record, and one whose training job is gone keeps
    what was recorded of that. A job without a record is asked for during some seconds: a wait has
    just seen it end.

    Secrets in the records are moved to `secret_results`, an input that the program made a secret
    and that the engine encrypts.
    """
    if props.get("statuses") is None:
        return {}
    mask = Mask(props.get("secret_values") or ())
    secrets = olds.get("secret_results") or {}
    before = {job: join_secrets(each, secrets.get(job, {})) for job, each in _results(olds).items()}
    lines = 0 if len(props["jobs"]) <= _MAX_LOG_STREAMS else None
    unread: list[str] = []

    def read(job: str, status: str | None) -> dict[str, Any]:
        if status not in TERMINAL:
            return {"job": job, "status": status}
        try:
            detail = _describe(clients, job, clock, is_recorded=job in before)
        except SjresourceError as error:
            unread.append(str(error))
            detail = None
        evidence = gather_evidence(clients, detail, lines, clock.sleep) if detail else None
        if evidence is None:
            return before.get(job) or {"job": job, "job_name": name_in(job), "status": status}
        unread.extend(evidence.unread)
        known = before.get(job, {}) if evidence.gone else {}
        return {**known, **job_record(evidence)}

    with ThreadPoolExecutor(_READERS) as readers:
        split = [
            split_secrets(each, mask)
            for each in readers.map(read, props["jobs"], props["statuses"])
        ]
    records = [{name: each for name, each in clear.items() if name != "name"} for clear, _ in split]
    for each, name in zip(records, props.get("names") or (), strict=False):
        each["name"] = name
    errors = sorted({mask.text(error) for error in unread})
    outputs = {"outcome": outcome_record(records, _whole(props.get("min_succeeded")), errors)}
    hidden = {clear["job"]: secret for clear, secret in split if secret}
    return {**outputs, "secret_results": hidden} if hidden else outputs


def quotes_secrets(olds: Properties, news: Properties) -> bool:
    """Return whether the record holds in the clear what the program has declared secret since."""
    secrets = news.get("secret_values")
    if not secrets or is_unknown(secrets) or news.get("statuses") is None:
        return False
    mask = Mask(secrets)
    results = _results(olds).values()
    return any(split_secrets(each, mask)[0] != join_secrets(each, {}) for each in results)


def job_record(evidence: Evidence) -> dict[str, Any]:
    """Return one job's record; unknown members are absent."""
    detail, trained = evidence.detail, evidence.training_job
    arn = training_job_arn(detail)
    record = {
        "job": detail.get("jobArn"),
        "job_name": detail.get("jobName"),
        "status": detail["status"],
        "status_reason": detail.get("statusReason"),
        "attempts": answer_properties("DescribeServiceJob", detail).get("attempts"),
        "training_job_arn": arn,
        "training_job_name": name_in(arn) if arn else None,
        "failure_reason": trained.get("FailureReason"),
        "model_artifacts": trained.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
        "final_metrics": {
            metric["MetricName"]: metric["Value"]
            for metric in trained.get("FinalMetricDataList", [])
        },
        "training_seconds": trained.get("TrainingTimeInSeconds"),
        "billable_seconds": trained.get("BillableTimeInSeconds"),
        "log_group": LOG_GROUP if arn else None,
        "log_stream": evidence.log_stream,
        "console_urls": console_urls(detail.get("jobQueue"), arn, evidence.page),
    }
    return {name: value for name, value in record.items() if value not in (None, "", {}, [])}


def split_secrets(record: Mapping[str, Any], mask: Mask) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a job's record into what may stand in the clear, masked, and the secret members.

    `secret_members` of the former names the members of the latter.
    """
    clear = join_secrets(record, {})
    clear.update({name: mask.everything(clear[name]) for name in QUOTES_AWS if name in clear})
    secret = {}
    for name in MADE_OF_ARGUMENTS:
        value = clear.get(name)
        texts = list(value) if isinstance(value, dict) else value
        if value is not None and mask.everything(texts) != texts:
            secret[name] = clear.pop(name)
    return {**clear, "secret_members": sorted(secret)} if secret else clear, secret


def join_secrets(record: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's whole record; `secrets` are the members that were split from it."""
    return {**{name: each for name, each in record.items() if name != "secret_members"}, **secrets}


def outcome_record(
    records: Sequence[Mapping[str, Any]], min_succeeded: int | None, unread: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the record of all jobs, in the order in which they were given.

    `unread` are the errors of AWS that left something out; the next `up` tries again.
    """
    statuses = [record["status"] for record in records]
    stages = Counter(stage(status) for status in statuses)
    outcome: dict[str, Any] = {
        "status": judge(statuses, min_succeeded).value,
        "summary": {
            "jobs": len(records),
            "succeeded": stages["succeeded"],
            "failed": stages["failed"],
            "unfinished": stages["running"] + stages["waiting"],
        },
        "results": list(records),
    }
    return {**outcome, "unread": list(unread)} if unread else outcome


def _results(olds: Properties) -> dict[str, dict[str, Any]]:
    return {each.get("job"): each for each in (olds.get("outcome") or {}).get("results", [])}


def _describe(
    clients: RegionalClients, job: str, clock: WaiterClock, *, is_recorded: bool
) -> Mapping[str, Any] | None:
    """Return Batch's description of a job; None for a recorded one that is not found.

    Raises:
        NotFound: Batch does not show a job without a record; the next `up` has to ask again.
    """
    client, sought = clients.batch(region_in(job)), JobLocator(job)
    detail = find_job(client, sought) if is_recorded else wait_for_job(client, sought, clock)
    if detail is None and not is_recorded:
        raise NotFound("reading", "ServiceJob", job, "DescribeServiceJob does not show it")
    return detail


def _is_final(olds: Properties, news: Properties) -> bool:
    """Return whether what is recorded is all that is wanted now: a failure may not have been."""
    records = news.get("on_failure") == "record"
    return is_settled(olds["statuses"], _whole(olds.get("min_succeeded")), records_failures=records)


def _forgotten_failures(
    news: Properties, filled: list[str | None], statuses: list[Any]
) -> list[CheckFailure]:
    """Return a check failure if the outcome depends on a job that Batch has forgotten.

    In `statuses` a forgotten job of this program has its URN; in `filled` its status is None.
    """
    forgotten = [
        (job, status["urn"] if isinstance(status, dict) else None)
        for job, known, status in zip(news["jobs"], filled, statuses, strict=True)
        if known is None
    ]
    needed = _whole(news.get("min_succeeded"))
    if is_known(filled, needed, record_all=news.get("on_failure") == "record"):
        return []
    _, urn = forgotten[0]
    names = first_of([name_in(job) for job, _ in forgotten], 1)
    again = (
        "to run it again, once you are sure that it does not run any more, "
        f"{how_to_run_anew(urn, urn.rpartition('::')[2])}"
        if urn
        else f"once it does not run any more, it can be run again {how_to_rerun(None)}"
    )
    return [
        CheckFailure(
            "",  # the engine would show the value of a property that is named
            f"Batch no longer knows ServiceJob ({names}), and how it ended "
            f"was never recorded; {again}",
        )
    ]


def _whole(number: Any) -> int | None:
    """Return the integer that the engine hands over as a float."""
    return None if number is None else int(number)
