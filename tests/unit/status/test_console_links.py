from __future__ import annotations

import pytest

from sjresource.aws.clients import emulator_page
from sjresource.status.console_links import console_urls


@pytest.mark.parametrize(
    ("partition", "domain"),
    [
        ("aws", "console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ],
)
def test_pages_are_those_of_the_partition_and_region(partition: str, domain: str) -> None:
    """China and GovCloud have consoles of their own."""
    queue = f"arn:{partition}:batch:eu-west-1:1:job-queue/q"
    job = f"arn:{partition}:sagemaker:eu-west-1:1:training-job/t"

    urls = console_urls(queue, job)

    where = f"https://eu-west-1.{domain}"
    assert urls == {
        "job_queue": f"{where}/batch/home?region=eu-west-1#queues/detail/{queue}",
        "training_job": f"{where}/sagemaker/home?region=eu-west-1#/jobs/t",
        "log": f"{where}/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
        "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3Dt",
    }


def test_what_there_is_not_has_no_page() -> None:
    """A job that never started has no training job."""
    assert console_urls(None, None) == {}


@pytest.mark.parametrize(
    ("endpoint", "page"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566/"),
        ("http://me:pw@localhost:80/x", "http://localhost:80/"),
        ("http://[::1]:9", "http://[::1]:9/"),
        ("https://vpce-1.batch.us-east-1.vpce.amazonaws.com", ""),
        (None, ""),
    ],
)
def test_of_an_emulator_its_own_page_is_shown(endpoint: str | None, page: str) -> None:
    """What is in it is in no console of AWS's."""
    assert emulator_page(endpoint) == page
    assert console_urls("arn", "arn", "http://127.0.0.1:9/") == {"page": "http://127.0.0.1:9/"}
