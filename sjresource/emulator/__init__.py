"""An emulator of AWS Batch service jobs, for stacks without an AWS account and for tests.

`python -m sjresource.emulator --data DIR` serves until it is interrupted; in a program or a test:

    with Emulator() as emulator:
        boto3.client("batch", endpoint_url=emulator.url, **vars(emulator.credentials))

A request goes through these folders:

1. `server/` receives it over HTTP, checks its signature, and finds the service that it is for.
   Requests under `/_emulator/` go to `controls/`, which also injects faults and logs calls.
2. `protocol/` parses it against botocore's model, and writes answers and errors as AWS does.
3. `api/` answers for Batch, with a function for each operation; `services/` for S3, IAM, STS,
   CloudWatch Logs and SageMaker, mostly by moto.
4. `store/` keeps the records, in memory and in SQLite.

Between requests time passes (`clock.py`):

5. `lifecycle/` moves queues and jobs on at each tick: it finishes changes of resources, starts and
   ends attempts.
6. `scheduling/` decides, from the state alone, which jobs start, wait or are preempted.
7. `executors/` run the training jobs: by a script on the clock, or in `process/` for real.

`what_if/` simulates a scenario with `scheduling/` alone; `emulator.py` puts the parts together.
"""

# ruff: noqa: E402 - a missing package is reported before anything imports it

from __future__ import annotations

from importlib.util import find_spec

_needed = ("moto", "msgspec", "psutil", "re2", "waitress")
_missing = next((name for name in _needed if find_spec(name) is None), None)
if _missing:
    message = f"starting emulator: {_missing} is not installed; pip install 'sjresource[emulator]'"
    raise ModuleNotFoundError(message, name=_missing)

from sjresource.emulator.api.behaviour import Behaviour
from sjresource.emulator.clock import Clock
from sjresource.emulator.controls.faults import Fault
from sjresource.emulator.emulator import Emulator
from sjresource.emulator.executors.scripts import Rule, Script
from sjresource.emulator.store.credentials import Credentials

__all__ = ["Behaviour", "Clock", "Credentials", "Emulator", "Fault", "Rule", "Script"]
