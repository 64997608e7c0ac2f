"""What a seed draws is thrown at an emulator in a process of its own: it answers, and goes on.

`make fuzz` throws a hundred times as much, and writes the figures into docs/emulator.md.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from emulator_process import EmulatorProcess
from emulator_requests import client, control, payload, submit
from fuzzing import CUT, Fuzzer
from signed_connection import SignedConnection
from withstood import ATTACKS, BEGIN, DOCUMENT, END, Thrown

if TYPE_CHECKING:
    from pathlib import Path

SCALE = int(os.environ.get("SJRESOURCE_FUZZ", "1"))
SEED = int(os.environ.get("SJRESOURCE_FUZZ_SEED", "20261129"))
MEMORY = 400 * 1024 * 1024
"""So much more an emulator may hold after it than before: the records of jobs are kept."""

pytestmark = pytest.mark.timeout(max(300, 150 * SCALE))


def state(emulator: EmulatorProcess, jobs: list[str]) -> dict[str, Any]:
    """Return all that was acknowledged, as Batch describes it."""
    batch = client(emulator, "batch")
    connection = SignedConnection(emulator.url, emulator.credentials)
    found: dict[str, Any] = {}
    for job in jobs:
        asked = json.dumps({"jobId": job}).encode()
        status, answer = connection.send("POST", "/v1/describeservicejob", asked)
        found[job] = (status, json.loads(answer).get("jobArn"))
    connection.close()
    for method, member, key in (
        ("describe_job_queues", "jobQueues", "jobQueueArn"),
        ("describe_service_environments", "serviceEnvironments", "serviceEnvironmentArn"),
        ("list_scheduling_policies", "schedulingPolicies", "arn"),
    ):
        found[method] = sorted(
            each[key]
            for page in batch.get_paginator(method).paginate()
            for each in page[member]
            if not each[key].startswith("arn:aws:batch:us-east-1:123456789012:compute")
        )
    return found


def goes_on(emulator: EmulatorProcess) -> bool:
    """Return whether a new queue still runs a job to its end, by the clock's own thread."""
    batch = client(emulator, "batch")
    asked = (emulator.url, emulator.credentials, "POST", "clock")
    control(*asked, {"rate": 0})
    batch.create_service_environment(
        serviceEnvironmentName="last",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}],
    )
    control(*asked, {"advance": 1})
    batch.create_job_queue(
        jobQueueName="last",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "last"}],
    )
    control(*asked, {"advance": 1})
    job = submit(emulator, "last", serviceRequestPayload=payload())
    control(*asked, {"rate": 100})
    for _ in range(400):
        if batch.describe_service_job(jobId=job)["status"] == "SUCCEEDED":
            return True
        control(*asked, {"rate": 100})
    return False


def test_nothing_that_is_thrown_at_it_stops_the_emulator(
    tmp_path: Path, thrown: list[Thrown]
) -> None:
    """No answer of 500, no traceback, no dead thread, memory in bounds, and nothing is lost."""
    with EmulatorProcess(tmp_path, "--clock-rate", "0") as emulator:
        process = psutil.Process(emulator.pid)
        connection = SignedConnection(emulator.url, emulator.credentials)
        page = emulator.second_line.removeprefix("page: ")
        fuzzer = Fuzzer(connection, emulator.url, page, SEED)
        fuzzer.make_scene()
        fuzzer.batch(20)
        before, threads = process.memory_info().rss, process.num_threads()
        tried = {
            "calls of every operation in Batch's model, right and wrong": fuzzer.batch(200 * SCALE),
            "calls of S3, Logs, SageMaker, STS and IAM": fuzzer.services(75 * SCALE),
            "orders to every route under `/_emulator/`": fuzzer.control(150 * SCALE),
            "visits to every route of the page": fuzzer.page(100 * SCALE),
            "jobs with drawn payloads and scripts, while time passes": fuzzer.scripts(30 * SCALE),
            "raw requests that are hardly HTTP": fuzzer.raw(75 * SCALE),
            "scenarios of `simulate`": fuzzer.scenarios(30 * SCALE),
        }
        grown = process.memory_info().rss - before
        all_there = process.num_threads() >= threads
        went_on = goes_on(emulator)
        control(emulator.url, emulator.credentials, "POST", "clock", {"rate": 0})
        known = state(emulator, fuzzer.submitted)
        connection.close()
        emulator.kill()
    said = "".join(emulator.said)
    with EmulatorProcess(tmp_path, "--clock-rate", "0") as emulator:
        kept = state(emulator, fuzzer.submitted)

    for what, answers in tried.items():
        thrown.append(Thrown(what, sum(answers.values()), answers))
    failures = {what: answers[500] for what, answers in tried.items() if answers[500]}
    assert (failures, "Traceback" in said) == ({}, False), said[-6000:]
    assert all(answers[CUT] == 0 for what, answers in tried.items() if "raw" not in what), tried
    assert (went_on, all_there) == (True, True)
    assert grown < MEMORY
    assert kept == known
    thrown.append(Thrown("`kill -9` after all that", 1, {"kept": len(kept)}))


@pytest.mark.skipif("SJRESOURCE_FUZZ" in os.environ, reason="this run writes it")
def test_the_document_has_what_a_run_has_shown() -> None:
    """Each attack has a row in which all cases held, and nothing that was drawn gave a 500."""
    table = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]

    for attack in ATTACKS:
        (row,) = (line for line in table.splitlines() if line.startswith(f"| {attack.what} |"))
        held, _, tried = row.split("|")[-2].strip().partition(" of ")
        assert held == tried != "0", row
    drawn = re.findall(r"refused, (\d+) of 500\b", table)
    assert drawn == ["0"] * 7
