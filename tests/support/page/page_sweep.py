"""A sweep over a learning rate, in an emulator whose clock only tests move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator_requests import make_environment, make_queue, scripted, submit

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3")
LOSSES = (0.9, 0.5, 0.2, 0.1, 0.012, 0.08, 0.4, 0.8)
FAILED = {10: 7, 11: 12}
"""By the number of a failed run, the epoch in which it failed."""

RESOURCES = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
TRACEBACK = (
    "AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n"
    'ErrorMessage "ValueError: the loss is nan in epoch {} of 30", exit code: 1'
)


def name(number: int) -> str:
    """Return the name of a run: names differ at their ends."""
    return f"imagenet-resnet50-augmented-lr-{number}"


def fill(emulator: Emulator) -> None:
    """Let eight runs succeed, each with its loss, and two fail for reasons that begin alike."""
    make_queue(emulator, make_environment(emulator, "gpus", 20), name="sweeps")
    for number, (rate, loss) in enumerate(zip(RATES, LOSSES, strict=True), 1):
        script = {"running": 60, "metrics": {"loss": loss, "accuracy": 1 - loss / 2}}
        _submit(emulator, number, script, {"learning_rate": rate, "epochs": "30"})
    for number, epoch in FAILED.items():
        reason = TRACEBACK.format(epoch)
        script = {"running": 60, "outcome": "Failed", "failure_reason": reason}
        _submit(emulator, number, script, {"learning_rate": "1"})
    emulator.clock.advance(600)


def _submit(
    emulator: Emulator, number: int, script: dict[str, object], parameters: dict[str, str]
) -> None:
    parameters = {**parameters, "token": "hyper-secret"}
    payload = scripted(script, ResourceConfig=RESOURCES, HyperParameters=parameters)
    submit(emulator, "sweeps", jobName=name(number), serviceRequestPayload=payload)
