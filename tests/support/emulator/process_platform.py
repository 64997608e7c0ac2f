"""What a test needs to give the process executor jobs and to see what becomes of them."""

from __future__ import annotations

import io
import tarfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.emulator.executors.interface import TrainingJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client

    from sjresource.emulator.executors.interface import Progress
    from sjresource.emulator.executors.process import ProcessExecutor

GROUP = "/aws/sagemaker/TrainingJobs"


def eventually(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Ask until the answer is true, and give it; after `seconds` fail, naming what was awaited."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return answer


@dataclass
class Platform:
    """An executor, and clients of the AWS that it knows; `bucket` is the test's own."""

    executor: ProcessExecutor
    s3: S3Client
    logs: CloudWatchLogsClient
    bucket: str

    def job(self, script: str, name: str = "job", **request: Any) -> TrainingJob:
        """Make a job that runs a Python script; `request` adds to the request or replaces parts."""
        algorithm = {
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c"],
            "ContainerArguments": [script],
        }
        request = {
            "AlgorithmSpecification": {**algorithm, **request.pop("AlgorithmSpecification", {})},
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.bucket}/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **request,
        }
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{self.bucket}-{name}"
        return TrainingJob(f"{self.bucket}-{name}", arn, "us-east-1", request)

    def channel(self, name: str, key: str, data_type: str = "S3Prefix") -> dict[str, Any]:
        """Make an input channel of this bucket."""
        source = {"S3DataType": data_type, "S3Uri": f"s3://{self.bucket}/{key}"}
        return {"ChannelName": name, "DataSource": {"S3DataSource": source}}

    def start(self, script: str, **request: Any) -> str:
        """Start a job and give its name."""
        job = self.job(script, **request)
        self.executor.start(job)
        return job.name

    def run(self, script: str, **request: Any) -> Progress:
        """Run a job to its outcome."""
        return self.outcome(self.start(script, **request))

    def outcome(self, name: str) -> Progress:
        """Wait for a job's outcome."""
        eventually(lambda: self.executor.poll(name).outcome, f"an outcome of {name}")
        return self.executor.poll(name)

    def reaches(self, name: str, status: str) -> None:
        """Wait until a job has a secondary status."""
        eventually(lambda: self.executor.poll(name).secondary_status == status, status)

    def says(self, name: str, line: str) -> None:
        """Wait until a job has logged a line."""
        eventually(lambda: line in self.logged(name), f"the line {line!r}")

    def logged(self, name: str = "job") -> list[str]:
        """Return the lines in the only log stream of a job, in order."""
        prefix = name if name.startswith(self.bucket) else f"{self.bucket}-{name}"
        groups = self.logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
        found = [
            stream["logStreamName"]
            for _ in groups[:1]
            for stream in self.logs.describe_log_streams(
                logGroupName=GROUP, logStreamNamePrefix=f"{prefix}/algo-1-"
            )["logStreams"]
        ]
        if not found:
            return []
        (stream,) = found
        return self._events(stream)

    def _events(self, stream: str) -> list[str]:
        lines: list[str] = []
        token: dict[str, Any] = {}
        while True:
            page = self.logs.get_log_events(
                logGroupName=GROUP, logStreamName=stream, startFromHead=True, **token
            )
            if not page["events"]:
                return lines
            lines += [event["message"] for event in page["events"]]
            token = {"nextToken": page["nextForwardToken"]}

    def put(self, key: str, text: str = "") -> None:
        """Write an object."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=text.encode())

    def objects(self) -> list[str]:
        """Return the key of every object."""
        listed = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [entry["Key"] for entry in listed]

    def archive(self, uri: str) -> dict[str, str]:
        """Return the files in a tar.gz in S3, by name."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        body = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body)) as tar:
            files = {member.name: tar.extractfile(member) for member in tar.getmembers()}
            return {name: file.read().decode() for name, file in files.items() if file}
