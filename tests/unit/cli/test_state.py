from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sjresource.cli.stack.find_job import as_shown, resolve_job
from sjresource.cli.stack.state import holds_secrets, jobs_in, queues_in, secret_texts

STACK = "urn:pulumi:dev::vision::pulumi:pulumi:Stack::vision-dev"
JOB = "pulumi-python:dynamic/sjresource:ServiceJob"
QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def resource(kind: str, name: str, parent: str = STACK, **more: Any) -> dict[str, Any]:
    """Return a resource as a state has it."""
    types = "" if parent == STACK else f"{parent.split('::')[2]}$"
    urn = f"urn:pulumi:dev::vision::{types}{kind}::{name}"
    return {"urn": urn, "type": kind, "parent": parent, "custom": True, **more}


def job(name: str, number: int, parent: str = STACK, **more: Any) -> dict[str, Any]:
    """Return a service job's."""
    return resource(JOB, name, parent, id=f"arn:aws:batch:::service-job/{number}", **more)


def deployment(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return the state of a stack with these."""
    stack = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    return {"resources": [stack, *resources]}


def test_a_job_is_called_by_the_shortest_name_that_means_it_alone() -> None:
    """Components may hold jobs of one name; components nest."""
    outer = resource("my:index:Outer", "outer", custom=False)
    inner = resource("my:index:Inner", "inner", outer["urn"], custom=False)
    state = deployment(outer, inner, job("train", 1), job("train", 2, inner["urn"]), job("eval", 3))

    assert [each.label for each in jobs_in(state)] == ["train", "outer/inner/train", "eval"]
    assert [each.job_id for each in jobs_in(state)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    "typed",
    ["tab\tname", "tab    name", "e\u0301tude", "\u00e9tude", "\x1b[31mred", r"\x1b[31mred"],
)
def test_a_job_is_found_by_its_name_as_it_is_and_as_it_is_shown(typed: str) -> None:
    """A terminal shows no control character, and few keyboards write a letter as two."""
    jobs = jobs_in(
        deployment(*(job(n, i) for i, n in enumerate(["tab\tname", "e\u0301tude", "\x1b[31mred"])))
    )
    context: Any = SimpleNamespace(jobs=jobs)

    assert as_shown(resolve_job(context, typed).label) == as_shown(typed)


def test_what_is_only_still_to_be_deleted_is_no_job_of_the_stack() -> None:
    """A replaced job stays in the state for a while, and after a crash for long."""
    state = deployment(
        job("old", 1, delete=True), job("older", 2, pendingReplacement=True), job("new", 3)
    )

    assert [each.resource for each in jobs_in(state)] == ["new"]
    assert jobs_in({}) == []


def test_a_job_has_what_a_completion_recorded_of_it() -> None:
    """One of many jobs, too; what is encrypted or unknown is not there."""
    records = [{"job": "arn:aws:batch:::service-job/2", "model_artifacts": "s3://m"}, {"status": 1}]
    kind = "pulumi-python:dynamic/sjresource:ServiceJobCompletion"
    state = deployment(
        job("one", 1, outputs={"job_name": SECRET, "job_queue": "q"}),
        job("two", 2),
        resource(kind, "done", outputs={"outcome": {"results": records}}),
        resource(kind, "hidden", outputs={"outcome": SECRET}),
        resource(kind, "open"),
    )

    one, two = jobs_in(state)
    assert (one.job_name, one.job_queue, one.record) == (None, "q", {})
    assert two.record["model_artifacts"] == "s3://m"


def test_queues_are_found_whatever_provider_they_are_from() -> None:
    """Some keep the ARN as the id, others as an output; a quota share's ARN is no queue's."""
    state = deployment(
        resource("pulumi-python:dynamic/sjresource:JobQueue", "ours", id=f"{QUEUE}/ours-1"),
        resource("aws:batch/jobQueue:JobQueue", "aws", id="x", outputs={"arn": f"{QUEUE}/aws-1"}),
        resource("aws-native:batch:JobQueue", "cc", outputs={"jobQueueArn": f"{QUEUE}/cc-1"}),
        resource("x:index:QuotaShare", "share", id=f"{QUEUE}/ours-1/quota-share/share"),
        resource("aws:s3/bucket:Bucket", "b", id="b", outputs={"arn": "arn:aws:s3:::b"}),
        resource("random:index:Id", "r", id="r", outputs={"arn": SECRET}),
    )

    found = {each.path: each.arn.rpartition("/")[2] for each in queues_in(state)}
    assert found == {"ours": "ours-1", "aws": "aws-1", "cc": "cc-1"}


def test_secrets_are_looked_for_where_aws_may_quote_them() -> None:
    """In payloads, deep down or whole, as text or as JSON; other resources' don't matter."""
    hidden = {**SECRET, "ciphertext": "v1:abc"}
    token = {**SECRET, "plaintext": '"tok-1"'}
    whole = {**SECRET, "plaintext": '"{\\"Environment\\": {\\"KEY\\": \\"tok-2\\"}}"'}
    bucket = resource("aws:s3/bucket:Bucket", "b", outputs={"policy": hidden})
    payload = {"service_request_payload": {"HyperParameters": {"token": token}}}
    state = deployment(
        bucket,
        job("a", 1, inputs=payload),
        job("b", 2, inputs={"service_request_payload": whole}),
    )

    assert not holds_secrets(deployment(bucket, job("a", 1)))
    assert holds_secrets(deployment(job("a", 1, inputs={"service_request_payload": hidden})))
    assert secret_texts(state) >= {"tok-1", "tok-2"}
