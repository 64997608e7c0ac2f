"""What a test needs to fill an emulator: clients, a payload, an environment with its queue."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as Key

if TYPE_CHECKING:
    from emulator_process import EmulatorProcess

    from sjresource.emulator import Credentials, Emulator

NOON = 1_800_000_000.0
"""When a clock begins that only tests move, in seconds since 1970."""
REGION = "us-east-1"


_CLIENTS: WeakKeyDictionary[Emulator | EmulatorProcess, dict[tuple[str, ...], Any]] = (
    WeakKeyDictionary()
)


def client(
    emulator: Emulator | EmulatorProcess, service: str, region: str = REGION, **config: Any
) -> Any:
    """Return a boto3 client of `emulator` that never retries.

    One without `config` is made once: most tests call for one more than once.
    """
    if config:
        return _new_client(emulator, service, region, **config)
    asked = (service, region, emulator.url, *vars(emulator.credentials).values())
    known = _CLIENTS.setdefault(emulator, {})
    if asked not in known:
        known[asked] = _new_client(emulator, service, region)
    return known[asked]


def _new_client(
    emulator: Emulator | EmulatorProcess, service: str, region: str, **config: Any
) -> Any:
    return boto3.client(  # type: ignore[call-overload] # its overloads want literal names
        service,
        region_name=region,
        endpoint_url=emulator.url,
        config=Config(retries={"total_max_attempts": 1}, **config),
        **vars(emulator.credentials),
    )


def payload(instances: int = 1, **request: Any) -> str:
    """Write a complete CreateTrainingJob request; `request` adds members or replaces them."""
    complete = {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://models/output"},
        "ResourceConfig": {
            "InstanceCount": instances,
            "InstanceType": "ml.m5.large",
            "VolumeSizeInGB": 1,
        },
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    return json.dumps({**complete, **request})


def scripted(script: Any, **request: Any) -> str:
    """Write a payload that tells the simulated executor what to do."""
    environment = {"SJRESOURCE_SIMULATE": json.dumps(script)}
    return payload(**{"Environment": environment, **request})


def make_environment(emulator: Emulator, name: str = "env", capacity: int = 2) -> str:
    """Create a VALID environment of `capacity` instances, and give its ARN. Moves the clock."""
    created = client(emulator, "batch").create_service_environment(
        serviceEnvironmentName=name,
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": capacity, "capacityUnit": "NUM_INSTANCES"}],
    )
    emulator.clock.advance(0.1)
    return str(created["serviceEnvironmentArn"])


def make_queue(emulator: Emulator, *environments: str, name: str = "queue", **request: Any) -> str:
    """Create a VALID queue on `environments`, and give its ARN. Moves the clock."""
    created = client(emulator, "batch").create_job_queue(
        **{
            "jobQueueName": name,
            "jobQueueType": "SAGEMAKER_TRAINING",
            "priority": 1,
            "serviceEnvironmentOrder": [
                {"order": order, "serviceEnvironment": environment}
                for order, environment in enumerate(environments, 1)
            ],
            **request,
        }
    )
    emulator.clock.advance(0.1)
    return str(created["jobQueueArn"])


def submit(emulator: Emulator | EmulatorProcess, queue: str = "queue", **request: Any) -> str:
    """Submit a job, and give its id."""
    submitted = client(emulator, "batch").submit_service_job(
        **{
            "jobName": "train",
            "jobQueue": queue,
            "serviceJobType": "SAGEMAKER_TRAINING",
            "serviceRequestPayload": payload(),
            **request,
        }
    )
    return str(submitted["jobId"])


def control(
    url: str,
    credentials: Credentials,
    method: str,
    route: str,
    body: Any = None,
    *,
    raw: str | None = None,
) -> dict[str, Any]:
    """Send a signed request to a route under `/_emulator/`, and give its answer.

    `raw` is sent as it is.
    """
    data = b"" if body is None else json.dumps(body).encode()
    data = data if raw is None else raw.encode()
    request = AWSRequest(method, f"{url}/_emulator/{route}", data=data)
    key = Key(credentials.aws_access_key_id, credentials.aws_secret_access_key)
    SigV4Auth(key, "emulator", REGION).add_auth(request)
    sent = urllib.request.Request(  # noqa: S310 - our own loopback URL
        str(request.url), data or None, dict(request.headers.items()), method=method
    )
    with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310 - the same
        described: dict[str, Any] = json.load(answer)
    return described
