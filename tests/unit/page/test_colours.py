"""The page's colours, as they stand in its style sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sjresource.page

STYLE = Path(sjresource.page.__file__).parent / "static" / "styles" / "style.css"
INKS = (
    "ink", "faint", "accent", "running", "waiting", "succeeded", "failed", "preempted",
)  # fmt: skip
GROUNDS = (
    "paper", "ground", "soft", "accent-soft", "failed-soft", "waiting-ground", "succeeded-soft",
)  # fmt: skip


def colours(scheme: str) -> dict[str, str]:
    """Read the colours of a scheme; the dark one changes the light one."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(), re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): #(\w+)", block)) for block in blocks)
    return light if scheme == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """Return the relative luminance, as WCAG 2.1 defines it."""
    full = "".join(2 * each for each in colour) if len(colour) == 3 else colour
    parts = (int(full[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", INKS)
def test_each_colour_of_words_is_read_on_each_ground(scheme: str, ink: str) -> None:
    """At 4.5 to 1 at least, whatever stands where."""
    named = colours(scheme)
    ratios = {}
    for ground in GROUNDS:
        darker, lighter = sorted((luminance(named[ink]), luminance(named[ground])))
        ratios[ground] = (lighter + 0.05) / (darker + 0.05)

    assert {ground: round(each, 2) for ground, each in ratios.items() if each < 4.5} == {}
