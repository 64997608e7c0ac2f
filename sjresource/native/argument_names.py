"""Finds names that are no argument of a resource, and says what was probably meant. Pure.

Compilers find them in TypeScript and Go, and Python at run time; YAML, JSON and an `any` do not.
The core never sees such a name, so that its own words for it are not said as well; nor does it see
that a payload has two forms here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.payload import is_unknown
from sjresource.native.values import UNKNOWN, path_text
from sjresource.problem import Problem
from sjresource.stack.spelling.resources import TYPED, UNTYPED, is_typed
from sjresource.suggestions import nearest, nearest_or_all

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sjresource.stack.spelling.names import Names, Path
    from sjresource.stack.spelling.resources import Spelling


class Stranger(NamedTuple):
    """A name that is none of the resource's: where it stands, and a reason for the user."""

    path: Path
    reason: str


def strangers(spelling: Spelling, values: Mapping[str, Any]) -> Iterator[Stranger]:
    """Yield every name that the resource does not have, at every depth.

    `serviceRequestPayload` is left to the core, which knows how to let pass what botocore lacks.
    """
    arguments = spelling.arguments
    for name, value in values.items():
        if name not in arguments:
            near = nearest_or_all(name, arguments)
            yield Stranger((name,), f"is no argument of {spelling.name}{near}")
        elif name != UNTYPED:
            _, within = spelling.names.members[name]
            is_own = arguments[name] in spelling.own_arguments
            said = _said_of_typed if name == TYPED else _said_of_own if is_own else _said_of_batch
            yield from _strangers(within, value, (name,), said)


def problems_of_names(
    spelling: Spelling, values: Mapping[str, Any]
) -> tuple[list[Problem], dict[str, Any]]:
    """Return what is wrong with the names and forms of arguments, and what the core is to check."""
    found = list(strangers(spelling, values))
    problems = [Problem(path_text(each.path), each.reason) for each in found]
    known: dict[str, Any] = _without(dict(values), (), {each.path for each in found})
    if TYPED not in spelling.arguments:
        return problems, known
    if is_typed(values) and values.get(UNTYPED) is not None:
        both = f"can't be given with {UNTYPED}: they are two forms of one"
        problems.append(Problem(TYPED, both))
    text = values.get(TYPED)
    if isinstance(text, str) and not is_unknown(text):
        other = f"JSON text can be given in {UNTYPED}, in AWS's own names"
        problems.append(Problem(TYPED, f"must be an object, got a string; {other}"))
        known[TYPED] = UNKNOWN  # what the core would say of it is AWS's spelling
    return problems, known


def _said_of_typed(name: str, known: Collection[str]) -> str:
    lacking = f"what AWS has and the schema lacks can be given in {UNTYPED} instead"
    return f"is not known{nearest_or_all(name, known)}; {lacking}"


def _said_of_batch(name: str, known: Collection[str]) -> str:
    return f"is not known{nearest(name, known)}; if AWS has it by now, update sjresource"


def _said_of_own(_name: str, known: Collection[str]) -> str:
    return f"is not known; there are {', '.join(known)}"


def _strangers(
    names: Names, value: Any, path: Path, said: Callable[[str, Collection[str]], str]
) -> Iterator[Stranger]:
    if (names.items is not None or names.members) and names.is_list != isinstance(value, list):
        return  # the core says what it must be
    for step, item in _steps(value):
        if names.items is not None:
            yield from _strangers(names.items, item, (*path, step), said)
        elif step in names.members:
            within = names.members[str(step)][1]
            yield from _strangers(within, item, (*path, step), said)
        elif names.members:
            yield Stranger((*path, step), said(str(step), names.members))


def _steps(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _without(value: Any, path: Path, left_out: set[Path]) -> Any:
    if isinstance(value, dict):
        return {
            name: _without(item, (*path, name), left_out)
            for name, item in value.items()
            if (*path, name) not in left_out
        }
    if isinstance(value, list):
        return [_without(item, (*path, i), left_out) for i, item in enumerate(value)]
    return value
