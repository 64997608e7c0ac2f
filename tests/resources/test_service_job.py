from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from emulated import PAYLOAD
from lifecycle import Life

from sjresource.errors import RequestFailed
from sjresource.resources.job.job_outputs import OUTPUTS
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.identity import IDENTITY_TAG, RECORDED_TAG, RELEASED_TAG, RUN_TAG

if TYPE_CHECKING:
    from emulated import EmulatedBatch


@pytest.fixture
def jobs(aws: EmulatedBatch) -> ServiceJobProvider:
    """Return the provider as the engine configures it."""
    return aws.provider(ServiceJobProvider)


@pytest.fixture
def queue(aws: EmulatedBatch) -> str:
    """Return the ARN of a queue with room."""
    return aws.make_queue()


def test_create_submits_every_field_under_awss_names(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """What the program says is what Batch gets, numbers as integers."""
    inputs = aws.job(
        queue,
        scheduling_priority=0.0,
        retry_strategy={
            "attempts": 2.0,
            "evaluate_on_exit": [{"action": "EXIT", "on_status_reason": "x*"}],
        },
        timeout_config={"attempt_duration_seconds": 3600.0},
        preemption_configuration={"preemption_retries_before_termination": 1.0},
        tags={"team": "vision"},
    )

    train = Life(jobs, inputs)

    detail = aws.batch.describe_service_job(jobId=train.id)
    assert train.id == detail["jobArn"]
    assert detail["jobName"] == "train"
    assert detail["jobQueue"] == queue
    assert detail["schedulingPriority"] == 0
    assert detail["retryStrategy"] == {
        "attempts": 2,
        "evaluateOnExit": [{"action": "EXIT", "onStatusReason": "x*"}],
    }
    assert detail["timeoutConfig"] == {"attemptDurationSeconds": 3600}
    assert detail["preemptionConfiguration"] == {"preemptionRetriesBeforeTermination": 1}
    assert detail["tags"]["team"] == "vision"
    sent = json.loads(detail["serviceRequestPayload"])
    assert sent["ResourceConfig"]["InstanceCount"] == 1
    assert '"InstanceCount":1,' in detail["serviceRequestPayload"]
    assert sent["TrainingJobName"] == "train"


def test_outputs_tell_where_the_job_stands_and_never_its_payload(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """A described payload would stand in the state in the clear."""
    inputs = aws.job(queue)
    train = Life(jobs, inputs)
    aws.advance(60)
    train.refresh()
    outs = train.outs

    assert outs["status"] == "SUCCEEDED"
    assert outs["created_at"] < outs["scheduled_at"] <= outs["started_at"] < outs["stopped_at"]
    assert outs["latest_attempt"]["service_resource_id"]["name"] == "TrainingJobArn"
    assert not {"attempts", "status_reason", "is_terminated"} & set(outs)
    assert set(outs) <= {*inputs, *OUTPUTS, "orphans", "max_instance_hours", "registered_at"}
    assert outs["service_request_payload"] == PAYLOAD


def test_a_json_payload_makes_the_same_request_as_a_dict(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The second create of the same request finds the first one's job."""
    as_dict = Life(jobs, aws.job(queue))
    as_text = Life(jobs, aws.job(queue, service_request_payload=json.dumps(PAYLOAD)))

    assert as_dict.id == as_text.id
    assert aws.jobs() == 1


def test_read_gives_back_the_stored_inputs(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """A refresh shows no diff, whatever the service has added."""
    inputs = aws.job(queue, tags={"team": "vision"})
    train = Life(jobs, dict(inputs))
    read = train.refresh()

    assert read.id == train.id
    assert read.inputs == train.inputs
    assert not train.diff(inputs).changes


def test_read_takes_a_bare_job_id_and_gives_the_arn(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """`ResourceOptions(id=...)` may name either."""
    train = Life(jobs, aws.job(queue))

    assert jobs.read(train.name, aws.job(queue)).id == train.id


def test_an_expired_record_of_a_finished_job_stays_in_the_state(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Dropping it would train, and pay, again."""
    train = Life(jobs, aws.job(queue))
    aws.advance(60)
    known = dict(train.refresh().outs or {})
    aws.control.forget(train.name, "expire")

    read = train.refresh()

    assert read.id == train.id
    assert read.outs == {**known, "record_expired": True}


def test_a_live_job_that_vanished_leaves_the_state(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The next preview shows a create."""
    train = Life(jobs, aws.job(queue))
    aws.control.forget(train.name, "vanish")

    read = train.refresh()

    assert (read.id, read.outs) == ("", {})


@pytest.mark.parametrize("looks", [1, 5])
def test_a_live_job_that_is_not_shown_for_a_moment_stays_in_the_state(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, looks: int
) -> None:
    """A dropped job would be submitted again, or asked about; the list may show it, or a look."""
    train = Life(jobs, aws.job(queue))
    unknown = {"status": 400, "code": "ClientException", "message": "the job does not exist"}
    aws.control.fault("DescribeServiceJob", "error", count=looks, **unknown)
    if looks > 1:
        denied = {"status": 403, "code": "AccessDeniedException"}
        aws.control.fault("ListServiceJobs", "error", count=None, **denied)

    read = train.refresh()

    assert read.id == train.id
    assert train.outs["status"] not in (None, "FAILED")


def test_a_read_without_an_answer_is_an_error_and_never_a_drop(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Only a definite not-found means gone."""
    train = Life(jobs, aws.job(queue))
    aws.control.fault("DescribeServiceJob", "error", status=403, code="AccessDeniedException")

    with pytest.raises(RequestFailed, match="reading ServiceJob"):
        train.refresh()


def test_priority_and_tags_change_in_place(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The job goes on; our own tags stay on it."""
    olds = aws.job(queue, tags={"team": "vision", "old": "1"})
    news = aws.job(queue, tags={"team": "text", "new": "2"}, scheduling_priority=7.0)
    train = Life(jobs, olds)

    updated = train.update(news)

    detail = aws.batch.describe_service_job(jobId=train.id)
    assert detail["schedulingPriority"] == 7
    tags = detail["tags"]
    assert {tags.pop(mark)[:4] for mark in (IDENTITY_TAG, RUN_TAG, RECORDED_TAG)}
    assert tags == {"team": "text", "new": "2"}
    assert updated["status"] == train.outs["status"]
    assert updated["tags"] == news["tags"]


def test_an_update_of_a_finished_job_is_recorded_whether_it_is_taken_or_not(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Nobody's update should fail for a job that has ended."""
    train = Life(jobs, aws.job(queue))
    aws.advance(60)
    aws.emulator.behaviour.tag_finished_jobs = False
    news = aws.job(queue, tags={"a": "1"}, scheduling_priority=7.0)

    assert train.update(news)["tags"] == {"a": "1"}


def test_delete_ends_a_live_job_and_says_for_whom(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Whoever looks at the job later sees which stack ended it."""
    train = Life(jobs, aws.job(queue))
    train.delete()
    aws.advance(60)

    detail = aws.batch.describe_service_job(jobId=train.id)
    assert detail["status"] == "FAILED"
    assert detail["isTerminated"]
    assert "Pulumi stack acme/vision/prod (resource train)" in detail["statusReason"]
    assert detail["tags"][RELEASED_TAG] == "true"


def test_delete_of_a_finished_or_forgotten_job_succeeds(
    aws: EmulatedBatch,
    jobs: ServiceJobProvider,
    queue: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """There is nothing to end, and nothing to say where that was recorded."""
    train = Life(jobs, aws.job(queue))
    aws.advance(60)
    train.refresh()
    train.delete()
    aws.control.forget(train.name, "expire")
    train.delete()

    assert aws.emulator.calls.counts().get("TerminateServiceJob", 0) == 0
    assert capsys.readouterr().err == ""


def test_rerun_on_failure_replaces_a_failed_job_and_shows_why(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Asked for, and only for a job that has FAILED by now."""
    once, again = aws.job(queue), aws.job(queue, rerun_on_failure=True)
    train = Life(jobs, once)

    assert not train.diff(again).changes
    aws.batch.terminate_service_job(jobId=train.id, reason="tried")
    aws.advance(60)
    assert train.diff(again).replaces == ["status"]
    assert not train.diff(once).changes


def test_a_succeeded_job_never_runs_again_by_itself(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Not even with `rerun_on_failure`."""
    again = aws.job(queue, rerun_on_failure=True)
    train = Life(jobs, again)
    aws.advance(60)

    assert not train.diff(again).changes


def test_a_missing_queue_is_told_in_awss_words(
    aws: EmulatedBatch, jobs: ServiceJobProvider
) -> None:
    """The message names what was done and to which job."""
    with pytest.raises(RequestFailed, match=r"ServiceJob \(train\): ClientException: .*nowhere"):
        Life(jobs, aws.job("nowhere"))


def test_a_job_works_in_the_region_of_its_arn(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The configuration may name another region by now."""
    train = Life(jobs, aws.job(queue))
    elsewhere = aws.provider(ServiceJobProvider)
    elsewhere.settings = type(aws.settings)(**{**vars(aws.settings), "region": "us-east-1"})

    assert elsewhere.read(train.id, train.outs).id == train.id


def test_identity_is_in_the_tags(aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str) -> None:
    """Whoever finds the job finds its stack."""
    train = Life(jobs, aws.job(queue))
    tags = aws.batch.describe_service_job(jobId=train.id)["tags"]

    assert tags[IDENTITY_TAG].startswith("acme/vision/prod/train@")


def test_another_accounts_not_found_is_an_error_and_never_a_drop(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """With the wrong credentials nothing is found, forgotten or set."""
    train = Life(jobs, aws.job(queue))
    aws.control.forget(train.name, "vanish")
    train.id = train.id.replace("123456789012", "999999999999")

    with pytest.raises(
        RequestFailed, match="not found in account 123456789012, but it is in account 9"
    ):
        train.refresh()
    with pytest.raises(RequestFailed, match="use that account's credentials"):
        train.delete()
    with pytest.raises(RequestFailed, match="use that account's credentials"):
        train.update({**train.inputs, "scheduling_priority": 9.0})


@pytest.mark.parametrize(
    ("changed", "name"), [({"region": "us-east-1"}, "region"), ({}, "account")]
)
def test_a_configured_move_is_a_replacement_that_says_so(
    aws: EmulatedBatch,
    jobs: ServiceJobProvider,
    queue: str,
    changed: dict[str, str],
    name: str,
) -> None:
    """A queue that is named without its region is looked for in the configured one."""
    inputs = aws.job("training")
    train = Life(jobs, inputs)
    if name == "account":
        train.id = train.id.replace("123456789012", "999999999999")
    moved = aws.provider(ServiceJobProvider)
    moved.settings = type(aws.settings)(**{**vars(aws.settings), **changed})

    assert moved.diff(train.id, train.outs, inputs).replaces == [name]
    assert queue.startswith(f"arn:aws:batch:{aws.settings.region}:")


def test_a_queue_by_arn_keeps_its_job_where_it_is(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The ARN says the region; the configuration does not move it."""
    inputs = aws.job(queue)
    train = Life(jobs, inputs)
    moved = aws.provider(ServiceJobProvider)
    moved.settings = type(aws.settings)(**{**vars(aws.settings), "region": "us-east-1"})

    assert not moved.diff(train.id, train.outs, inputs).changes


def test_the_state_holds_at_most_2_kb_beside_the_inputs(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The engine writes the whole state at each step: ten long reasons must not bloat it."""
    script = {"outcome": "Failed", "exit_code": 1, "failure_reason": "AlgorithmError: " + "x" * 900}
    aws.control.call("POST", "rules", script=script)
    inputs = aws.job(queue, retry_strategy={"attempts": 10.0})
    train = Life(jobs, inputs)
    aws.advance(600)

    train.refresh()

    assert train.outs["status"] == "FAILED"
    beside = {name: value for name, value in train.outs.items() if name not in inputs}
    assert len(json.dumps(beside)) <= 2048


def test_a_reason_that_quotes_the_payload_is_masked_in_the_state(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """A container may print what it got; the program tells its provider which of it is secret."""
    reason = "AlgorithmError: no entry for user hunter2-s3cret"
    script = {"outcome": "Failed", "exit_code": 1, "failure_reason": reason}
    aws.control.call("POST", "rules", script=script)
    payload = {**PAYLOAD, "Environment": {"PASSWORD": "hunter2-s3cret"}}
    paths = [["service_request_payload", "Environment", "PASSWORD"]]
    train = Life(jobs, aws.job(queue, service_request_payload=payload, secret_paths=paths))
    aws.advance(600)

    train.refresh()

    assert "no entry for user [secret]" in train.outs["status_reason"]
    beside = {name: value for name, value in train.outs.items() if name not in train.inputs}
    assert "hunter2" not in json.dumps(beside)


def test_an_old_job_that_is_unknown_may_have_ended_and_stays(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The state saw it live last, weeks ago: dropping it would train, and pay, again."""
    train = Life(jobs, aws.job(queue))
    aws.control.forget(train.name, "vanish")
    days = 3 * 24 * 3600
    setattr(jobs, "wall_time", lambda: aws.emulator.clock.now() + days)  # noqa: B010 - as emulated.py

    read = train.refresh()

    assert read.id == train.id
    assert train.outs["record_expired"] is True


def test_unchanged_arguments_are_not_checked_again(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """They made the job that there is, whatever a newer botocore thinks; a new run is checked."""
    good = jobs.check({}, aws.job(queue)).inputs
    odd = {**good, "service_request_payload": {**PAYLOAD, "Epochs": "10"}}

    assert jobs.check({}, odd).failures
    assert jobs.check(good, odd).failures
    assert not jobs.check(odd, odd).failures
    assert jobs.check(odd, {**odd, "triggers": ["again"]}).failures
