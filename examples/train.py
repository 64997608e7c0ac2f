"""Trains a classifier that tells a penguin's species from four measurements of its body.

Softmax regression by gradient descent, in plain Python (3.9 or newer) with nothing to install, so
any image that has Python can run it: a SageMaker training container, sjresource's emulator, or a
shell with the SM_* variables set. It reads and writes what SageMaker's container contract names:
hyperparameters, a channel called `training`, the model folder and the failure file. See
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo.html
"""
# ruff: noqa: B905 - zip's strict= needs Python 3.10

from __future__ import annotations

import csv
import json
import math
import os
import random
import statistics
from dataclasses import asdict, dataclass
from operator import mul
from pathlib import Path

MEASUREMENTS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")

# SM_* is what SageMaker's training toolkit sets; the defaults are the contract's own paths.
CONFIG = Path(os.environ.get("SM_INPUT_CONFIG_DIR", "/opt/ml/input/config"))
TRAINING = Path(os.environ.get("SM_CHANNEL_TRAINING", "/opt/ml/input/data/training"))
MODEL = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
OUTPUT = Path(os.environ.get("SM_OUTPUT_DIR", "/opt/ml/output"))


@dataclass
class Penguin:
    """A bird; its measurements are in the order of MEASUREMENTS and in the data's units."""

    species: str
    measurements: list[float]


@dataclass
class Model:
    """What model.json holds: how to scale each measurement, and the weights of each species."""

    species: list[str]
    means: list[float]
    deviations: list[float]
    weights: list[list[float]]  # for each species: one for each measurement, and the bias

    def predict(self, measurements: list[float]) -> str:
        """Return the likeliest species."""
        chances = self.probabilities(self.features(measurements))
        return self.species[chances.index(max(chances))]

    def features(self, measurements: list[float]) -> list[float]:
        """Scale measurements to mean 0 and deviation 1, and add a 1 for the bias to weigh."""
        columns = zip(measurements, self.means, self.deviations)
        return [*((x - mean) / deviation for x, mean, deviation in columns), 1.0]

    def probabilities(self, features: list[float]) -> list[float]:
        """Return the softmax of the species' scores, in the order of `species`."""
        scores = [sum(map(mul, weights, features)) for weights in self.weights]
        highest = max(scores)  # taken off, so that no exponential overflows
        exponentials = [math.exp(score - highest) for score in scores]
        total = sum(exponentials)
        return [exponential / total for exponential in exponentials]


def main() -> None:
    """Train as the hyperparameters say, print losses and accuracy, write model.json."""
    hyperparameters = json.loads((CONFIG / "hyperparameters.json").read_text())
    epochs = int(hyperparameters.get("epochs", "100"))  # SageMaker gives every value as a string
    learning_rate = float(hyperparameters.get("learning_rate", "0.5"))

    training, held_out = split(read_penguins(TRAINING / "penguins.csv"))
    print(f"training on {len(training)} penguins, holding out {len(held_out)}", flush=True)
    model = train(training, epochs, learning_rate)
    print(f"accuracy={accuracy(model, held_out):.4f}", flush=True)
    (MODEL / "model.json").write_text(json.dumps(asdict(model), indent=2))


def read_penguins(path: Path) -> list[Penguin]:
    """Read the birds of which every measurement is known."""
    with path.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if "NA" not in map(row.get, MEASUREMENTS)]
    return [Penguin(row["species"], [float(row[name]) for name in MEASUREMENTS]) for row in rows]


def split(penguins: list[Penguin]) -> tuple[list[Penguin], list[Penguin]]:
    """Part the birds, each time alike, into four fifths to train on and one to test with."""
    shuffled = list(penguins)
    random.Random(2007).shuffle(shuffled)  # noqa: S311 - it hides nothing
    fifth = len(shuffled) // 5
    return shuffled[fifth:], shuffled[:fifth]


def train(penguins: list[Penguin], epochs: int, learning_rate: float) -> Model:
    """Fit a model in `epochs` steps, each over all the birds; print the loss of every tenth."""
    columns = list(zip(*(penguin.measurements for penguin in penguins)))
    species = sorted({penguin.species for penguin in penguins})
    model = Model(
        species=species,
        means=[statistics.fmean(column) for column in columns],
        deviations=[statistics.pstdev(column) for column in columns],
        weights=[[0.0] * (len(MEASUREMENTS) + 1) for _ in species],
    )
    birds = [(model.features(p.measurements), species.index(p.species)) for p in penguins]
    for epoch in range(1, epochs + 1):
        loss = descend(model, birds, learning_rate)
        if epoch % 10 == 0 or epoch == epochs:
            print(f"epoch {epoch} loss={loss:.4f}", flush=True)
    return model


def descend(model: Model, birds: list[tuple[list[float], int]], learning_rate: float) -> float:
    """Move the weights one step down the loss, the mean cross-entropy, which it returns."""
    loss = 0.0
    gradients = [[0.0] * len(weights) for weights in model.weights]
    for features, truth in birds:
        errors = model.probabilities(features)
        loss -= math.log(errors[truth]) / len(birds)
        errors[truth] -= 1.0
        for gradient, error in zip(gradients, errors):
            for i, x in enumerate(features):
                gradient[i] += error * x / len(birds)
    for weights, gradient in zip(model.weights, gradients):
        for i, slope in enumerate(gradient):
            weights[i] -= learning_rate * slope
    return loss


def accuracy(model: Model, penguins: list[Penguin]) -> float:
    """Return the share of the birds whose species the model names rightly, 0 to 1."""
    right = [model.predict(penguin.measurements) == penguin.species for penguin in penguins]
    return sum(right) / len(right)


def load_model(path: Path) -> Model:
    """Read a model.json, for instance from the model.tar.gz that a training job left in S3."""
    return Model(**json.loads(path.read_text()))


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        # The job's FailureReason begins with what this file says; the traceback is in its log.
        (OUTPUT / "failure").write_text(f"{type(error).__name__}: {error}")
        raise
