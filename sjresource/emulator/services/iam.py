"""IAM's SimulatePrincipalPolicy, which moto lacks: the emulator refuses nobody, and says so.

The SageMaker SDK asks it whether a role may run training jobs before it submits one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from sjresource.emulator.protocol.http_messages import Response

if TYPE_CHECKING:
    from sjresource.emulator.protocol.http_messages import Request

OPERATION: Final = "SimulatePrincipalPolicy"
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


def allow_everything(request: Request) -> Response:
    """Answer that every action that was asked about is allowed."""
    pairs = parse_qsl(request.body.decode("utf-8", "replace"))
    actions = [value for name, value in pairs if name.startswith("ActionNames.member.")]
    results = "".join(_RESULT.format(action=escape(action)) for action in actions)
    return Response(200, {"Content-Type": "text/xml"}, _ANSWER.format(results=results).encode())
