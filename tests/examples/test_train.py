"""The example's training script, run as a SageMaker container would run it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "train.py"
DATA = SCRIPT.parent / "data"


@dataclass
class Container:
    """The folders that the script's variables name."""

    root: Path

    def train(self, python: str, **hyperparameters: str) -> subprocess.CompletedProcess[str]:
        """Run the script to its end in the contract's folders."""
        for folder in ("config", "model", "output"):
            (self.root / folder).mkdir()
        (self.root / "config" / "hyperparameters.json").write_text(json.dumps(hyperparameters))
        variables = {
            "SM_INPUT_CONFIG_DIR": f"{self.root}/config",
            "SM_CHANNEL_TRAINING": f"{DATA}",
            "SM_MODEL_DIR": f"{self.root}/model",
            "SM_OUTPUT_DIR": f"{self.root}/output",
        }
        return subprocess.run(
            [python, str(SCRIPT)],
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def container(tmp_path: Path) -> Container:
    """A container whose folders are not there yet."""
    return Container(tmp_path)


def test_loss_is_printed_as_it_falls(container: Container) -> None:
    """Every tenth epoch prints a loss, in the form that the metric definitions expect."""
    result = container.train(sys.executable, epochs="30", learning_rate="0.5")

    losses = [line.split(" loss=") for line in result.stdout.splitlines() if " loss=" in line]
    values = [float(value) for _, value in losses]
    assert [label for label, _ in losses] == ["epoch 10", "epoch 20", "epoch 30"]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3


def test_written_model_names_held_out_penguins(container: Container, script: Any) -> None:
    """A model read back from model.json is right about more than nine held-out birds in ten."""
    result = container.train(sys.executable, epochs="60")
    model = script.load_model(container.root / "model" / "model.json")

    _, held_out = script.split(script.read_penguins(DATA / "penguins.csv"))
    share = script.accuracy(model, held_out)
    assert share > 0.9
    assert f"accuracy={share:.4f}" == result.stdout.splitlines()[-1]


def test_hyperparameters_change_the_model(script: Any) -> None:
    """More epochs give another model, so that a changed hyperparameter is worth a run."""
    penguins, _ = script.split(script.read_penguins(DATA / "penguins.csv"))

    assert script.train(penguins, 1, 0.5) != script.train(penguins, 2, 0.5)


def test_birds_with_missing_measurements_are_left_out(script: Any) -> None:
    """Two of the 344 birds were never measured."""
    assert len(script.read_penguins(DATA / "penguins.csv")) == 342


def test_failure_file_says_why(container: Container) -> None:
    """What went wrong stands in the failure file, and the exit code is not 0."""
    result = container.train(sys.executable, epochs="many")

    failure = (container.root / "output" / "failure").read_text()
    assert result.returncode != 0
    assert failure.startswith("ValueError: invalid literal for int()")
    assert not list((container.root / "model").iterdir())


def test_oldest_python_runs_the_script(container: Container) -> None:
    """Images with Python 3.9 can run it; skipped where there is no such interpreter."""
    candidates = ["python3.9", *map(str, Path.home().glob(".pyenv/versions/3.9.*/bin/python"))]
    python = next((name for name in candidates if _runs(name)), None)
    if python is None:
        pytest.skip("no Python 3.9 on this machine")

    assert container.train(python, epochs="1").returncode == 0


def _runs(python: str) -> bool:
    # Being on PATH is not enough: pyenv puts a python3.9 there that may only print an error.
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-c", ""], check=False).returncode == 0
