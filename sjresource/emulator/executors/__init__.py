"""Executors run the training jobs.

`interface.py` is what every executor offers. `simulated.py` follows `scripts.py` on the clock;
`process/` runs the containers' entrypoints as processes.
"""
