"""A sweep: twelve sets of hyperparameters as jobs in one queue, the best by accuracy as outputs.

When the jobs are over it draws accuracy.svg, the accuracy of each set, beside this file.
"""

from __future__ import annotations

import html
from itertools import product
from pathlib import Path
from typing import Any

import pulumi

import sjresource as sj

config = pulumi.Config()
bucket = config.require("bucket")

SETS = [
    {"learning_rate": learning_rate, "epochs": epochs}
    for learning_rate, epochs in product(("0.001", "0.01", "0.1", "1.0"), ("5", "20", "80"))
]


def channel(name: str, prefix: str) -> dict[str, object]:
    """Return a folder of the bucket that the container sees as /opt/ml/input/data/<name>."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def title(hyperparameters: dict[str, str]) -> str:
    """Return the name of a set in a resource's name and in the plot."""
    return f"rate-{hyperparameters['learning_rate']}-epochs-{hyperparameters['epochs']}"


def training(hyperparameters: dict[str, str]) -> dict[str, object]:
    """Return the CreateTrainingJob request of one set."""
    return {
        "RoleArn": config.require("role_arn"),
        "AlgorithmSpecification": {
            "TrainingImage": config.require("image"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
            "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+)"}],
        },
        "HyperParameters": hyperparameters,
        "InputDataConfig": [channel("code", "code/"), channel("training", "data/")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


capacity = sj.ServiceEnvironment(
    "instances",
    capacity_limits=[
        {"max_capacity": config.require_int("instances"), "capacity_unit": "NUM_INSTANCES"}
    ],
)
queue = sj.JobQueue(
    "sweep",
    priority=1,
    service_environment_order=[
        {"order": 1, "service_environment": capacity.service_environment_arn}
    ],
)
jobs = [
    sj.ServiceJob(
        title(each).replace(".", "_"),  # a job's name takes no dots
        job_queue=queue.job_queue_arn,
        service_request_payload=training(each),
    )
    for each in SETS
]
# One set that fails, or diverges, says something about the set, not about the sweep.
swept = sj.ServiceJobCompletion("swept", jobs=jobs, on_failure="record")


def accuracies(results: list[dict[str, Any]]) -> list[float]:
    """Return each set's accuracy, in the order of SETS; 0 for one that has failed."""
    return [result.get("final_metrics", {}).get("accuracy", 0.0) for result in results]


def best(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Pick the best set, the first of them if there are several."""
    values = accuracies(results)
    number = values.index(max(values))
    return {
        "hyperparameters": SETS[number],
        "accuracy": values[number],
        "model": results[number].get("model_artifacts"),
    }


def draw(results: list[dict[str, Any]]) -> str:
    """Write the plot, and say where; a preview writes nothing."""
    plot = Path(__file__).with_name("accuracy.svg")
    if not pulumi.runtime.is_dry_run():
        values = accuracies(results)
        plot.write_text(bars([(title(each), values[i]) for i, each in enumerate(SETS)]))
    return plot.name


def bars(named: list[tuple[str, float]], width: int = 400, step: int = 24) -> str:
    """Draw values from 0 to 1 as an SVG of labelled bars, the highest ones dark."""
    highest = max(value for _, value in named)
    rows = [
        f'<g transform="translate(0 {number * step})"><text x="170" y="16" text-anchor="end">'
        f'{html.escape(name)}</text><rect x="180" y="3" height="18" width="{value * width:.1f}" '
        f'fill="{"#1f5fa8" if value == highest else "#9dbfe3"}"/>'
        f'<text x="{186 + value * width:.1f}" y="16">{value:.3f}</text></g>'
        for number, (name, value) in enumerate(named)
    ]
    size = f'width="{width + 250}" height="{len(named) * step + 8}"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif"'
    return "\n".join([f'{start} font-size="12">', *rows, "</svg>", ""])


pulumi.export("best", swept.results.apply(best))
pulumi.export("summary", swept.summary)
pulumi.export("plot", swept.results.apply(draw))
