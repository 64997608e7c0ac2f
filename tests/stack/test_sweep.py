from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import boto3
import pytest
from local_stack.upload import FILES

from sjresource.emulator import Emulator
from sjresource.emulator.executors.process import ProcessExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIG = {
    "sjresource-sweep:bucket": "sweep",
    "sjresource-sweep:image": "image:1",
    "sjresource-sweep:instances": "3",
    "sjresource-sweep:role_arn": "arn:aws:iam::123456789012:role/training",
}


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """Serve, with jobs that are real processes, and with the examples' code and data in S3."""
    data = tmp_path / "emulator"
    data.mkdir()
    with Emulator(
        data, executor=lambda url, key: ProcessExecutor(data / "training", url, key)
    ) as serving:
        s3: Any = boto3.client(
            "s3", region_name="us-east-1", endpoint_url=serving.url, **vars(serving.credentials)
        )
        s3.create_bucket(Bucket="sweep")
        for key, name in FILES.items():
            s3.put_object(Bucket="sweep", Key=key, Body=(EXAMPLES / name).read_bytes())
        yield serving


def test_a_sweep_trains_twelve_models_and_names_the_best(
    emulator: Emulator, new_stack: NewStack
) -> None:
    """Each set really trains; the best is an output, and the plot shows them all."""
    key = emulator.credentials
    stack = new_stack(
        (EXAMPLES / "sweep" / "__main__.py").read_text(),
        project="sjresource-sweep",
        config=CONFIG,
        environment={
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_ACCESS_KEY_ID": key.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.aws_secret_access_key,
            "AWS_REGION": "us-east-1",
        },
    )

    stack.up()

    outputs = stack.outputs()
    assert outputs["best"]["hyperparameters"] == {"learning_rate": "1.0", "epochs": "80"}
    assert outputs["best"]["accuracy"] > 0.95
    assert outputs["best"]["model"].startswith("s3://sweep/models/")
    assert outputs["summary"] == {"jobs": 12, "succeeded": 12, "failed": 0, "unfinished": 0}
    plot = ET.fromstring((stack.work / "accuracy.svg").read_text())  # noqa: S314 - our own
    assert len(plot.findall("{*}g")) == 12
