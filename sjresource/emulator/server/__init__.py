"""The emulator's HTTP server.

A request comes in over `server.py` and `connections.py` (waitress) and is checked in
`application.py`, its signature by `authentication.py`. `routing.py` finds the service that answers.
`page.py` gives the queue page its data.
"""
