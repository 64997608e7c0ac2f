"""What a completion's recorder keeps, and what it asks AWS for when there is something new.

| this run says of the jobs        | recorded for them | what is kept                        |
| -------------------------------- | ----------------- | ----------------------------------- |
| nothing yet: a preview           | something         | the record                          |
| nothing yet: a preview           | nothing           | unknown                             |
| nothing at all: it doesn't wait  | something         | the record, also that of other jobs |
| nothing at all: it doesn't wait  | nothing           | nothing: outputs stay unknown       |
| how they ended                   | that it is over   | the record: it is final             |
| how they ended                   | nothing           | what AWS tells                      |
| that Batch has forgotten one     | how that one ended| the record of that one              |
| that Batch has forgotten one     | nothing           | a check failure, if it matters      |
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.payload import is_unknown
from sjresource.aws.presence import Sought, find, find_for_a_while
from sjresource.aws.waiters import Clock
from sjresource.errors import NotFound, SjresourceError
from sjresource.stack.diff import means_the_same
from sjresource.status.evidence import gather
from sjresource.status.failure_report import run_again
from sjresource.status.masking import Mask
from sjresource.vocabulary import TERMINAL
from sjresource.waiting.record import job_record, outcome_record, parted, whole
from sjresource.waiting.verdict import Verdict, is_over, judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.aws.clients import RegionalClients

    Properties = Mapping[str, Any]

WAITED_FOR = ("jobs", "names", "min_succeeded", "on_failure", "statuses", "secret_values")
"""The inputs that a recorded outcome answers."""

_CLOCK = Clock(time.monotonic, time.sleep)
_READERS = 4
_LOGS = 20
"""For more jobs the names of their logs are not looked up: each is a call."""


def remembered(olds: Properties, news: Properties) -> tuple[dict[str, Any], list[CheckFailure]]:
    """Fill the inputs in from the recorded ones, by the table above."""
    statuses = news.get("statuses")
    if statuses is None:
        recorded = olds if olds.get("statuses") is not None else news
        kept = {name: recorded[name] for name in WAITED_FOR if recorded.get(name) is not None}
        return {**_without(news, WAITED_FOR), **kept}, []
    of_these = _same(olds, news) and olds.get("statuses") is not None
    if is_unknown(statuses):
        return {**news, "statuses": olds["statuses"] if of_these else statuses}, []
    if of_these and _is_final(olds):
        return {**news, "statuses": olds["statuses"]}, []
    known = _known_statuses(olds)
    filled = [
        status if isinstance(status, str) else known.get(job)
        for job, status in zip(news["jobs"], statuses, strict=True)
    ]
    return {**news, "statuses": filled}, _failures(news, filled, statuses)


def record(
    clients: RegionalClients, props: Properties, olds: Properties, clock: Clock = _CLOCK
) -> dict[str, Any]:
    """Ask AWS for what came of the jobs that have ended; empty if this run doesn't wait.

    A job that Batch has forgotten since keeps its record, and one whose training job is gone what
    was recorded of that. One that has no record is looked for some seconds: a wait has just seen it
    end.

    What is secret in the records stands in `secret_results`, an input that the program made a
    secret, and that the engine encrypts.
    """
    if props.get("statuses") is None:
        return {}
    mask = Mask(props.get("secret_values") or ())
    secrets = olds.get("secret_results") or {}
    before = {job: whole(each, secrets.get(job, {})) for job, each in _results(olds).items()}
    unread: list[str] = []

    names = props.get("names")

    def read(job: str, status: str | None) -> dict[str, Any]:
        if status not in TERMINAL:
            return {"job": job, "status": status}
        lines = 0 if len(props["jobs"]) <= _LOGS else None
        try:
            detail = _described(clients, job, clock, certain=job in before)
        except SjresourceError as error:
            unread.append(str(error))
            detail = None
        evidence = gather(clients, detail, lines, clock.sleep) if detail else None
        if evidence is None:
            return before.get(job) or _bare(job, status)
        unread.extend(evidence.unread)
        known = before.get(job, {}) if evidence.gone else {}
        return {**known, **job_record(evidence)}

    with ThreadPoolExecutor(_READERS) as readers:
        parts = [parted(each, mask) for each in readers.map(read, props["jobs"], props["statuses"])]
    said = sorted({mask.text(error) for error in unread})
    records, needed = [shown for shown, _ in parts], _whole(props.get("min_succeeded"))
    for shown, name in zip(records, names or [None] * len(records), strict=True):
        shown["name"] = name
        if name is None:
            del shown["name"]  # a record may be from when it had one
    hidden = {shown["job"]: secret for shown, secret in parts if secret}
    recorded = {"outcome": outcome_record(records, needed, said)}
    return {**recorded, "secret_results": hidden} if hidden else recorded


def quotes_secrets(olds: Properties, news: Properties) -> bool:
    """Whether the record holds in the clear what the program says is secret by now."""
    secrets = news.get("secret_values")
    if not secrets or is_unknown(secrets) or news.get("statuses") is None:
        return False
    mask = Mask(secrets)
    return any(parted(each, mask)[0] != whole(each, {}) for each in _results(olds).values())


def _results(olds: Properties) -> dict[str, dict[str, Any]]:
    return {each.get("job"): each for each in (olds.get("outcome") or {}).get("results", [])}


def _described(
    clients: RegionalClients, job: str, clock: Clock, *, certain: bool
) -> Mapping[str, Any] | None:
    """Describe a job; one not-found is `certain` for a job that is recorded, and else no proof.

    Raises:
        NotFound: it is not shown, and the next `up` is to ask again.
    """
    arn = parse_arn(job)
    client, sought = clients.batch(arn.region if arn else ""), Sought(job)
    detail = find(client, sought) if certain else find_for_a_while(client, sought, *clock)
    if detail is None and not certain:
        raise NotFound("reading", "ServiceJob", job, "DescribeServiceJob does not show it")
    return detail


def _bare(job: str, status: str) -> dict[str, Any]:
    return {"job": job, "job_name": name_in(job), "status": status}


def _same(olds: Properties, news: Properties) -> bool:
    return all(means_the_same(olds.get(name), news.get(name)) for name in ("jobs", "min_succeeded"))


def _is_final(olds: Properties) -> bool:
    return is_over(
        olds["statuses"],
        _whole(olds.get("min_succeeded")),
        record_all=olds.get("on_failure") == "record",
    )


def _known_statuses(olds: Properties) -> dict[str, str]:
    """Give how those jobs ended that are recorded as ended."""
    pairs = zip(olds.get("jobs") or [], olds.get("statuses") or [], strict=False)
    return {job: status for job, status in pairs if status in TERMINAL}


def _failures(news: Properties, statuses: list[str | None], told: list[Any]) -> list[CheckFailure]:
    """Complain if a forgotten job leaves open what the completion is to answer.

    What the run has `told` of a forgotten job of its own program is its URN.
    """
    forgotten = [
        (job, status["urn"] if isinstance(status, dict) else None)
        for job, known, status in zip(news["jobs"], statuses, told, strict=True)
        if known is None
    ]
    needed = _whole(news.get("min_succeeded"))
    records = news.get("on_failure") == "record"
    if not forgotten or judge(statuses, needed) is Verdict.ENOUGH:
        return []
    if records and needed is not None and judge(statuses, needed) is Verdict.TOO_FEW:
        return []
    job, urn = forgotten[0]
    more = f" and {len(forgotten) - 1} more" if len(forgotten) > 1 else ""
    again = (
        "to run it again, once you are sure that it does not run any more, change its `triggers` "
        f"or `pulumi up --replace '{urn}'`"
        if urn
        else f"once it does not run any more, it can be run again {run_again(None)}"
    )
    return [
        CheckFailure(
            "",  # the engine would show the value of a property that is named
            f"Batch no longer knows ServiceJob ({name_in(job)}{more}), and how it ended "
            f"was never recorded; {again}",
        )
    ]


def _whole(number: Any) -> int | None:
    """Give the integer that the engine hands over as a float."""
    return None if number is None else int(number)


def _without(properties: Properties, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in names}
