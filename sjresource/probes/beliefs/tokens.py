"""Beliefs about a clientToken that comes again: what keeps a crash from making a second run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.probes.beliefs.sources import api
from sjresource.probes.session.payload import idle_payload
from sjresource.probes.session.probe import Words, probe

if TYPE_CHECKING:
    from sjresource.probes.session.calls import Answer
    from sjresource.probes.session.session import Session

_SAYS: Final = (
    f"{api('SubmitServiceJob')} says of two equal requests that the second is rejected, and not how"
)
_RELEASED: Final = "sjresource:released"


@probe(
    name="replayed-token",
    belief="A replayed `clientToken` with the same request gives the first job again "
    "(`--token-replay` has the other reading).",
    source=_SAYS,
    believed={"answer": "same job"},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def replayed_token(session: Session) -> dict[str, Any]:
    """What does a second submission with the same clientToken and request answer?"""
    return _replayed(session, "replay", _submitted(session, "replay"))


@probe(
    name="replayed-token-other-request",
    belief="A used `clientToken` with another request is refused.",
    source=_SAYS,
    believed={"answer": "refused", "words": Words("clientToken")},
    operations=("DescribeServiceJob", "SubmitServiceJob"),
)
def replayed_token_other_request(session: Session) -> dict[str, Any]:
    """What does a used clientToken answer with another request?"""
    first = _submitted(session, "other")
    other = idle_payload(session.role, HyperParameters={"epochs": "3"})
    return _replayed(session, "other", first, serviceRequestPayload=other)


@probe(
    name="replayed-token-after-end",
    belief="A replayed `clientToken` gives the first job again also after the job has ended.",
    source=_SAYS,
    believed={"answer": "same job"},
    operations=("DescribeServiceJob", "SubmitServiceJob", "TerminateServiceJob"),
)
def replayed_token_after_end(session: Session) -> dict[str, Any]:
    """What does a replayed clientToken answer once its job has ended?"""
    first = _submitted(session, "late")
    session.end(first)
    return _replayed(session, "late", first)


@probe(
    name="replayed-token-after-release",
    belief="So it does after a `destroy`, which tags the job as released and ends it.",
    source=_SAYS,
    believed={"answer": "same job"},
    operations=("DescribeServiceJob", "SubmitServiceJob", "TagResource", "TerminateServiceJob"),
    believer="sjresource",
)
def replayed_token_after_release(session: Session) -> dict[str, Any]:
    """What does a replayed clientToken answer after the tags of its job were changed?"""
    first = _submitted(session, "released")
    arn = session.describe(first)["jobArn"]
    session.calls.required("TagResource", resourceArn=arn, tags={_RELEASED: "true"})
    session.end(first)
    return _replayed(session, "released", first)


def _submitted(session: Session, label: str) -> str:
    return session.job(session.idle_queue, label, clientToken=session.name(label))


def _submit(session: Session, label: str, **changes: Any) -> Answer:
    return session.submit(session.idle_queue, label, clientToken=session.name(label), **changes)


def _replayed(session: Session, label: str, first: str, **changes: Any) -> dict[str, Any]:
    again = _submit(session, label, **changes)
    if again.code:
        return again.facts()
    same = again.body.get("jobId") == first
    return {"answer": "same job" if same else "another job", "words": None}


PROBES: Final = (
    replayed_token,
    replayed_token_other_request,
    replayed_token_after_end,
    replayed_token_after_release,
)
