"""What is said of pulumi-aws is what its package has."""

from __future__ import annotations

import re

import pytest
from documents import ROOT

PAGE = (ROOT / "docs" / "comparison.md").read_text()
PACKAGES = [
    packages
    for packages in (ROOT / ".clients" / "pulumi-aws").glob("lib/python*/site-packages")
    if (packages / "pulumi_aws").exists()
]


@pytest.mark.skipif(not PACKAGES, reason="tests/aws/test_aws_stack.py brings pulumi-aws")
def test_comparison_is_fair_to_pulumi_aws() -> None:
    """No queue for service jobs, no job in one; a training job without a queue, and its outputs."""
    (packages,) = PACKAGES
    (metadata,) = packages.glob("pulumi_aws-*.dist-info")
    batch = "".join(file.read_text() for file in (packages / "pulumi_aws" / "batch").glob("*.py"))
    training = (packages / "pulumi_aws" / "sagemaker" / "training_job.py").read_text()

    assert "pulumi-aws {}.{},".format(*metadata.name.split("-")[1].split(".")) in PAGE
    for no in ("service_environment", "job_queue_type", "quota_share", "service_job"):
        assert no not in batch
    assert "| a training job without a queue | no | yes |" in PAGE
    assert "training_job_name" in training
    assert re.findall(r"def \w*(?:artifact|final_metric)\w*\(", training) == []
