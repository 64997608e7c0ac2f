"""The exceptions of sjresource, and the one grammar of their messages.

    SjresourceError
    ├── NotFound        AWS says for certain that the resource does not exist
    ├── RequestFailed   AWS answered with an error, or sjresource refused to make the request
    ├── Unreachable     no answer: network, credentials, region
    └── WaitTimeout     a bounded wait ended before the resource had the expected status

Every message reads `<gerund> <Noun> (<identifier>): <what was seen>[; <what to do>]`. It never
holds a payload, an environment, a tag value or a password in a URL, since these may be secret, and
no control characters. Mistakes in a program's arguments are no exceptions: they are check failures,
which Pulumi shows at preview.
"""

from __future__ import annotations

from sjresource.sanitize import plain, quotable


class SjresourceError(Exception):
    """Base class of the errors that sjresource raises."""

    def __init__(
        self, doing: str, noun: str, identifier: str, seen: str, advice: str | None = None
    ) -> None:
        identifier, seen = plain(identifier), quotable(seen)
        super().__init__(doing, noun, identifier, seen, advice)
        self.doing = doing
        """What was being done, as a gerund."""
        self.noun = noun
        """The kind of resource, as AWS calls it."""
        self.identifier = identifier
        """The name, id or ARN of the resource."""
        self.seen = seen
        """What was observed, AWS's own words included."""
        self.advice = advice
        """What to do about it; None if unknown."""

    def __str__(self) -> str:
        message = f"{self.doing} {self.noun} ({self.identifier}): {self.seen}"
        return f"{message}; {self.advice}" if self.advice else message


class NotFound(SjresourceError):  # noqa: N818 - the name of the fact, as Terraform's
    """AWS says for certain that the resource does not exist."""

    def __init__(self, doing: str, noun: str, identifier: str, seen: str = "not found") -> None:
        super().__init__(doing, noun, identifier, seen)

    def __reduce__(self) -> tuple[type[NotFound], tuple[str, str, str, str]]:
        return NotFound, (self.doing, self.noun, self.identifier, self.seen)


class RequestFailed(SjresourceError):  # noqa: N818 - as above
    """AWS answered with an error, throttles included, or sjresource refused to make the request."""

    def __init__(
        self,
        doing: str,
        noun: str,
        identifier: str,
        seen: str,
        advice: str | None = None,
        *,
        code: str = "",
    ) -> None:
        super().__init__(doing, noun, identifier, seen, advice)
        self.code = code
        """AWS's error code, for example `ClientException`; empty if AWS was not asked."""


class Unreachable(SjresourceError):  # noqa: N818 - as above
    """AWS gave no answer; whether the request had an effect is unknown."""


class WaitTimeout(SjresourceError):  # noqa: N818 - as above
    """A bounded wait ended too early; running the operation again is safe."""
