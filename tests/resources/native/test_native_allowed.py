"""Payloads that AWS takes, drawn, through the native provider: no run that nobody asked for."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from allowed_requests import allowed
from native_plugin import NativePlugin, changed, job, queue_side

from sjresource.native.values import read
from sjresource.stack.spelling.resources import SPELLINGS
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from emulated import EmulatedBatch

SPELLING = SPELLINGS[NATIVE_PREFIX + "ServiceJob"]
DRAWN = 12


def spelled(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Spell a payload in the three ways that the schema has."""
    core = {"service_request_payload": payload}
    return [
        {"trainingJob": SPELLING.to_native(core, typed=True)["trainingJob"]},
        {"serviceRequestPayload": payload},
        {"serviceRequestPayload": json.dumps(payload)},
    ]


def test_a_drawn_job_is_quiet_however_it_is_spelled(
    aws: EmulatedBatch, plugin: NativePlugin
) -> None:
    """At a second preview, in another spelling, after a refresh, and after an import."""
    made = queue_side(plugin)
    where = job(made["queue"].id, quotaShareName=made["share"].outputs["quotaShareName"])
    del where["trainingJob"]
    choice = random.Random(20261130)  # noqa: S311 - a test's own dice
    for number in range(DRAWN):
        ways = spelled(allowed(choice))
        inputs = {**where, **ways[number % len(ways)]}
        name = f"train-{number}"
        train = plugin.create("ServiceJob", name, inputs)
        assert [changed(plugin.diff(train, {**where, **way})) for way in ways] == [{}, {}, {}]

        aws.advance(3)
        again = plugin.refresh(train)
        assert again is not None
        assert read(again.inputs) == read(train.inputs)
        assert changed(plugin.diff(again, inputs)) == {}
        imported = plugin.adopt("ServiceJob", name, train.id)
        assert imported is not None
        assert changed(plugin.diff(imported, read(imported.inputs).values)) == {}
