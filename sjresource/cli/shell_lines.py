"""What a POSIX shell evaluates to use the emulator, and to be as it was before.

The values of before stay in variables of the shell itself, which no other program sees: they may be
secret, so they are never printed.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from sjresource.emulator_shell import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OVERRIDING = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
"""Variables that take precedence over the profile."""

_OF_MAKE = (
    "NO_PROXY",
    "no_proxy",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_HOME",
    "PULUMI_SKIP_UPDATE_CHECK",
    "PULUMI_STACK",
)
"""What `make emulator` sets, or takes away, beside AWS's."""

_KEPT = "_sjresource_before_"
_NAME = "_sjresource_name"
_USES_EMULATOR = f'[ "${{AWS_PROFILE-}}" = {PROFILE} ]'


def lines_to_use(variables: Mapping[str, str], without: Iterable[str] = OVERRIDING) -> list[str]:
    """Return lines that set `variables`, and unset `without`, which would come first.

    What a shell had before is kept, once: a shell that uses an emulator already keeps nothing.
    """
    without = list(without)
    keep = f'eval "{_KEPT}${_NAME}=\\${{${_NAME}-}}"'
    return [
        f"{_USES_EMULATOR} || for {_NAME} in {' '.join([*variables, *without])}; do {keep}; done",
        f"unset {' '.join(without)}  # they would come first",
        *(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
    ]


def lines_to_undo(variables: Iterable[str]) -> list[str]:
    """Return lines that give a shell back what it had; `variables` are those of an emulator.

    A shell that only inherited them has nothing to get back, and loses them. One that uses no
    emulator stays as it is.
    """
    variables = list(variables)
    names = " ".join([*variables, *OVERRIDING, *_OF_MAKE])
    kept = f"{_KEPT}${_NAME}"
    steps = [
        f'if [ -n \\"\\${{{kept}-}}\\" ]; then export ${_NAME}=\\"\\${kept}\\"',
        f'elif [ \\"\\${{{kept}+kept}}\\" ]; then unset ${_NAME}; fi',
        f"unset {kept}",
    ]
    first = variables[0]
    return [
        f"if {_USES_EMULATOR}; then",
        f'  [ "${{{_KEPT}{first}+kept}}" ] || unset {" ".join(variables)}',
        f'  for {_NAME} in {names}; do eval "{"; ".join(steps)}"; done',
        "fi",
    ]
