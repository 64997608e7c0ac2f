from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from job_programs import PRELUDE, make_queue

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

SECRET = "hunter2-s3cret"
PROGRAM = (
    PRELUDE
    + """
    secret = config.require_secret("password")
    as_text = pulumi.Output.json_dumps(payload(Environment={"PASSWORD": secret}))
    common = dict(job_queue=config.require("queue"), tags={"team": config.require("team")})
    train = sj.ServiceJob(
        "train",
        service_request_payload=payload(
            secret,
            Environment={"PASSWORD": secret, "PLAIN": "1"},
            OutputDataConfig={"S3OutputPath": pulumi.Output.concat("s3://", secret)}),
        **common)
    sj.ServiceJob("as-text", service_request_payload=as_text, **common)
    sj.ServiceJob("tagged", service_request_payload=payload(), job_queue=config.require("queue"),
        tags={"password": secret}, triggers=[secret])
    done = sj.ServiceJobCompletion("trained", job=train)
    pulumi.export("model", done.model_artifacts)
    pulumi.export("results", done.results)
"""
)


def test_a_secret_appears_nowhere_in_the_clear(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Not in state, previews, logs, errors or files, after create, refresh, update and failure."""
    config = {"project:queue": make_queue(cloud), "project:team": "vision"}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    stack.set_config("password", SECRET, secret=True)
    verbose = ("-v=9", "--logtostderr", "--logflow")

    outcomes = [stack.preview("--diff"), stack.up(*verbose)]
    assert outcomes[1].steps[-1] == ("create", "trained")
    stack.program(PROGRAM.replace('"PLAIN": "1"', '"PLAIN": 1'))
    outcomes.append(stack.preview(fails=True))
    cloud.script(outcome="Failed", failure_reason=f"AlgorithmError: {SECRET}", exit_code=1)
    stack.set_config("team", "text")
    stack.program(PROGRAM.replace('"PLAIN": "1"', '"PLAIN": "2"'))
    outcomes += [stack.preview("--refresh", "--diff"), stack.up(fails=True)]
    assert {("update", "as-text"), ("replace", "train")} <= set(outcomes[-1].steps)
    outcomes.append(stack.refresh())
    assert "AlgorithmError: [secret]" in stack.resources()["train"]["outputs"]["status_reason"]

    assert "[secret]" in outcomes[0].stdout
    for outcome in outcomes:
        assert leaks(outcome.stdout) == []
        assert leaks(said_by_us(outcome.stderr)) == []
    assert files_that_leak(stack.folder) == []
    shown = stack.outputs()
    assert shown["model"].startswith(f"s3://{SECRET}/")
    assert shown["results"][0]["model_artifacts"] == shown["model"]
    assert "hunter2" in json.dumps(
        cloud.batch.describe_service_job(jobId=stack.resources()["train"]["id"])[
            "serviceRequestPayload"
        ]
    )


def forms(secret: str) -> list[str]:
    """Return what the secret could be recognised by: itself, encoded, or hashed without a key."""
    raw = secret.encode()
    digests: list[Any] = [hashlib.md5, hashlib.sha1, hashlib.sha256]
    return [
        secret,
        base64.b64encode(raw).decode().rstrip("="),
        raw.hex(),
        *(digest(raw).hexdigest() for digest in digests),
    ]


def leaks(text: str) -> list[str]:
    """Return the lines that hold the secret in any form."""
    return [line[:200] for line in text.splitlines() if any(f in line for f in forms(SECRET))]


def said_by_us(stderr: str) -> str:
    """Leave out the engine's own lines of -v=9, which print every message on its wires."""
    return "\n".join(line for line in stderr.splitlines() if not line.startswith('{"time":'))


def files_that_leak(folder: Path) -> list[str]:
    """Search every file of the stack: state, history, event logs, plugin files."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "stderr":
            content = path.read_bytes().decode(errors="replace")
            found += [f"{path}: {line}" for line in leaks(content)]
    return found
