"""Waitress's connections, with what S3's clients need and waitress lacks."""

from __future__ import annotations

import copy
import re
import socket
from typing import Any, Final

from waitress.channel import HTTPChannel  # type: ignore[import-untyped] # it has no types
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped] # the same
from waitress.task import WSGITask  # type: ignore[import-untyped] # the same

MOST_BYTES: Final = 16 * 1024 * 1024
_METADATA: Final = re.compile(rb"^X-Amz-Meta-[^:\r\n]*", re.MULTILINE)


class Task(WSGITask):  # type: ignore[misc] # it has no types
    """Leaves the names of S3's metadata in lower case: waitress would write `X-Amz-Meta-Key`."""

    def build_response_header(self) -> bytes:
        """Write the answer's headers."""
        header: bytes = super().build_response_header()
        return _METADATA.sub(lambda name: name.group().lower(), header)


class Parser(HTTPRequestParser):  # type: ignore[misc] # it has no types
    """Refuses large bodies before they are read, but for requests that claim to be S3's.

    Who may send them at all, and how large each service's are, is checked when they are whole.
    """

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers."""
        super().parse_header(header_plus)
        if "/s3/aws4_request" not in f"{self.headers.get('AUTHORIZATION', '')}{self.query}":
            self.adj = copy.copy(self.adj)
            self.adj.max_request_body_size = MOST_BYTES


class Channel(HTTPChannel):  # type: ignore[misc] # it has no types
    """A connection that also serves requests which expect `100 Continue` and have no body.

    boto3 sends such for an empty S3 object; waitress forgets that they are complete and waits for
    the body for ever.
    """

    task_class = Task
    parser_class = Parser

    def send_continue(self) -> None:
        """Tell the client to send its body."""
        completed = self.request.completed
        super().send_continue()
        self.request.completed = completed


def cut_connection(environ: dict[str, Any]) -> None:
    """Close the connection that `environ` came over, without a byte of an answer.

    WSGI has no word for this; the channel is what waitress's own callable in the environment
    belongs to.
    """
    channel = environ["waitress.client_disconnected"].__self__
    channel.socket.shutdown(socket.SHUT_RDWR)
