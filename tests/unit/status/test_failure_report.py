from __future__ import annotations

from waiting_fakes import FakeBatch, FakeTraining, arn, fake_clients, started

from sjresource.errors import RequestFailed
from sjresource.status.evidence import Evidence, gather_evidence
from sjresource.status.failure_report import (
    earlier_run_warning,
    failure_message,
    headlines,
    how_to_rerun,
    how_to_terminate,
    lost_lines,
    recorded_failures,
    timeout_message,
)
from sjresource.status.masking import Mask

URN = "urn:pulumi:dev::vision::pulumi-python:dynamic/sjresource:ServiceJob::train"
AGAIN = how_to_rerun(URN)
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/q"
FAILED = started(
    "FAILED",
    "t1",
    jobArn=arn("a"),
    jobQueue=QUEUE,
    statusReason="Received status from SageMaker: AlgorithmError: no cheese, token hush",
    retryStrategy={"attempts": 2},
    attempts=[
        {"startedAt": 1000, "stoppedAt": 61_000, "statusReason": "CapacityError: none"},
        {"startedAt": 70_000, "stoppedAt": 250_000, "statusReason": "AlgorithmError: no cheese"},
    ],
)
HEADLINE = "waiting for ServiceJob (train): FAILED on attempt 2 of 2: "
TRAINING = {"FailureReason": "AlgorithmError: no cheese, token hush\nFile train.py, line 3"}


def test_a_failure_ends_the_search() -> None:
    """Which job, every attempt, both services' reasons, the log's end, links, what to try."""
    evidence = Evidence(FAILED, TRAINING, "t1/algo-1-9", ("epoch 9", "hush: no cheese"))

    message = failure_message("train", evidence, Mask(["hush"]), AGAIN)

    assert message.splitlines()[:11] == [
        f"{HEADLINE}AlgorithmError: no cheese, token [secret]",
        "  attempts:",
        "    1  ran 60 s  CapacityError: none",
        "    2  ran 3 min  AlgorithmError: no cheese",
        "  SageMaker says:",
        "    AlgorithmError: no cheese, token [secret]",
        "    File train.py, line 3",
        "  last lines of the log (/aws/sagemaker/TrainingJobs, t1/algo-1-9):",
        "    | epoch 9",
        "    | [secret]: no cheese",
        f"  job: {arn('a')}",
    ]
    assert "hush" not in message
    assert "  training job: https://us-east-1.console.aws.amazon.com/sagemaker" in message
    assert "  to try: the training code failed: its log says where" in message
    assert message.splitlines()[-1] == f"  to run it again: {AGAIN}"


def test_the_log_is_read_again_because_it_lags() -> None:
    """The last lines, which matter most, come last."""
    training = FakeTraining({"t1": TRAINING}, {"t1/algo-2-9": ["two"], "t1/algo-1-9": ["early"]})

    def lag(_seconds: float) -> None:
        training.streams["t1/algo-1-9"] += ["later", "latest"]

    evidence = gather_evidence(fake_clients(FakeBatch({}), training), FAILED, 2, lag)

    assert (evidence.log_stream, evidence.log_lines) == ("t1/algo-1-9", ("later", "latest"))
    assert evidence.training_job == TRAINING


def test_evidence_that_is_denied_is_named_and_the_rest_shown() -> None:
    """A poorer answer is better than none."""
    denied = RequestFailed("reading", "TrainingJob", "t1", "denied", code="AccessDeniedException")
    training = FakeTraining({}, refusing=denied)

    message = failure_message(
        "train",
        gather_evidence(fake_clients(FakeBatch({}), training), FAILED, 2, lambda _: None),
        Mask(),
        AGAIN,
    )

    assert "FAILED on attempt 2 of 2: Received status from SageMaker: AlgorithmError" in message
    assert "  not read: reading TrainingJob (t1): denied" in message
    assert "  no log lines yet in /aws/sagemaker/TrainingJobs" in message


def test_a_job_that_never_started_has_no_log() -> None:
    """Nothing is asked of SageMaker for it."""
    training = FakeTraining({})
    detail = {"status": "FAILED", "statusReason": "cancelled while RUNNABLE", "jobArn": arn("a")}

    message = failure_message(
        "train",
        gather_evidence(fake_clients(FakeBatch({}), training), detail, 2, lambda _: None),
        Mask(),
        AGAIN,
    )

    assert "FAILED on attempt 1 of 1: cancelled while RUNNABLE" in message
    assert "log" not in message
    assert training.calls == []


def test_many_failures_take_a_line_each_and_no_more_than_twenty() -> None:
    """A sweep of 500 that all fail still fits a screen."""
    lines = headlines([(f"job{i}", Evidence(FAILED)) for i in range(497)], Mask(["hush"]))

    assert len(lines) == 21
    assert lines[-1] == "… and 477 more"
    assert all("hush" not in line for line in lines)


def test_a_timeout_says_that_the_job_goes_on_and_how_to_stop_it() -> None:
    """And names a job that just waits for capacity as that."""
    waiting = {"status": "RUNNABLE", "statusReason": "MISCONFIGURATION:SERVICE_ENVIRONMENT"}

    message = timeout_message(7200, [("train", waiting, arn("a")), ("other", None, arn("b"))])

    still, capacity, *rest = message.splitlines()
    reason = "MISCONFIGURATION:SERVICE_ENVIRONMENT"
    assert still == (
        f"waiting for ServiceJob (train and 1 more): still RUNNABLE: {reason}, after 2 h"
    )
    assert "it has waited for capacity all that time, and will wait for ever" in capacity
    assert rest == [
        "  the wait has ended, not the job: the next `pulumi up` goes on waiting",
        (
            "  to stop the job: aws batch terminate-service-job --job-id a "
            "--reason 'took too long' --region us-east-1"
        ),
    ]


def test_what_a_record_lacks_is_said_in_every_up() -> None:
    """Failures that were taken as outcomes, and what could not be read."""
    outcome = {
        "results": [
            {"job": arn("a"), "status": "SUCCEEDED"},
            {"job": arn("b"), "status": "FAILED", "failure_reason": "no cheese\nmore"},
        ],
        "unread": ["reading TrainingJob (t): denied"],
    }

    failed, unread = recorded_failures(outcome)
    assert failed == "recording ServiceJob (b): FAILED: no cheese"
    assert unread.startswith("reading TrainingJob (t): denied; the record lacks this")
    assert list(recorded_failures({})) == []


def test_how_to_run_a_job_again_is_said_with_what_can_be_typed() -> None:
    """Its URN, and nothing that is set already or that is not so."""
    assert (
        "change its request or `triggers`, set `rerun_on_failure=True`, or `pulumi up --replace "
        f"'{URN}'`; until then every `pulumi up` ends like this"
    ) == AGAIN
    assert "or `sjresource rerun 'a b'`; until" in how_to_rerun(URN, "a b")
    assert "ends like this" not in how_to_rerun(URN, fails_up=False)
    assert how_to_rerun(URN, reruns=True) == "`pulumi up`, as its `rerun_on_failure` is set"
    assert how_to_rerun(None) == "in the program that declares it"


def test_a_live_job_is_stopped_by_the_command_where_it_is_there() -> None:
    """One of another program is not the stack's: AWS's own command stops it."""
    assert how_to_terminate("train", arn("a")) == "sjresource terminate train"
    assert how_to_terminate(None, arn("a")).startswith("aws batch terminate-service-job --job-id a")


def test_a_run_that_did_not_wait_says_whose_outputs_there_are() -> None:
    """Only where they are of other jobs than those that the program has by now."""
    outcome = {"results": [{"job": arn("old")}]}

    assert earlier_run_warning(outcome, [arn("new")], "SJRESOURCE_WAIT=0") == (
        "this run did not wait (SJRESOURCE_WAIT=0): the outputs are those of an earlier run, of "
        "other jobs; the next `pulumi up` that waits records these"
    )
    assert earlier_run_warning(outcome, [arn("old")], "") is None
    assert earlier_run_warning(None, [arn("new")], "") is None


def test_jobs_that_are_lost_have_a_line_each_up_to_three() -> None:
    """All others share one."""
    lost = [(f"job-{i}", "it is not shown") for i in range(5)]

    assert list(lost_lines(lost[:1])) == ["waiting for ServiceJob (job-0): it is not shown"]
    assert list(lost_lines(lost))[3:] == ["… and 2 more jobs are not shown any more"]
    assert list(lost_lines([])) == []
