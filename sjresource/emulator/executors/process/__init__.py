"""Runs training jobs as processes of this machine, as far as those can be SageMaker containers.

In the order in which a job meets them:

    executor.py            ProcessExecutor: all training jobs of one emulator
    run.py                 one training job, from Starting to its outcome
    container.py           what SageMaker gives a container: folders, a command, variables
    preparation.py         the job's folder and variables, before anything runs
    artifacts.py           the data that the request names: from S3, to S3
    process_group.py       the operating system's part: start, signals, leftovers
    log_stream.py          what the process prints, to CloudWatch Logs
    metrics.py             what the process prints, to metrics
    untrusted_files.py     what training code has left, read without trusting it
    aws_clients.py         how all of this, and the training code, reaches the emulator

It knows AWS only through the emulator's endpoint. There is no isolation: a training job may do what
the user who runs the emulator may do.
"""

from sjresource.emulator.executors.process.executor import ProcessExecutor

__all__ = ["ProcessExecutor"]
