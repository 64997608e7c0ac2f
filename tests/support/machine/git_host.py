"""A host of git repositories on this machine, by HTTPS on port 443: all that Pulumi clones from."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

from certificate import write_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"


class GitHostUnavailableError(Exception):
    """Nobody may listen on port 443 here, or git can't serve."""


@contextmanager
def git_host(repositories: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Serve the repositories below a folder; yield the variables by which clients trust it.

    Raises:
        GitHostUnavailableError: this machine can't.
    """
    backend = Path(_said("git", "--exec-path"), "git-http-backend")
    if not backend.exists():
        raise GitHostUnavailableError(f"there is no {backend}")

    class Handler(_Handler):
        command_line = (str(backend),)
        root = repositories

    try:
        server = ThreadingHTTPServer((HOST, 443), Handler)
    except OSError as error:
        raise GitHostUnavailableError(f"listening on {HOST}:443: {error}") from None
    folder.mkdir()
    certificate = write_certificate(folder / "host.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known = os.environ.get("SSL_CERT_DIR", "/etc/ssl/certs")
    try:
        yield {"SSL_CERT_DIR": os.pathsep.join([known, str(certificate.parent)])}
    finally:
        server.shutdown()
        server.server_close()


def make_repository(source: Path, repository: Path, tag: str) -> None:
    """Make a bare repository of one commit, which has a folder as `plugin`, and a tag."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)  # noqa: S607 - wherever the system has it

    work = repository.with_suffix("")
    git("init", "--quiet", "--initial-branch=main", str(work))
    for each in ("PulumiPlugin.yaml", "__main__.py", "requirements.txt"):
        (work / "plugin").mkdir(exist_ok=True)
        (work / "plugin" / each).write_bytes((source / each).read_bytes())
    who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    git("-C", str(work), "add", "--all")
    git("-C", str(work), *who, "commit", "--quiet", "--message=plugin")
    git("-C", str(work), *who, "tag", tag)
    git("clone", "--quiet", "--bare", str(work), str(repository))


class _Handler(BaseHTTPRequestHandler):
    """Hands requests to git's own CGI program."""

    command_line: tuple[str, ...]
    root: Path

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Leave it out of what the tests print."""

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        variables = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        answer = subprocess.run(
            self.command_line,
            input=body,
            capture_output=True,
            check=False,
            env={**os.environ, **variables},
        ).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
