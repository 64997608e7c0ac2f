from __future__ import annotations

from payload_types import FILE, written


def test_the_payloads_type_is_botocores_model() -> None:
    """If this fails, run `python tools/payload_types.py`, and ruff's format."""
    assert "".join(written().split()) == "".join(FILE.read_text().split())
