"""Single names, and texts of the core, as users of the native provider know them. Pure."""

from __future__ import annotations

import re
from typing import Any


def camel_case(name: str) -> str:
    """Return `maxInstanceHours` for `max_instance_hours`."""
    first, *others = name.split("_")
    return first + "".join(each[:1].upper() + each[1:] for each in others)


def camel_cased(value: Any) -> Any:
    """Return a value of the core with its members in camel case; keys of tags are the user's."""
    if isinstance(value, dict):
        return {
            camel_case(name): each if name == "tags" else camel_cased(each)
            for name, each in value.items()
        }
    return [camel_cased(each) for each in value] if isinstance(value, list) else value


def camel_member(member: str) -> str:
    """Return `roleArn` for `RoleArn`: SageMaker's members as Pulumi's properties begin."""
    return member[:1].lower() + member[1:]


def native_words(text: str) -> str:
    """Return a text with the native provider's names of settings, without Python's words."""
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return text


FOR_A_NEW_RUN = '", or change `triggers` for a new run'
"""The end of the advice about a job that exists; the plugin's has more ways."""
LEFT_RUNNING = "they were left running on purpose, or are"
"""Why jobs go on that a queue's delete would end; the plugin's has one more reason."""

_WORDS = (
    (re.compile(r"the stack's aws: config"), "the stack's sjresource: config or its provider"),
    (re.compile(r"(?<!arn:)\baws:(?=[a-z])"), "sjresource:"),
    (re.compile(r"\bTrue or False\b"), "true or false"),
    (re.compile(r"\bdelete_before_replace\b"), "deleteBeforeReplace"),
    (re.compile(r"\bdeleted_with\b"), "deletedWith"),
    (re.compile(r"\bgot None\b"), "got null"),
    (re.compile(r"\bgot True\b"), "got true"),
    (re.compile(r"\bgot False\b"), "got false"),
    (re.compile(r"; pulumi\.Config has get_bool"), ""),
    (
        re.compile(rf"adoptJobId=(\"[^\"]*){re.escape(FOR_A_NEW_RUN)}"),
        (
            rf"adoptJobId: \1{FOR_A_NEW_RUN}, or let it be replaced with the "
            "resource option `deleteBeforeReplace`"
        ),
    ),
    (
        re.compile(re.escape(LEFT_RUNNING)),
        (
            "they were left running on purpose, or have the resource option `deletedWith` without "
            "the argument `deletedWith`, or are"
        ),
    ),
)
