"""What would happen if: plays a scenario of queues, shares and submissions without a server.

The decisions are `scheduling`'s, the same as the emulator's; `scenario` reads the JSON, whose
members and bounds are in `described`; `playing` lets the time pass, `report` and `picture` show
what came of it, `command` is `python -m sjresource.emulator simulate`.
"""
