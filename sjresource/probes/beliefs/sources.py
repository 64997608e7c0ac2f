"""The pages that beliefs are held against, as links."""

from __future__ import annotations

from typing import Final

_BATCH: Final = "https://docs.aws.amazon.com/batch/latest"


def api(name: str) -> str:
    """Return the link to an operation's or a type's page in Batch's API reference."""
    return f"[{name}]({_BATCH}/APIReference/API_{name}.html)"


def guide(name: str) -> str:
    """Return the link to a page of Batch's user guide."""
    return f"[{name}]({_BATCH}/userguide/{name}.html)"


AUTHORIZATION: Final = (
    "[the service authorization reference](https://docs.aws.amazon.com/service-authorization/"
    "latest/reference/list_awsbatch.html)"
)
HELPER: Final = (
    "[AWS's notebook helper](https://github.com/aws/sagemaker-python-sdk/blob/master/v3-examples/"
    "training-examples/aws_batch/utils/aws_batch_resource_management.py)"
)
NOTEBOOK: Final = (
    "[AWS's notebook](https://github.com/aws/sagemaker-python-sdk/blob/master/v3-examples/"
    "training-examples/aws_batch/sm-training-queues_quota-management.ipynb)"
)
SDK_TESTS: Final = (
    "[the SageMaker SDK's tests](https://github.com/aws/sagemaker-python-sdk/blob/master/"
    "sagemaker-train/tests/integ/train/aws_batch/test_queue.py)"
)
TERRAFORM: Final = "[an issue](https://github.com/hashicorp/terraform-provider-aws/issues/2044)"
SHARE_THREAD: Final = "[boto3's thread](https://github.com/boto/boto3/issues/3158)"
QUEUE_THREAD: Final = "[a thread](https://github.com/base2genomics/batchit/issues/13)"
STOPPING: Final = (
    "[StoppingCondition](https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
    "API_StoppingCondition.html)"
)
PREFERENCES: Final = (
    "[train-instance-preferences](https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "train-instance-preferences.html)"
)
USERS_SCRIPT: Final = (
    "[a user's script](https://github.com/Servo97/cross-task-deliberative-supervision)"
)
TRAINING_TROUBLE: Final = (
    "[SageMaker's troubleshooting](https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "model-train-troubleshooting.html)"
)
