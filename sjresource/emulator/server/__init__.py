"""The emulator's HTTP server.

A request comes in over `server.py` and `connections.py` (waitress) and is checked in
`application.py`, its signature by `sigv4.py`. `router.py` finds the service that answers.
`page.py` gives the queue page its data.
"""
