"""Simulates a scenario of queues, shares and submissions, without a server.

`command.py` is `python -m sjresource.emulator simulate`. `scenario_json.py` reads a scenario into
the types of `scenario.py`, `simulate.py` lets its time pass, and `summary.py` and `plot.py` show
the result. The decisions are made by `scheduling/`, as in the emulator.
"""
