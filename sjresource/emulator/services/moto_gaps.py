"""What the emulator needs of IAM and S3 and moto lacks: an operation, and a check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Response
from sjresource.emulator.protocol.xml_text import escape

if TYPE_CHECKING:
    from sjresource.emulator.protocol.http_messages import Request

SIMULATE_PRINCIPAL_POLICY: Final = "SimulatePrincipalPolicy"
"""The SageMaker SDK asks it whether a role may run training jobs before it submits one."""

_ANSWER: Final = (
    '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
    "<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated>"
    "<EvaluationResults>{results}</EvaluationResults></SimulatePrincipalPolicyResult>"
    "<ResponseMetadata><RequestId>emulator</RequestId></ResponseMetadata>"
    "</SimulatePrincipalPolicyResponse>"
)
_RESULT: Final = (
    "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName>"
    "<EvalDecision>allowed</EvalDecision></member>"
)
_TWO_WILDCARDS: Final = re.compile(rb"<AllowedOrigin>[^<*]*[*][^<*]*[*]")


def allow_everything(request: Request) -> Response:
    """Answer SimulatePrincipalPolicy: every action is allowed, as the emulator refuses nobody."""
    pairs = parse_qsl(request.body.decode("utf-8", "replace"))
    actions = [value for name, value in pairs if name.startswith("ActionNames.member.")]
    results = "".join(_RESULT.format(action=escape(action)) for action in actions)
    return Response(200, {"Content-Type": "text/xml"}, _ANSWER.format(results=results).encode())


def require_one_wildcard(request: Request) -> None:
    """Raise AWSError for a PutBucketCors with an origin of several wildcards.

    moto makes a regular expression of it, which with many wildcards is searched for for ever.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
    """
    if request.method == "PUT" and any(name == "cors" for name, _ in request.query):
        body = re.sub(rb"\s+", b"", request.body).replace(b"&#42;", b"*").replace(b"&#x2a;", b"*")
        if _TWO_WILDCARDS.search(body):
            raise AWSError("InvalidRequest", "AllowedOrigin can not have more than one wildcard.")
