"""What can go wrong, as a tree, and the one grammar in which it is said.

    SjresourceError
    ├── NotFound        AWS says for certain that the thing does not exist
    ├── Refused         AWS answered with an error; `code` and AWS's own message say which
    ├── Unreachable     no answer: network, credentials, region
    └── NotSettled      a bounded wait ended before the thing had the status that it should get

Every message reads `<gerund> <Noun> (<identifier>): <what was seen>[; <what to do>]`. It never
holds a payload, an environment, a tag value or a password in a URL: these may be secret. Nothing in
it acts on a terminal. Mistakes in a program's arguments are not here: they are check failures,
which Pulumi shows at preview.
"""

from __future__ import annotations

from sjresource.sanitize import plain, quotable


class SjresourceError(Exception):
    """Something that was asked for could not be done; nothing that happened is hidden by it."""

    def __init__(
        self, doing: str, noun: str, identifier: str, seen: str, advice: str | None = None
    ) -> None:
        identifier, seen = plain(identifier), quotable(seen)
        super().__init__(doing, noun, identifier, seen, advice)
        self.doing = doing
        """A gerund: what was being done."""
        self.noun = noun
        """The kind of thing, as AWS calls it."""
        self.identifier = identifier
        """Which one: a name, an id or an ARN."""
        self.seen = seen
        """What was seen, AWS's own words included."""
        self.advice = advice
        """What to do, None where nothing is known."""

    def __str__(self) -> str:
        said = f"{self.doing} {self.noun} ({self.identifier}): {self.seen}"
        return f"{said}; {self.advice}" if self.advice else said


class NotFound(SjresourceError):  # noqa: N818 - the name of the fact, as Terraform's
    """AWS says for certain that the thing does not exist."""

    def __init__(self, doing: str, noun: str, identifier: str, seen: str = "not found") -> None:
        super().__init__(doing, noun, identifier, seen)

    def __reduce__(self) -> tuple[type[NotFound], tuple[str, str, str, str]]:
        return NotFound, (self.doing, self.noun, self.identifier, self.seen)


class Refused(SjresourceError):  # noqa: N818 - as above
    """AWS answered with an error; `code` is AWS's own, for example `ClientException`."""

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
        """AWS's own code, empty where there is none."""


class Unreachable(SjresourceError):  # noqa: N818 - as above
    """AWS gave no answer; whether the request had an effect is not known."""


class NotSettled(SjresourceError):  # noqa: N818 - as above
    """A bounded wait ended too early; asking again later is safe."""
