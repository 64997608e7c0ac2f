"""What steers the emulator, and is no AWS API.

`routes.py` answers under `/_emulator/`; `faults.py` injects faults, `call_log.py` logs calls;
`behave_as.py` sets switches from a result of the probes.
"""
