"""Dialogues as one text: turns become lines with a speaker mark, and the marks are read back.

`[客户] 你们的快递太慢了` / `[坐席] 请问您贵姓`; English dialogues use `[Customer]` and `[Agent]`.
The marks are part of `documents.redacted_text`; opinion units never include them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MARKS = {
    "zh": {"customer": "[客户] ", "agent": "[坐席] "},
    "en": {"customer": "[Customer] ", "agent": "[Agent] "},
}
_MARK = re.compile(r"^\[(?:(?P<customer>客户|Customer)|(?P<agent>坐席|Agent))\] ", re.MULTILINE)
_WRITTEN_MARK = re.compile(
    r"^[ \[【(（]*(?:(?P<customer>客户|顾客|用户|买家|customer|client|user)"
    r"|(?P<agent>客服|坐席|座席|店员|商家|卖家|工作人员|agent|operator|representative|advisor))"
    r"[ \]】)）]*[:：][ ]*",
    re.MULTILINE | re.IGNORECASE,
)


def iter_turns(turns: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (speaker, text) of each turn; anyone who is not the customer counts as agent."""
    for turn in turns:
        text = turn.get("text")
        if text:
            yield "customer" if turn.get("speaker") == "customer" else "agent", str(text)


def split_written_turns(text: str) -> list[tuple[str, str]]:
    """Read a dialogue that was pasted as text (`客户：… 客服：…`, a mark at each line start).

    Fewer than two marks, or only one side speaking, make no dialogue: the result is empty.
    """
    marks = list(_WRITTEN_MARK.finditer(text))
    speakers = [mark.lastgroup or "customer" for mark in marks]
    if len(set(speakers)) < 2:
        return []
    turns = (
        [("agent", text[: marks[0].start()].strip())] if text[: marks[0].start()].strip() else []
    )
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, speaker, end in zip(marks, speakers, ends, strict=True):
        said = text[mark.end() : end].strip()
        if said:
            turns.append((speaker, said))
    return turns


def join_turns(turns: Iterable[tuple[str, str]], language: str = "zh") -> str:
    """One line per turn with its mark; line ends inside a turn become blanks."""
    marks = MARKS.get(language, MARKS["zh"])
    return "\n".join(f"{marks[speaker]}{' '.join(text.split())}" for speaker, text in turns)


def iter_segments(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (speaker, start, end) of what was said, marks left out; plain text is one segment."""
    marks = list(_MARK.finditer(text)) if text.startswith("[") else []
    if not marks:
        yield "customer", 0, len(text)
        return
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        yield mark.lastgroup or "customer", mark.end(), end
