from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime import rpc
from waiting_fakes import FakeBatch, FakeTraining, arn, fake_clients, started

from sjresource.aws.waiters import WaiterClock
from sjresource.errors import NotFound, RequestFailed, Unreachable
from sjresource.waiting.record import fill_in_recorded, quotes_secrets, record

JOBS = [arn("a"), arn("b"), arn("c")]
ENDED = ["SUCCEEDED", "FAILED", "SUCCEEDED"]


def inputs(statuses: Any, jobs: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """Return a completion's inputs as `check` gets them."""
    return {"identity": "i", "jobs": jobs or JOBS, "statuses": statuses, **more}


def statuses_kept(olds: dict[str, Any], news: dict[str, Any]) -> Any:
    """Return the statuses that `check` makes, of inputs that it accepts."""
    kept, failures = fill_in_recorded(olds, news)
    assert failures == []
    return kept.get("statuses")


def test_a_preview_knows_what_is_recorded_of_the_same_jobs() -> None:
    """And shows no change; of other jobs, or more of them, it knows nothing."""
    olds = inputs(ENDED, min_succeeded=2)

    assert statuses_kept(olds, inputs(rpc.UNKNOWN, min_succeeded=2.0)) == ENDED
    assert statuses_kept(olds, inputs(rpc.UNKNOWN)) == rpc.UNKNOWN
    assert statuses_kept(olds, inputs(rpc.UNKNOWN, jobs=[rpc.UNKNOWN] * 3)) == rpc.UNKNOWN
    assert statuses_kept({}, inputs(rpc.UNKNOWN)) == rpc.UNKNOWN


def test_a_run_that_does_not_wait_keeps_the_record_of_other_jobs_too() -> None:
    """What depends on the old model stays as it is."""
    olds = inputs(ENDED, min_succeeded=1, secret_values=["hush"])
    kept, _ = fill_in_recorded(
        olds, {"identity": "new", "jobs": [arn("new")], "on_failure": "record"}
    )

    assert kept == {**olds, "identity": "new"}


def test_a_run_that_does_not_wait_records_nothing_where_nothing_is_recorded() -> None:
    """The next run that waits finds it as it was."""
    kept, failures = fill_in_recorded({}, {"identity": "i", "jobs": JOBS})

    assert (kept, failures) == ({"identity": "i", "jobs": JOBS}, [])
    assert record(fake_clients(FakeBatch({}), FakeTraining({})), kept, {}) == {}


def test_what_is_final_stays() -> None:
    """Enough succeeded: jobs that end later are no change."""
    olds = inputs(["SUCCEEDED", "RUNNING", "RUNNING"], min_succeeded=1)

    assert statuses_kept(olds, inputs(ENDED, min_succeeded=1)) == olds["statuses"]
    assert statuses_kept(olds, inputs(ENDED, min_succeeded=2)) == ENDED


def test_a_failure_is_final_only_where_it_is_to_be_recorded() -> None:
    """One that ended the wait has other jobs beside it that went on."""
    cut_off, over = ["RUNNING", "FAILED", "SUCCEEDED"], ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    wanted: dict[str, Any] = {"min_succeeded": 3, "on_failure": "record"}

    assert statuses_kept(inputs(cut_off), inputs(over)) == over
    assert statuses_kept(inputs(cut_off), inputs(over, on_failure="record")) == over
    assert statuses_kept(inputs(cut_off, **wanted), inputs(over, **wanted)) == cut_off


def test_a_forgotten_job_keeps_how_it_ended() -> None:
    """Even in another list of jobs: a sweep grows long after its first jobs expired."""
    more = [*JOBS, arn("d")]
    filled = statuses_kept(
        inputs(ENDED, on_failure="record"),
        inputs([None, None, None, "SUCCEEDED"], jobs=more, on_failure="record"),
    )

    assert filled == [*ENDED, "SUCCEEDED"]


@pytest.mark.parametrize(
    ("statuses", "more", "complains"),
    [
        (["SUCCEEDED", None, "SUCCEEDED"], {}, True),
        (["SUCCEEDED", None, "SUCCEEDED"], {"min_succeeded": 2}, False),
        (["FAILED", None, "FAILED"], {"min_succeeded": 2, "on_failure": "record"}, False),
        (["FAILED", None, "FAILED"], {"on_failure": "record"}, True),
    ],
)
def test_a_forgotten_job_is_an_error_if_the_answer_hangs_on_it(
    statuses: list[str | None], more: dict[str, Any], *, complains: bool
) -> None:
    """Gone with nothing recorded says so, with what to do; and again in the next `up`."""
    _, failures = fill_in_recorded({}, inputs(statuses, **more))
    _, later = fill_in_recorded(inputs(statuses, **more), inputs(statuses, **more))

    assert bool(failures) is complains
    assert [each.reason for each in later] == [each.reason for each in failures]
    if complains:
        assert failures[0].reason.startswith("Batch no longer knows ServiceJob (b), and how it")


def test_a_forgotten_job_is_named_as_it_can_be_replaced() -> None:
    """By the name in the URN that the program tells; else where it is declared."""
    told: list[Any] = ["SUCCEEDED", {"urn": "urn:pulumi:x::y::t::train"}, "SUCCEEDED"]
    filled, (failure,) = fill_in_recorded({}, inputs(told))
    _, (other,) = fill_in_recorded({}, inputs(["SUCCEEDED", None, "SUCCEEDED"]))

    assert failure.reason.endswith("change its `triggers` or `sjresource rerun train`")
    assert filled["statuses"] == ["SUCCEEDED", None, "SUCCEEDED"]
    assert other.reason.endswith(
        "does not run any more, it can be run again in the program that declares it"
    )
    assert statuses_kept(inputs(ENDED), inputs(told)) == ENDED


def test_the_record_tells_of_each_job_in_the_order_given() -> None:
    """With its model, metrics and times, and a sum of them all."""
    batch = FakeBatch(
        {
            "a": started("SUCCEEDED", "ta", jobName="train-a", statusReason="done"),
            "b": {"status": "FAILED", "statusReason": "no hush"},
        }
    )
    training = FakeTraining(
        {
            "ta": {
                "ModelArtifacts": {"S3ModelArtifacts": "s3://models/a"},
                "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.5}],
                "TrainingTimeInSeconds": 60,
                "BillableTimeInSeconds": 40,
            }
        },
        {"ta/algo-1-9": []},
    )
    props = inputs(["SUCCEEDED", "FAILED", "RUNNING"], min_succeeded=1.0, secret_values=["hush"])

    outcome = record(fake_clients(batch, training), props, {})["outcome"]

    assert outcome["status"] == "SUCCEEDED"
    assert outcome["summary"] == {"jobs": 3, "succeeded": 1, "failed": 1, "unfinished": 1}
    first, second, third = outcome["results"]
    assert first["model_artifacts"] == "s3://models/a"
    assert first["final_metrics"] == {"loss": 0.5}
    assert (first["training_seconds"], first["billable_seconds"]) == (60, 40)
    assert (first["training_job_name"], first["job_name"]) == ("ta", "train-a")
    assert first["log_stream"] == "ta/algo-1-9"
    assert second["status_reason"] == "no [secret]"
    assert third == {"job": arn("c"), "status": "RUNNING"}


def passing() -> WaiterClock:
    """Return a clock whose time passes while somebody waits for it."""
    seconds = [0.0]

    def sleep(more: float) -> None:
        seconds[0] += more

    return WaiterClock(lambda: seconds[0], sleep)


def test_what_is_made_of_secrets_is_withheld_from_the_record() -> None:
    """The model's place, and the names of metrics, stand where the engine encrypts them."""
    trained = {
        "ModelArtifacts": {"S3ModelArtifacts": "s3://hush/job/model.tar.gz"},
        "FinalMetricDataList": [{"MetricName": "hush:loss", "Value": 0.5}],
        "FailureReason": "no hush",
    }
    cloud = fake_clients(FakeBatch({"a": started("FAILED", "ta")}), FakeTraining({"ta": trained}))
    props = inputs(["FAILED"], jobs=[arn("a")], secret_values=["hush"])

    recorded = record(cloud, props, {})

    (shown,) = recorded["outcome"]["results"]
    assert "hush" not in str(shown)
    assert shown["secret_members"] == ["final_metrics", "model_artifacts"]
    assert recorded["secret_results"] == {
        arn("a"): {
            "final_metrics": {"hush:loss": 0.5},
            "model_artifacts": "s3://hush/job/model.tar.gz",
        }
    }
    assert not quotes_secrets(recorded, props)
    later = record(fake_clients(FakeBatch({}), FakeTraining({})), props, recorded)
    assert later == recorded


def test_a_record_of_an_earlier_version_that_quotes_a_secret_is_made_anew() -> None:
    """Also one of a value that is a secret since; where nothing is, nothing is looked at."""
    result = {"job": arn("a"), "status": "SUCCEEDED", "model_artifacts": "s3://hush/m"}
    olds = {"outcome": {"results": [result]}}

    assert quotes_secrets(olds, inputs(["SUCCEEDED"], secret_values=["hush"]))
    assert not quotes_secrets(olds, inputs(["SUCCEEDED"], secret_values=["other"]))
    assert not quotes_secrets(olds, inputs(["SUCCEEDED"]))
    assert not quotes_secrets(olds, inputs(None, secret_values=["hush"]))


def test_a_job_that_is_gone_by_then_keeps_its_old_record() -> None:
    """Batch forgets; the state does not."""
    olds = {"outcome": {"results": [{"job": arn("a"), "status": "SUCCEEDED", "job_name": "old"}]}}
    props = inputs(["SUCCEEDED", "SUCCEEDED"], jobs=[arn("a"), arn("new")])
    batch = fake_clients(FakeBatch({}), FakeTraining({}))

    outcome = record(batch, props, olds, passing())["outcome"]

    assert [result["job_name"] for result in outcome["results"]] == ["old", "new"]


def test_a_training_job_that_is_gone_costs_only_what_sagemaker_alone_knew() -> None:
    """Batch may delete it; the job has still succeeded, and what was recorded before stays."""
    batch = FakeBatch({"a": started("SUCCEEDED", "ta", statusReason="done")})
    training = FakeTraining({}, {"ta/algo-1-9": []})
    props = inputs(["SUCCEEDED"], jobs=[arn("a")])
    recorded = {"job": arn("a"), "status": "SUCCEEDED", "model_artifacts": "s3://models/a"}

    (fresh,) = record(fake_clients(batch, training), props, {})["outcome"]["results"]
    olds = {"outcome": {"results": [recorded]}}
    outcome = record(fake_clients(batch, training), props, olds)["outcome"]

    assert (fresh["status"], fresh["status_reason"]) == ("SUCCEEDED", "done")
    assert (fresh["training_job_name"], fresh["log_stream"]) == ("ta", "ta/algo-1-9")
    assert "model_artifacts" not in fresh
    assert "unread" not in outcome
    assert outcome["results"] == [{**fresh, "model_artifacts": "s3://models/a"}]


def test_a_job_that_ended_and_is_not_shown_is_asked_for_again() -> None:
    """One not-found must not lose the model's place for ever; nor is the record open for ever."""

    class Blinking(FakeBatch):
        """Does not show jobs at the first three looks."""

        def find_service_job(self, job: str) -> dict[str, Any]:
            if self.calls.count("describe") < 3:
                self.calls.append("describe")
                raise NotFound("reading", "ServiceJob", job)
            return super().find_service_job(job)

    props = inputs(["SUCCEEDED"], jobs=[arn("a")])
    training = FakeTraining({})

    def record_from(batch: FakeBatch, olds: dict[str, Any]) -> dict[str, Any]:
        recorded = record(fake_clients(batch, training), props, olds, passing())
        return dict(recorded["outcome"])

    seen = record_from(Blinking({"a": {"status": "SUCCEEDED", "jobName": "train-a"}}), {})
    assert "unread" not in seen
    assert seen["results"][0]["job_name"] == "train-a"

    unseen = record_from(FakeBatch({}), {})
    said = f"reading ServiceJob ({arn('a')}): DescribeServiceJob does not show it"
    assert unseen["unread"] == [said]
    assert "unread" not in record_from(FakeBatch({}), {"outcome": unseen})


@pytest.mark.parametrize(
    "error",
    [
        RequestFailed("reading", "TrainingJob", "ta", "hush", code="AccessDeniedException"),
        Unreachable("reading", "TrainingJob", "ta", "hush"),
    ],
)
def test_what_could_not_be_read_is_named(error: Exception) -> None:
    """So that the next `up` asks again; the model's place would else be missing for ever."""
    batch = FakeBatch({"a": started("SUCCEEDED", "ta")})
    training = FakeTraining({}, refusing=error)  # type: ignore[arg-type] # one of our own

    props = inputs(["SUCCEEDED"], jobs=[arn("a")], secret_values=["hush"])
    outcome = record(fake_clients(batch, training), props, {})["outcome"]

    assert outcome["unread"] == ["reading TrainingJob (ta): [secret]"]
    assert outcome["status"] == "SUCCEEDED"
