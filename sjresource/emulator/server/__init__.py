"""The emulator's HTTP server.

A request comes in over `server.py` and `connections.py` (waitress). `application.py` answers it, if
`access.py` allows it, with the signatures of `sigv4.py`. `router.py` finds the service that
answers. `page.py` gives the queue page its data.
"""
