"""Tag, untag, and list the tags of jobs and resources."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import job_id_of
from sjresource.emulator.store.records import LIVE, Resource

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.api.call import Answer, Call, Parameters
    from sjresource.emulator.store.records import Job

_MOST_TAGS: Final = 50
_TAG_FORM: Final = re.compile(r"[\w .:/=+\-@]*")
_LONGEST_KEY: Final = 128
_LONGEST_VALUE: Final = 256


def tag_resource(call: Call, parameters: Parameters) -> Answer:
    """Add tags, or replace their values; other tags stay."""
    tags = parameters["tags"]
    if _is_ignored(call, parameters["resourceArn"]):
        return {}
    thing = _taggable(call, parameters["resourceArn"])
    _put(call, thing, {**_tags(thing), **tags})
    return {}


def untag_resource(call: Call, parameters: Parameters) -> Answer:
    """Remove tags by their keys; missing keys are ignored."""
    thing = _taggable(call, parameters["resourceArn"])
    gone = set(parameters["tagKeys"])
    _put(call, thing, {key: value for key, value in _tags(thing).items() if key not in gone})
    return {}


def list_tags_for_resource(call: Call, parameters: Parameters) -> Answer:
    """Return the tags of a job or resource."""
    return {"tags": _tags(_find(call, parameters["resourceArn"]))}


def check_tags(parameters: Parameters) -> None:
    """Raise ClientException for tags that AWS refuses, in whatever operation has some.

    https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html
    """
    tags: dict[str, str] = parameters.get("tags", {})
    if len(tags) > _MOST_TAGS:
        raise ClientException(f"tags must be at most {_MOST_TAGS}")
    for key, value in tags.items():
        if not 1 <= len(key) <= _LONGEST_KEY or key.lower().startswith("aws:"):
            raise ClientException(
                f"tags: a key must have 1 to {_LONGEST_KEY} characters and not begin with aws:"
            )
        if not _TAG_FORM.fullmatch(key + value):
            raise ClientException(
                "tags: letters, digits, spaces and _ . : / = + - @ are allowed, and nothing else"
            )
        if len(value) > _LONGEST_VALUE:
            raise ClientException(f"tags: a value must have at most {_LONGEST_VALUE} characters")


def _taggable(call: Call, arn: str) -> Resource | Job:
    thing = _find(call, arn)
    if isinstance(thing, Resource) or thing.status in LIVE or call.behaviour.tag_finished_jobs:
        return thing
    raise ClientException(f"the tags of service job {arn} can't be changed: it is {thing.status}")


def _is_ignored(call: Call, arn: str) -> bool:
    """Return whether a job is not there, and a change of its tags succeeds all the same."""
    unknown = ":service-job/" in arn and call.store.job(job_id_of(arn)) is None
    return unknown and call.behaviour.tag_unknown == "succeed"


def _find(call: Call, arn: str) -> Resource | Job:
    found = call.store.job(job_id_of(arn)) if ":service-job/" in arn else call.store.resource(arn)
    if found is None or found.region != call.region or found.arn != arn:
        raise ClientException(f"Resource {arn} does not exist")
    return found


def _tags(thing: Resource | Job) -> dict[str, str]:
    if isinstance(thing, Resource):
        tags: dict[str, str] = thing.detail.get("tags", {})
        return tags
    return thing.tags


def _put(call: Call, thing: Resource | Job, tags: dict[str, str]) -> None:
    if len(tags) > _MOST_TAGS:
        raise ClientException(f"tags must be at most {_MOST_TAGS} in all")
    if isinstance(thing, Resource):
        call.store.put_resource(replace(thing, detail={**thing.detail, "tags": tags}))
    else:
        call.store.put_job(replace(thing, tags=tags))
