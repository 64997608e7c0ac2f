"""The command line by which an engine starts the host."""

from __future__ import annotations

import argparse
from pathlib import Path

_KNOWN = ("tracing", "use-executor", "engine-version", "logtostderr", "logflow", "v")


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the engine's command line; flags that only configure logging are taken and ignored.

    So are flags that are not known: an older engine, as the one in Pulumi's YAML host, hands over
    the runtime's options in them, which are in each request, too.
    """
    parser = argparse.ArgumentParser(prog="pulumi-language-python", allow_abbrev=False)
    parser.add_argument("--tracing", default="")
    parser.add_argument("--use-executor", type=Path, required=True)
    parser.add_argument("--engine-version", default="")
    parser.add_argument("--logtostderr", action="store_true")
    parser.add_argument("--logflow", action="store_true")
    parser.add_argument("-v", type=int, default=0)
    # Absent when somebody attaches to a running host: Handshake brings it then.
    parser.add_argument("engine_address", nargs="?", default="")
    return parser.parse_args([each for each in arguments if not _is_unknown_flag(each)])


def _is_unknown_flag(argument: str) -> bool:
    """Return whether it is `-name=value` of an unknown flag: `-virtualenv=venv` is no `-v`."""
    name, equals, _ = argument.partition("=")
    return name.startswith("-") and bool(equals) and name.lstrip("-") not in _KNOWN
