"""An emulator of AWS Batch service jobs, for stacks without an AWS account and for tests.

`python -m sjresource.emulator --data DIR` serves until it is interrupted; in a program or a test:

    with Emulator() as emulator:
        boto3.client("batch", endpoint_url=emulator.url, **vars(emulator.credentials))
"""

from __future__ import annotations

from importlib.util import find_spec

from sjresource.emulator.api.call import Behaviour
from sjresource.emulator.clock import Clock
from sjresource.emulator.controls.faults import Fault
from sjresource.emulator.executors.scripts import Rule, Script
from sjresource.emulator.store.credentials import Credentials

_needed = ("moto", "psutil", "re2", "waitress")
_missing = next((name for name in _needed if find_spec(name) is None), None)
if _missing:
    said = f"starting emulator: {_missing} is not installed; pip install 'sjresource[emulator]'"
    raise ModuleNotFoundError(said, name=_missing)

from sjresource.emulator.emulator import Emulator  # noqa: E402 - it needs them

__all__ = ["Behaviour", "Clock", "Credentials", "Emulator", "Fault", "Rule", "Script"]
