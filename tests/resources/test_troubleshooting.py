"""Every message that docs/troubleshooting.md quotes is provoked, and reads as it is quoted."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from documents import ROOT, blocks
from emulated import ACCOUNT, IDENTITY, PAYLOAD, EmulatedBatch
from lifecycle import Life

from sjresource.aws.calls import advice
from sjresource.aws.session import open_client
from sjresource.aws.settings import Settings
from sjresource.checks.preflight.job import preflight_problems
from sjresource.checks.preflight.unreachable import unreachable_warning
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.errors import RequestFailed, SjresourceError, Unreachable
from sjresource.resources.job_queue import JobQueue, JobQueueProvider
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.config import CheckSettings, setting_problems
from sjresource.stack.inputs.arguments import json_arguments
from sjresource.status.evidence import Evidence
from sjresource.status.failure_report import failure_message, how_to_rerun, timeout_message
from sjresource.status.masking import Mask
from sjresource.status.queue_reader import QueueDescription
from sjresource.waiting.jobs import WaitedJobs
from sjresource.waiting.optional_outputs import read_member, read_record
from sjresource.waiting.reporter import GroupReport, JobReport, Reporter
from sjresource.waiting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PAGE = ROOT / "docs" / "troubleshooting.md"
MESSAGES = [
    line for block in blocks(PAGE) if block.language == "text" for line in block.text.splitlines()
]
ELSEWHERE = {
    "service_request_payload.ResourceConfig …": "tests/stack/test_mistakes.py",
    "checking Stack (…): it may use": "tests/stack/test_spending.py",
    "creating ServiceJob (…): with the …": "tests/unit/spending/test_limit.py",
    "creating ServiceJob (…): how many instance-hours": "tests/unit/spending/test_limit.py",
    "live jobs that are not this stack's": "tests/stack/test_preview_catches.py",
    "job queues that are not this stack's": "tests/resources/test_queue_side.py",
    "still … after … s; run": "tests/unit/aws/test_waiters.py",
    "reading State (…): its": "tests/resources/native/test_damaged_states.py",
    "starting plugin (pulumi-python)": "tests/unit/stack/test_plugin_python.py",
    "…; let pass, since sjresource:validation is warn": "tests/stack/test_preview_catches.py",
    "… as it is sent, and Batch takes at most": "tests/unit/checks/requests/test_request_size.py",
    "Batch was asked to end it, and it": "tests/unit/resources/test_termination.py",
    "warning: deleting ServiceJob": "tests/unit/resources/test_termination.py",
}
"""Messages that whole lives lead to, and the tests that do."""
THE_ENGINES = ("passphrase must be set", "could not read plugin", "Duplicate resource URN")

ARN = f"arn:aws:batch:eu-west-1:{ACCOUNT}"
FAILED = {"status": "FAILED", "statusReason": "no", "jobArn": f"{ARN}:service-job/a"}
ONE = [{"capacityUnit": "ml.m5.large", "maxCapacity": 1}]


def test_every_message_of_the_page_is_said(
    aws: EmulatedBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Message by message; what leads to it is what the page says leads to it."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/none")
    said = list(everything_said(aws))
    quoted = [message for message in MESSAGES if not message.startswith((*ELSEWHERE, *THE_ENGINES))]

    assert len(quoted) > 35
    assert [message for message in quoted if not any(is_said(message, each) for each in said)] == []


@pytest.mark.parametrize(("message", "test"), ELSEWHERE.items())
def test_the_others_are_provoked_where_it_is_said(message: str, test: str) -> None:
    """A message that no test knows would be none."""
    assert any(each.startswith(message) for each in MESSAGES)
    assert (ROOT / test).exists()


def is_said(message: str, text: str) -> bool:
    """Return whether a text has a message in it, whose `…` stand for anything."""
    pieces = [re.escape(piece) for piece in message.strip("…").split("…")]
    return re.search(".*".join(pieces), text, re.DOTALL) is not None


def everything_said(aws: EmulatedBatch) -> Iterator[str]:
    """Make each mistake, and give what is said of it."""
    yield from by_checks(aws)
    yield from by_queues()
    yield from by_settings()
    yield from by_refusals(aws)
    yield from by_programs()
    yield from by_waits()


def by_checks(aws: EmulatedBatch) -> Iterator[str]:
    """The payload's mistakes, and a queue that is not there."""
    queue, jobs = aws.make_queue(), aws.provider(ServiceJobProvider)
    changes: list[dict[str, Any]] = [
        {"ResourceConfig": {**PAYLOAD["ResourceConfig"], "InstanceTyp": "x"}},
        {"HyperParameters": {"a": "<pulumi.output.Output object at 0x7f>"}},
        {"HyperParameters": {"a": "b\nc"}},
        {"HyperParameters": {"a": 1.0}},
        {"RoleArn": "arn:aws:iam::role/training"},
    ]
    for change in changes:
        job = aws.job(queue, service_request_payload={**PAYLOAD, **change})
        yield from reasons(jobs.check({}, job).failures)
    asking = aws.provider(ServiceJobProvider)
    asking.checking = CheckSettings()
    yield from reasons(asking.check({}, aws.job("trainin")).failures)
    job = aws.job(queue, client_token="mine")
    yield from reasons(jobs.check(job, {**job, "triggers": ["new"]}).failures)


def by_queues() -> Iterator[str]:
    """What a queue says against a job, as AWS describes it."""
    queue: dict[str, Any] = {"jobQueueName": "q", "jobQueueArn": f"{ARN}:job-queue/q"}
    managed = {**queue, "schedulingPolicyArn": "p"}
    shares = ({"quotaShareName": "red", "state": "DISABLED", "capacityLimits": ONE},)
    quota = QueueDescription(managed, {"quotaSharePolicy": {}}, shares=shares)
    small = ({"serviceEnvironmentName": "e", "capacityLimits": ONE},)
    many = {**PAYLOAD, "ResourceConfig": {**PAYLOAD["ResourceConfig"], "InstanceCount": 9.0}}
    job = {"service_request_payload": many}
    for facts, arguments in (
        (QueueDescription({**queue, "jobQueueType": "ECS"}), job),
        (QueueDescription({**queue, "state": "DISABLED"}), {**job, "quota_share_name": "red"}),
        (QueueDescription(queue, environments=small), job),
        (quota, job),
        (quota, {**job, "quota_share_name": "blue"}),
        (quota, {**job, "quota_share_name": "red"}),
    ):
        yield from (
            f"{each.path} {each.reason}"
            for each in preflight_problems(facts, JobArguments.parse(arguments))
        )


def by_settings() -> Iterator[str]:
    """Accounts, names of settings, a region that is not there, nobody at the endpoint."""
    yield str(Settings(allowed_accounts=("1",)).account_refusal("2"))
    yield str(Settings(allowed_accounts=("1",)).account_refusal(None))
    yield str(Settings(forbidden_accounts=("2",)).account_refusal("2"))
    yield from setting_problems({"wiat": "x"})
    error = Unreachable("reading", "JobQueue", "q", "Could not connect to the endpoint URL")
    yield f"warning: {unreachable_warning(error, Settings())}"
    yield raised(lambda: open_client("batch", Settings(), None))


def by_refusals(aws: EmulatedBatch) -> Iterator[str]:
    """What AWS refuses, and what is somebody else's."""
    for code in ("AccessDenied", "ThrottlingException"):
        help_ = advice(code, "no", "batch:SubmitServiceJob")
        yield str(RequestFailed("submitting", "ServiceJob", "j", f"{code}: no", help_, code=code))
    queue, jobs = aws.make_queue("other"), aws.provider(ServiceJobProvider)
    mine = Life(jobs, aws.job(queue, "tokened", client_token="mine"))
    mine.delete()
    yield raised(lambda: Life(jobs, mine.inputs))
    order = [{"order": 1.0, "service_environment": "other"}]
    taken = {
        "identity": f"{IDENTITY}q",
        "job_queue_name": "other",
        "job_queue_type": "SAGEMAKER_TRAINING",
        "priority": 1.0,
        "service_environment_order": order,
    }
    yield raised(lambda: Life(aws.provider(JobQueueProvider), taken))
    theirs = Life(jobs, {**aws.job(queue, "theirs"), "identity": "acme/urn:pulumi:x::y::t::theirs"})
    yield raised(lambda: Life(jobs, aws.job(queue, "theirs", adopt_job_id=theirs.id)))
    foreign = theirs.id.replace(ACCOUNT, "999999999999")
    yield raised(lambda: jobs.confirm_gone("ServiceJob", foreign))
    mute = aws.provider(ServiceJobProvider)
    mute.settings = Settings(
        region="eu-west-1",
        access_key="a",
        secret_key="b",
        endpoints=(("sts", "http://127.0.0.1:9"),),
    )
    yield raised(lambda: mute.confirm_gone("ServiceJob", theirs.id))


def by_programs() -> Iterator[str]:
    """What a program hands over, and reads, that is not there."""
    yield raised(lambda: json_arguments("ServiceJob", "train", {"triggers": [{1}]}))
    queue = JobQueue.__new__(JobQueue)
    yield raised(lambda: WaitedJobs.of("done", queue, None))
    yield raised(lambda: WaitedJobs.of("done", None, f"{ARN}:service-job/a"))
    done = {"job_name": "train", "status": "SUCCEEDED", "final_metrics": {"loss": 1.0}}
    yield raised(lambda: read_record("done", done)["final_metrics"]["accuracy"])
    failed = {"job_name": "train", "status": "FAILED"}
    yield read_member("done", failed, "final_metrics").absence
    yield read_member("done", failed, "model_artifacts").absence


def by_waits() -> Iterator[str]:
    """What is said while a program waits, and at the end."""
    heard: list[str] = []

    def hear(_row: Any, text: str) -> None:
        heard.append(text)

    async def wait() -> None:
        reporter, watch = Reporter(hear, hear), Watch(f"{ARN}:service-job/a", None)
        reason = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
        watch.detail = {"status": "RUNNABLE", "statusReason": reason}
        reporter.add(GroupReport(None, [JobReport(watch, "train", None, lambda *_: "")]))
        reporter.on_change(watch)
        reporter.on_error(Unreachable("reading", "ServiceJob", "a", "no answer"))

    asyncio.run(wait())
    yield from heard
    yield timeout_message(60, [("train", {"status": "RUNNABLE"}, f"{ARN}:service-job/a")])
    yield failure_message("train", Evidence(FAILED), Mask(), how_to_rerun("urn:pulumi:x"))


def reasons(failures: Iterable[Any]) -> Iterator[str]:
    """Yield the problems of a check."""
    yield from (failure.reason for failure in failures)


def raised(call: Callable[[], Any]) -> str:
    """Return the words of the error that a call ends in."""
    with pytest.raises((SjresourceError, pulumi.RunError)) as error:
        call()
    return str(error.value)
