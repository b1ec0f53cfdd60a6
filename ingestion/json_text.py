"""Reading JSON: as Python's own reader does, three times as fast for what is ordinary."""

from __future__ import annotations

import json
from typing import Any

import orjson

# every digit a zero, everything else a blank: a long number is then found by a plain search
_SHAPE = bytes(ord("0") if chr(byte) in "0123456789" else ord(" ") for byte in range(256))
# from so many digits on, orjson may make a rounded number of an integer
_LONG_NUMBER = b"0" * 19


def load_json(content: bytes) -> Any:
    """Return what a JSON text says; integers of any length stay exact.

    Raises `ValueError` for what is no JSON (`UnicodeDecodeError` when its bytes are no text) and
    `RecursionError` for what is nested too deep.
    """
    if _LONG_NUMBER not in content.translate(_SHAPE):
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass  # NaN, a byte order mark, a lone surrogate: Python takes them, or says what it is
    return json.loads(content.decode("utf-8-sig"))
