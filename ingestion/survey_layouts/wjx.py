"""问卷星 (wjx.cn): its CSV export, by option texts or by numbers.

Columns: 序号, 提交答卷时间, 所用时间, 来源, 来源详情, 来自IP, then the questions as `1、...`, and
for a test 总分. The address (来自IP) is not taken: nobody here needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ingestion.candidates import Reject
from ingestion.survey_layouts.layout import Export, ExportRow, NotThisLayoutError, read_rows

NUMBER, SUBMITTED = "序号", "提交答卷时间"
DURATION, ORIGIN, ORIGIN_DETAIL, ADDRESS = "所用时间", "来源", "来源详情", "来自IP"
_HEAD = frozenset({NUMBER, SUBMITTED, DURATION, ORIGIN, ORIGIN_DETAIL, ADDRESS, "总分"})
_SECONDS = re.compile(r"\d+")


@dataclass(frozen=True)
class WjxLayout:
    """Exports of 问卷星; an answer is complete once it is submitted."""

    # by option texts: empty, skipped; by numbers: the same
    empty_answers: frozenset[str] = frozenset({"(空)", "（空）", "(跳过)", "（跳过）", "-2", "-3"})

    def read(self, file_name: str, lines: Iterator[list[str]], zone: ZoneInfo) -> Export:
        """Read the head of an export."""
        headings = [heading.strip() for heading in next(lines, [])]
        missing = [heading for heading in (NUMBER, SUBMITTED) if heading not in headings]
        if missing:
            raise NotThisLayoutError(f"no column {' and no column '.join(missing)}")
        return Export(
            [heading for heading in headings if heading not in _HEAD],
            self._iter_rows(file_name, headings, lines, zone),
        )

    def _iter_rows(
        self, file_name: str, headings: list[str], lines: Iterator[list[str]], zone: ZoneInfo
    ) -> Iterator[ExportRow | Reject]:
        for row in read_rows(file_name, headings, lines, first_number=1):
            if isinstance(row, Reject):
                yield row
                continue
            number, all_cells = row
            cells = {name: text for name, text in all_cells.items() if name != ADDRESS}
            seconds = _SECONDS.search(cells.get(DURATION, ""))
            yield ExportRow(
                number,
                cells,
                native_id=cells[NUMBER].strip(),
                submitted_at=cells[SUBMITTED],
                recorded_at=cells[SUBMITTED],
                zone=zone,
                channel=cells.get(ORIGIN, "").strip() or None,
                is_finished=True,
                details={
                    "duration_seconds": int(seconds[0]) if seconds else None,
                    "source": cells.get(ORIGIN_DETAIL, "").strip() or None,
                },
            )
