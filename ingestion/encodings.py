"""Which encoding a text file is in. UTF-8 first, then what Chinese exports use."""

from __future__ import annotations

import codecs

SAMPLE_BYTES = 1_000_000
# a file is in an encoding when most of its lines beyond ASCII are; the rest are broken lines
_ENOUGH = 0.5


def detect_encoding(sample: bytes, *, is_whole: bool) -> str:
    """Return the encoding of a text from its first bytes.

    `is_whole` is false when the sample may end within a character.
    """
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    lines = sample.split(b"\n")
    if not is_whole and len(lines) > 1:
        lines.pop()
    telling = [line for line in lines if not line.isascii()]
    if not telling:
        return "utf-8"
    for encoding in ("utf-8", "gb18030"):
        if sum(_decodes(line, encoding) for line in telling) >= _ENOUGH * len(telling):
            return encoding
    return _guess(b"\n".join(telling))


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else "utf-8"
