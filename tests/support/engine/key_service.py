"""Vault's transit engine with one key, for the secrets of the tests' stacks.

Pulumi's own passphrase costs a million rounds of SHA-256, a fifth of a second at every start of
the CLI. A key service costs a request, and the state is encrypted all the same.
"""

from __future__ import annotations

import base64
import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["PROVIDER", "key_service"]

PROVIDER = "hashivault://tests"
_TOKEN = "tests"
_MARK = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        """Answer `/v1/transit/{encrypt,decrypt}/KEY`; what this encrypts are the stacks' keys."""
        if self.headers["X-Vault-Token"] != _TOKEN:
            self._answer(403, {"errors": ["permission denied"]})
            return
        asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/v1/transit/encrypt/"):
            turned = base64.b64decode(asked["plaintext"])[::-1]
            data = {"ciphertext": _MARK + base64.b64encode(turned).decode()}
        else:
            turned = base64.b64decode(asked["ciphertext"].removeprefix(_MARK))[::-1]
            data = {"plaintext": base64.b64encode(turned).decode()}
        self._answer(200, {"data": data})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - its name
        """Keep quiet."""


@cache
def key_service() -> dict[str, str]:
    """Start one, which lives as long as this process; return the variables that lead to it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return {
        "VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}",
        "VAULT_SERVER_TOKEN": _TOKEN,
    }
