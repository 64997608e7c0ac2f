"""Runs training jobs as processes of this machine, as far as those can be SageMaker containers.

    contract.py              what a container finds: a tree under /opt/ml, a command, variables
    toolkit_variables.py     the SM_* variables that AWS's training images add
    preparation.py           the job's folder and variables, before anything runs
    artifacts.py             what data the request names: inputs, model, output, checkpoints
    storage.py               files from S3, files to S3
    left_files.py            what training code has left, read without trusting it
    aws_access.py            how all of this, and the training code, reaches the emulator
    log_forwarding.py        what the process prints, to CloudWatch Logs
    metrics.py               what the process prints, to metrics
    training_process.py      the operating system's part: start, signals, leftovers
    training_run.py          one training job from Starting to its outcome
    executor.py              ProcessExecutor: all training jobs of one emulator

It knows AWS only through the emulator's endpoint. There is no isolation: a training job may do what
the user who runs the emulator may do.
"""

from sjresource.emulator.executors.process.executor import ProcessExecutor

__all__ = ["ProcessExecutor"]
