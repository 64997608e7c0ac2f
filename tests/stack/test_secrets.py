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
LATER = "correct-horse"
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
    later = config.get("later")
    sj.ServiceJob(
        "later", service_request_payload=payload(later), job_queue=config.require("queue"))
    sj.ServiceJob("as-text", service_request_payload=as_text, **common)
    sj.ServiceJob("tagged", service_request_payload=payload(), job_queue=config.require("queue"),
        tags={"password": secret}, triggers=[secret])
    done = sj.ServiceJobCompletion("trained", job=train)
    pulumi.export("model", done.model_artifacts)
    pulumi.export("results", done.results)
"""
)


def test_a_secret_appears_nowhere_in_the_clear(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Not in state, previews, logs, errors or files, after create, refresh, update and failure.

    What becomes a secret later is one in the state by then, and nothing runs again for it.
    """
    config = {"project:queue": make_queue(cloud), "project:team": "vision", "project:later": LATER}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    stack.set_config("password", SECRET, secret=True)
    verbose = ("-v=9", "--logtostderr", "--logflow")

    outcomes = [stack.preview("--diff"), stack.up(*verbose)]
    assert outcomes[1].steps[-1] == ("create", "trained")
    later = stack.resources()["later"]
    assert LATER in json.dumps(later["outputs"])
    stack.program(PROGRAM.replace('"PLAIN": "1"', '"PLAIN": 1'))
    outcomes.append(stack.preview(fails=True))
    cloud.script(outcome="Failed", failure_reason=f"AlgorithmError: {SECRET}", exit_code=1)
    stack.set_config("team", "text")
    changed = PROGRAM.replace('"PLAIN": "1"', '"PLAIN": "2"')
    stack.program(changed.replace('config.get("later")', 'config.get_secret("later")'))
    outcomes.append(stack.up("--refresh", "--diff", fails=True))
    assert {("update", "as-text"), ("update", "later"), ("replace", "train")} <= set(
        outcomes[-1].steps
    )
    assert stack.resources()["later"]["id"] == later["id"]
    assert LATER not in json.dumps(stack.resources()["later"])
    said = outcomes[-1].stdout + said_by_us(outcomes[-1].stderr)
    (line,) = [each for each in said.splitlines() if LATER in each]
    assert line.endswith(f'"{LATER}" => [secret]')  # the engine's, of what was none
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
