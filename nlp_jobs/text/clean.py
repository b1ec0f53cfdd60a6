"""Cleaning rules for dirty text, one function each, applied in the order of `RULES`.

Emoji, punctuation and typing errors stay: they carry feeling. Nothing here needs the language.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ufffd\ud800-\udfff\ue000-\uf8ff]"
)
_EMOJI_JOINER = re.compile(
    "(?<=[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d(?=[\u2600-\U0001faff])"
)
_BLOCK_TAGS = re.compile(r"<\s*/?\s*(?:br|p|div|li|tr|h[1-6])\b[^<>]{0,200}>", re.IGNORECASE)
_SCRIPTS = re.compile(r"<(script|style)\b[^<]{0,5000}</\1\s*>", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});?")
_PINYIN = re.compile(r"(?<=[\u4e00-\u9fff])[(（][a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ][a-zü]*[)）]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_EMPTY_LINES = re.compile(r" ?\n[\s]*")
# What no rule ever touches, but for doubled blanks: ASCII without & and <, Chinese, most emoji.
_UNUSUAL = re.compile(
    "[^ !-%'-;=-~\u4e00-\u9fff\u2010-\u2027\u2030-\u203a\u3001-\u301f"
    "\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff5e\U0001f300-\U0001faff]"
)
_FULL_WIDTH = {
    code: code - 0xFEE0
    for code in range(0xFF01, 0xFF5F)
    if chr(code - 0xFEE0).isalnum() or chr(code - 0xFEE0) in "@#%&*+-/=_.<>"
}


def drop_control_characters(text: str) -> str:
    """`"好\\x00评\\ufeff"` -> `"好评"`: what PostgreSQL cannot store or nobody can see.

    Lost characters (U+FFFD) and private-use glyphs go too; joined emoji stay whole.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\u200d" not in text:
        return _CONTROLS.sub("", text)
    kept = _EMOJI_JOINER.sub("\x11", text)
    kept = "".join(_CONTROLS.sub("", part) + "\u200d" for part in kept.split("\x11"))
    return kept[:-1]


def strip_html(text: str) -> str:
    """`"很好<br/>下次"` -> `"很好\\n下次"`: tags and entities of scraped pages."""
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if "<" not in text:
        return text
    return _TAGS.sub("", _BLOCK_TAGS.sub("\n", _SCRIPTS.sub("", text)))


def strip_injected_pinyin(text: str) -> str:
    """`"企业(yè)服务"` -> `"企业服务"`: readings that scrapers leave behind a character."""
    return _PINYIN.sub("", text) if "(" in text or "（" in text else text


def normalise_width(text: str) -> str:
    """`"１３８，ＡＢＣ"` -> `"138，ABC"`: full-width letters and digits, composed accents.

    Chinese punctuation keeps its width: it tells sentence ends from decimal points.
    """
    return unicodedata.normalize("NFC", text.translate(_FULL_WIDTH))


def collapse_white_space(text: str) -> str:
    """`"好 \\u3000 \\r\\n\\r\\n的"` -> `"好\\n的"`: one blank, one line end, none at the edges."""
    text = _BLANKS.sub(" ", _LINE_ENDS.sub("\n", text))
    return _EMPTY_LINES.sub("\n", text).strip()


RULES: tuple[Callable[[str], str], ...] = (
    strip_html,
    drop_control_characters,
    strip_injected_pinyin,
    normalise_width,
    collapse_white_space,
)


def clean(text: str) -> str:
    """Apply all rules; cleaning twice changes nothing more on ordinary text."""
    if is_clean(text):
        return text
    for rule in RULES:
        text = rule(text)
    return text


def is_clean(text: str) -> bool:
    """True for most texts, which no rule would change; one look costs less than all the rules."""
    has_outer_blanks = text.startswith(" ") or text.endswith(" ")
    return not has_outer_blanks and "  " not in text and _UNUSUAL.search(text) is None
