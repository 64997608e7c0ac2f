"""The one door to AWS: the calls that sjresource makes, and what their failures mean.

`find_x` gives the detail or raises NotFound. A file each for Batch's nouns, put together in
`batch`; what SageMaker and CloudWatch Logs tell is in `training`. The clients are `session`'s;
retries and timeouts are botocore's, set there, and nothing retries around them.
"""

from sjresource.client.batch import BatchClient
from sjresource.client.opening import (
    account_refusal,
    batch_client,
    caller_account,
    endpoint_of,
    find_caller,
    logs_client,
    sagemaker_client,
)
from sjresource.client.service_jobs import LIVE, TERMINAL
from sjresource.client.training import LogsClient, SageMakerClient

__all__ = [
    "LIVE",
    "TERMINAL",
    "BatchClient",
    "LogsClient",
    "SageMakerClient",
    "account_refusal",
    "batch_client",
    "caller_account",
    "endpoint_of",
    "find_caller",
    "logs_client",
    "sagemaker_client",
]
