"""When a resource that was created is tagged as recorded, in a time that is moved by hand."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from sjresource.aws.settings import Settings
from sjresource.native.recording import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ARN = "arn:aws:batch:us-east-1:123456789012:service-job/1"


class SlowTags(Recorder):
    """A recorder whose tags wait until they may go on."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.time = 0.0
        self.tagged: list[str] = []
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        super().__init__(lambda: is_there, lambda *_: None, lambda: self.time)

    def _tag(self, arn: str, _created: object) -> None:
        self.begun.set()
        assert self.may_go_on.wait(60)
        self.tagged.append(arn)


@pytest.fixture
def recorder() -> Iterator[SlowTags]:
    """Return one of an engine that is there; its thread ends with the test."""
    made = SlowTags()
    yield made
    made.may_go_on.set()


def add(recorder: Recorder) -> None:
    """Answer a create."""
    tags: Mapping[str, str] = {"sjresource:recorded": "true"}
    recorder.add(Settings(), ARN, "urn", tags)


def test_the_end_waits_for_tags_that_are_being_set(recorder: SlowTags) -> None:
    """The process ends with it, and would cut them off."""
    add(recorder)
    recorder.time = 10.0
    recorder.go_on()
    assert recorder.begun.wait(60)
    ending = threading.Thread(target=recorder.tag_all)
    ending.start()
    ending.join(0.05)
    assert ending.is_alive()

    recorder.may_go_on.set()
    ending.join(10)
    assert recorder.tagged == [ARN]


@pytest.mark.parametrize(
    ("silence", "is_there", "tagged"),
    [
        (1.0, True, [ARN]),
        (19.0, True, [ARN]),
        (21.0, True, []),
        (61.0, True, [ARN]),
        (1.0, False, []),
        (61.0, False, []),
    ],
)
def test_an_end_records_what_was_surely_written(
    silence: float, *, is_there: bool, tagged: list[str]
) -> None:
    """Soon after the answer, or a minute after it: in between the engine may have given up."""
    recorder = SlowTags(is_there=is_there)
    recorder.may_go_on.set()
    add(recorder)
    recorder.time = silence
    recorder.tag_all()

    assert recorder.tagged == tagged
