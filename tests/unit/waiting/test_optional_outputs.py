from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from sjresource.waiting.optional_outputs import (
    AbsentError,
    OptionalOutput,
    read_member,
    read_of_many,
    read_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DONE = {
    "job_name": "train", "status": "SUCCEEDED", "model_artifacts": "s3://b/m",
    "final_metrics": {"loss": 0.5, "f1": 0.9},
}  # fmt: skip
FAILED = {"job_name": "train", "status": "FAILED"}
SAID = "reading ServiceJobCompletion (trained): "


def come_to(record: dict[str, Any], name: str, use: Callable[[Any], Any]) -> Any:
    """Use an output of a completion with this record; Outputs need a loop to be made in."""

    async def program() -> Any:
        output: Any = OptionalOutput(
            pulumi.Output.from_input(1).apply(lambda _: read_member("trained", record, name))
        )
        used = use(output)
        return await used.future()

    return asyncio.run(program())


def test_an_absent_metric_says_which_there_are() -> None:
    """And what makes them; of no metrics at all it says that there are none."""
    with pytest.raises(AbsentError) as raised:
        come_to(DONE, "final_metrics", lambda metrics: metrics["accuracy"])
    assert str(raised.value).startswith(
        f"{SAID}no metric 'accuracy' is recorded of ServiceJob (train), only f1, loss; "
        "MetricDefinitions"
    )

    with pytest.raises(AbsentError) as raised:
        come_to(FAILED, "final_metrics", lambda metrics: metrics["accuracy"])
    assert str(raised.value).startswith(
        f"{SAID}no metric is recorded of ServiceJob (train), which is FAILED; MetricDefinitions"
    )


@pytest.mark.parametrize("record", [DONE, FAILED])
def test_a_metric_that_may_be_absent_is_read_with_get(record: dict[str, Any]) -> None:
    """As from a dict."""
    assert come_to(record, "final_metrics", lambda metrics: metrics.get("accuracy")) is None
    assert come_to(record, "final_metrics", lambda metrics: metrics.get("accuracy", 0.0)) == 0.0


def test_what_pulumis_own_functions_make_of_an_absent_output_is_as_the_documents_say() -> None:
    """They take the bare value; `apply` speaks, and what looks first goes on."""
    with pytest.raises(TypeError, match="sequence item 0: expected str instance, NoneType found"):
        come_to(FAILED, "model_artifacts", lambda uri: pulumi.Output.concat(uri, "/x"))
    with pytest.raises(TypeError, match="sequence item 0: expected str instance, NoneType found"):
        come_to(FAILED, "model_artifacts", lambda uri: pulumi.Output.all(uri).apply("".join))
    assert (
        come_to(FAILED, "model_artifacts", lambda uri: pulumi.Output.format("{0}/x", uri))
        == "None/x"
    )

    with pytest.raises(AbsentError) as raised:
        come_to(FAILED, "model_artifacts", lambda uri: uri.apply(lambda it: f"{it}/x"))
    assert str(raised.value).startswith(f"{SAID}model_artifacts is None, as ServiceJob (train) is")
    assert (
        come_to(
            FAILED, "model_artifacts", lambda uri: uri.apply(lambda it: f"{it}/x" if it else "none")
        )
        == "none"
    )


def test_what_is_there_is_read_as_before() -> None:
    """A mapping is a dict, a text a text."""
    assert come_to(DONE, "final_metrics", lambda metrics: metrics["loss"]) == 0.5
    assert come_to(DONE, "final_metrics", lambda metrics: metrics) == {"loss": 0.5, "f1": 0.9}
    assert (
        come_to(DONE, "model_artifacts", lambda uri: uri.apply(lambda it: f"{it}/x"))
        == "s3://b/m/x"
    )
    assert (
        come_to(DONE, "model_artifacts", lambda uri: pulumi.Output.concat(uri, "/x"))
        == "s3://b/m/x"
    )


@pytest.mark.parametrize(
    "use",
    [
        lambda uri: f"{uri}/data",
        lambda uri: uri + "/data",
        lambda uri: uri.split("/"),
        lambda uri: uri[0],
        "/".join,
        float,
    ],
)
def test_none_that_is_used_as_a_value_is_told(use: Callable[[Any], Any]) -> None:
    """The model of a failed job, put into a text: not as `None/data`."""
    with pytest.raises(AbsentError) as raised:
        come_to(FAILED, "model_artifacts", lambda uri: uri.apply(use))

    assert str(raised.value) == (
        f"{SAID}model_artifacts is None, as ServiceJob (train) is FAILED; look whether it is None "
        "before it is used"
    )


@pytest.mark.parametrize(
    "use", [lambda uri: uri, lambda uri: uri or "none yet", lambda uri: uri is None]
)
def test_a_program_that_looks_for_none_goes_on(use: Callable[[Any], Any]) -> None:
    """It gets what it always got."""
    found = come_to(FAILED, "model_artifacts", lambda uri: uri.apply(use))

    assert found == use(None)
    assert come_to(FAILED, "model_artifacts", pulumi.Output.all) == [None]


def test_a_record_among_results_tells_of_what_it_lacks() -> None:
    """By the names that the outputs have."""
    record = read_record("trained", FAILED)

    assert record.get("model_artifacts") is None
    with pytest.raises(AbsentError, match="model_artifacts is None, as ServiceJob"):
        record["model_artifacts"]
    with pytest.raises(AbsentError, match="no metric 'accuracy'"):
        read_record("trained", DONE)["final_metrics"]["accuracy"]
    with pytest.raises(KeyError):
        record["final_metrics"]


def test_what_tells_of_one_job_says_so_of_many() -> None:
    """The results have it of each."""
    assert read_of_many("all", "model_artifacts", 3).absence == (
        "reading ServiceJobCompletion (all): model_artifacts is of one job, and this completion "
        "waits for 3; see its results"
    )
