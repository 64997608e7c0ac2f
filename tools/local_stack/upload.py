"""Puts the example's training code and data where its training job looks for them, in S3."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = "sjresource-example"
FILES = {
    "code/train.py": "train.py",
    "data/penguins.csv": "data/penguins.csv",
}


def upload_example(examples: Path) -> None:
    """Write every object anew, to the S3 that the environment's AWS variables name."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)  # in us-east-1, a bucket that one has already is no error
    for key, name in FILES.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=(examples / name).read_bytes())
