"""Somebody between a client and the emulator: a proxy, or a host that speaks TLS."""

from __future__ import annotations

import ssl
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self


class Relay:
    """Hands every POST to the server at `target`, and its answer back; `seen` are the addresses.

    With a `certificate` it speaks TLS. A client that takes it for a proxy asks it for whole URLs.
    """

    def __init__(self, target: str, certificate: Path | None = None) -> None:
        self.seen: list[str] = []
        seen = self.seen

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seen.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                url = target + urlsplit(self.path).path
                # The signature covers the host that the client had in mind, so the headers stay.
                request = urllib.request.Request(url, body, dict(self.headers))  # noqa: S310 - http
                try:
                    answer = urllib.request.urlopen(request)  # noqa: S310 - the same
                except urllib.error.HTTPError as error:
                    answer = error
                with answer:
                    content = answer.read()
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.headers["Content-Type"])
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Keep the tests' output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
