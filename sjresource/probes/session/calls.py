"""Calls Batch for a probe, and keeps what it answered.

A probe needs refusals with their words and HTTP status, which `aws.calls` turns into errors: so
these call the same boto3 client directly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import DENIED, TRANSIENT
from sjresource.aws.models import property_name
from sjresource.sanitize import sanitized

if TYPE_CHECKING:
    from collections.abc import Mapping


class NotTriedError(Exception):
    """A belief could not be tried; the message says why."""


@dataclass(frozen=True)
class Answer:
    """One call: what it answered, or how it was refused. `code` is empty for an answer."""

    operation: str
    body: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    words: str = ""
    status: int = 200

    @property
    def outcome(self) -> str:
        """`succeeds` or `refused`."""
        return "refused" if self.code else "succeeds"

    def facts(self) -> dict[str, Any]:
        """Return the outcome, and the words of a refusal."""
        return {"answer": self.outcome, "words": self.words or None}


class Calls:
    """Calls Batch's operations by AWS's names; `answers` are those since `clear`."""

    def __init__(self, batch: Any) -> None:
        self._batch = batch
        self.answers: list[Answer] = []

    def clear(self) -> None:
        """Forget the answers."""
        self.answers = []

    def __call__(self, operation: str, **request: Any) -> Answer:
        """Call an operation once, and return its answer or refusal.

        Raises:
            NotTriedError: the call was denied, or throttled, or there was no answer.
        """
        answer = self._answer(operation, request)
        self.answers.append(answer)
        if answer.code in DENIED:
            raise NotTriedError(f"these credentials may not call batch:{operation}")
        if answer.code in TRANSIENT:
            raise NotTriedError(f"{operation} answered {answer.code}; run it again later")
        return answer

    def required(self, operation: str, **request: Any) -> dict[str, Any]:
        """Call an operation without which there is nothing to try, and return its answer.

        Raises:
            NotTriedError: it was refused.
        """
        answer = self(operation, **request)
        if answer.code:
            raise NotTriedError(f"{operation} was refused: {answer.code}: {answer.words}")
        return answer.body

    def body_size(self, operation: str, request: Mapping[str, Any]) -> int:
        """Return how many bytes the body of a request has that sends all its members itself."""
        from botocore.serialize import create_serializer  # noqa: PLC0415 - as boto3, see aws.session

        model = self._batch.meta.service_model
        serializer = create_serializer(model.metadata["protocol"], include_validation=False)
        made = serializer.serialize_to_request(dict(request), model.operation_model(operation))
        return len(made["body"])

    def _answer(self, operation: str, request: Mapping[str, Any]) -> Answer:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

        try:
            body = getattr(self._batch, property_name(operation))(**request)
        except ClientError as error:
            response: Any = error.response
            status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            said = response["Error"]
            words = str(sanitized(said.get("Message", "")))
            return Answer(operation, code=said["Code"], words=words, status=status)
        except BotoCoreError as error:
            raise NotTriedError(f"{operation} got no answer: {error}") from None
        body.pop("ResponseMetadata", None)
        return Answer(operation, body=sanitized(body))
