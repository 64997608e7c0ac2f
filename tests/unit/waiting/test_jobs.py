from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from waiting_fakes import arn

from sjresource.resources.job_queue import JobQueue
from sjresource.resources.service_job import ServiceJob
from sjresource.waiting.jobs import WaitedJobs
from sjresource.waiting.options import WaitOptions, read_options

A, B = arn("a"), arn("b")
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
RIGHT: dict[str, Any] = {
    "min_succeeded": None, "timeout_seconds": None, "on_failure": "raise", "log_lines": 20
}  # fmt: skip


def a(kind: type[pulumi.Resource]) -> Any:
    """Return a resource of this kind, without an engine to register it."""
    return kind.__new__(kind)


def refusal(call: Any) -> str:
    """Return what is said of a completion that makes no sense, as Pulumi shows it."""
    with pytest.raises(pulumi.RunError) as raised:
        call()
    return str(raised.value).removeprefix("declaring ServiceJobCompletion (done): ")


WRONG: dict[str, list[Any]] = {
    "timeout_seconds": ["1h", "", 0, "0", -5, float("nan"), float("inf"), True, [], {}, b"1"],
    "min_succeeded": ["x", 1.5, -1, "-1", float("nan"), True, [], {}],
    "log_lines": [-1, "x", 20000, 1.5, True, None, [], float("inf"), -1e308],
    "on_failure": ["ignore", None, True, 0, [], {}],
}


@pytest.mark.parametrize(
    ("argument", "wrong"), [(name, each) for name in WRONG for each in WRONG[name]]
)
def test_an_argument_of_the_wait_of_the_wrong_kind_is_refused(argument: str, wrong: Any) -> None:
    """Before anything is submitted, with what was given."""
    said = refusal(lambda: read_options("done", **{**RIGHT, argument: wrong}))

    assert said.startswith(f"{argument} must be ")
    kind = f"a {type(wrong).__name__}"
    assert said.endswith((f"got {wrong!r}", f"got {kind}"))


def test_a_number_of_the_config_is_taken() -> None:
    """`pulumi.Config.get` gives text."""
    stated = {**RIGHT, "timeout_seconds": "90", "min_succeeded": "3", "log_lines": "0"}

    assert read_options("done", **stated) == WaitOptions(3, 90.0, log_lines=0)


@pytest.mark.parametrize(
    ("job", "jobs", "said"),
    [
        (None, None, "needs either job or jobs"),
        (A, [B], "needs either job or jobs"),
        (
            a(JobQueue),
            None,
            "job must be a ServiceJob, or the ARN of a service job, got a JobQueue",
        ),
        ("train", None, "got another text; a name is not enough"),
        (QUEUE, None, "got the ARN of a job-queue"),
        (
            "arn:aws:sagemaker:us-east-1:123456789012:training-job/a",
            None,
            "got the ARN of another resource",
        ),
        (A.replace(":batch:", ":sagemaker:"), None, "got the ARN of another resource"),
        (QUEUE.replace(":batch:", ":sagemaker:"), None, "got the ARN of another resource"),
        (QUEUE.replace("job-queue/training", "service-job/"), None, "got another text"),
        ([A, B], None, "got a list; give several as jobs"),
        ({"a": A}, None, "got a dict; give several as jobs"),
        (7, None, "got 7"),
        ("<pulumi.output.Output object at 0x7f>", None, "job holds the text of an Output"),
        (None, a(ServiceJob), "jobs takes a list or a mapping of jobs; give a single one as job"),
        (None, A, "jobs takes a list or a mapping of jobs; give a single one as job"),
        (None, a(JobQueue), "jobs must be a list of jobs, or a mapping of names to jobs"),
        (None, {A}, "jobs must be a list of jobs, or a mapping of names to jobs, got a set"),
        (None, [A, None], "jobs[1] must be a ServiceJob"),
        (None, [A, "train"], "jobs[1] must be a ServiceJob"),
        (None, [[A]], "jobs[0] must be a ServiceJob, or the ARN of a service job, got a list"),
        (None, {"x": 7}, "jobs['x'] must be a ServiceJob"),
        (None, {7: A}, "jobs has a name that is 7; names must be texts"),
        (None, [], "jobs must not be empty"),
        (None, {}, "jobs must not be empty"),
    ],
)
def test_what_is_no_job_is_told_apart(job: Any, jobs: Any, said: str) -> None:
    """A queue, a name, a list, a mapping: each has its own way out."""
    assert said in refusal(lambda: WaitedJobs.of("done", job, jobs))


@pytest.mark.parametrize("min_succeeded", [0, 3])
def test_no_more_jobs_have_to_succeed_than_there_are(min_succeeded: int) -> None:
    """And at least one, or there is nothing to wait for."""
    said = refusal(lambda: WaitedJobs.of("done", None, [A, B], min_succeeded))

    assert said == f"min_succeeded must be 1 to 2, the number of jobs, got {min_succeeded}"


def test_a_job_counts_once() -> None:
    """A job that is given twice would succeed twice; as two names for one it may be given."""
    said = refusal(lambda: WaitedJobs.of("done", None, {"a": A, "b": B, "c": A}, 2))

    assert said == (
        "jobs['c'] is the job of jobs['a']; "
        "for a number of jobs that have to succeed it would count twice"
    )
    assert WaitedJobs.of("done", None, {"a": A, "c": A})


def known(make: Any) -> Any:
    """Return what an Output comes to; Outputs need a loop to be made in."""

    async def program() -> Any:
        made = make()
        return await made.future() if isinstance(made, pulumi.Output) else made

    return asyncio.run(program())


def output(value: Any) -> pulumi.Output[Any]:
    """Make an Output."""
    return pulumi.Output.from_input(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: [A, B],
        lambda: (A, output(B)),
        lambda: [output(A), output(B)],
        lambda: output([A, B]),
        lambda: output([output(A), B]),
    ],
)
def test_many_jobs_are_a_list_or_an_output_of_one(make: Any) -> None:
    """A component's, or another stack's; they have no row and no name that the program knows."""
    arns = known(lambda: WaitedJobs.of("done", None, make()).arns())
    jobs = known(lambda: WaitedJobs.of("done", None, make()).apply(lambda each: each))

    assert arns == [A, B]
    assert [(job.watch.job, job.name, job.resource) for job in jobs] == [
        (A, "done[0]", None), (B, "done[1]", None)
    ]  # fmt: skip


@pytest.mark.parametrize("make", [lambda: {"y": B, "x": A}, lambda: output({"y": B, "x": A})])
def test_a_mapping_gives_the_jobs_names(make: Any) -> None:
    """In their order, whatever the order of the mapping: another stack's has none."""
    named = known(lambda: output(WaitedJobs.of("done", None, make()).names()))
    jobs = known(lambda: WaitedJobs.of("done", None, make()).apply(lambda each: each))

    assert named == ["x", "y"]
    assert [(job.watch.job, job.name) for job in jobs] == [(A, "done[x]"), (B, "done[y]")]


def test_one_job_is_called_as_the_completion() -> None:
    """Of an ARN nothing else is known."""
    jobs = known(lambda: WaitedJobs.of("done", output(A), None).apply(lambda each: each))

    assert [job.name for job in jobs] == ["done"]


@pytest.mark.parametrize(
    ("job", "jobs", "said"),
    [
        (
            lambda: output([A, B]),
            None,
            "job must be a ServiceJob, or the ARN of a service job, got",
        ),
        (lambda: output("train"), None, "got another text"),
        (None, lambda: output(A), "jobs takes a list or a mapping"),
        (None, lambda: output([A, "train"]), "jobs[1] must be"),
        (None, lambda: output([]), "jobs must not be empty"),
    ],
)
def test_what_an_output_holds_is_told_apart_once_it_is_known(
    job: Any, jobs: Any, said: str
) -> None:
    """In the preview, unless it is unknown there."""

    def declare() -> Any:
        return WaitedJobs.of("done", job and job(), jobs and jobs()).arns()

    assert said in refusal(lambda: known(declare))
