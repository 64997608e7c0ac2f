"""S3's rule that an AllowedOrigin has one wildcard at most, which moto lacks.

moto makes a regular expression of it, which with many wildcards is searched for for ever.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.errors import AWSError

if TYPE_CHECKING:
    from sjresource.emulator.protocol.http_messages import Request

_TWO: Final = re.compile(rb"<AllowedOrigin>[^<*]*[*][^<*]*[*]")


def require_one_wildcard(request: Request) -> None:
    """Raise AWSError for a PutBucketCors with an origin of several wildcards."""
    if request.method == "PUT" and any(name == "cors" for name, _ in request.query):
        body = re.sub(rb"\s+", b"", request.body).replace(b"&#42;", b"*").replace(b"&#x2a;", b"*")
        if _TWO.search(body):
            raise AWSError("InvalidRequest", "AllowedOrigin can not have more than one wildcard.")
