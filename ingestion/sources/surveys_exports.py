"""Exports of survey tools as files -> raw_surveys.responses

Data flow:
    list <folder>/**/*.csv[.gz]       local disk, S3, SFTP
        -> list_new_files()           not yet taken, or changed since (size, time)
        -> parse_export()             one candidate per answer, as `layout` and `answers` say
        -> landing                    one current copy per response_id
        -> raw_surveys.export_files   what was taken, once it is landed
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.candidates import Candidate, Reject
from ingestion.contracts import SURVEY_RESPONSES
from ingestion.csv_rows import UnclosedQuoteError
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.file_contents import open_content
from ingestion.file_store import (
    FileStore,
    ListedFile,
    describe,
    open_store,
    set_unsettled_apart,
)
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.survey_layouts import LAYOUTS, NotThisLayoutError, parse_export
from ingestion.taken_files import SURVEY_FILES, list_new_files, remember_files
from ingestion.web_source_config import SurveyExportsConfig
from ingestion.window import Window
from warehouse.settings import Settings

SUFFIXES = (".csv", ".csv.gz")


@dataclass
class ExportReader:
    """Reads exports one after the other and remembers how each went."""

    config: SurveyExportsConfig
    store: FileStore
    taken: list[tuple[ListedFile, int]] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def iter_answers(
        self, files: Iterable[ListedFile], window: Window
    ) -> Iterator[Candidate | Reject]:
        """Yield the answers of all files, then raise `SourceError` when any was broken.

        An export is read to its end before its first answer goes on, so that none is half taken.
        """
        layout = LAYOUTS[self.config.layout]
        for file in files:
            try:
                with open_content(self.store, file) as content:
                    answers = list(parse_export(file.name, content, layout, self.config))
            except (NotThisLayoutError, UnclosedQuoteError) as failure:
                self.broken[file.name] = describe(failure)
                continue
            except (OSError, EOFError, csv.Error, zlib.error) as failure:
                self.broken[file.name] = describe(failure)
                continue
            yield from (answer for answer in answers if _is_within(window, answer))
            self.taken.append((file, len(answers)))
        if self.broken:
            listed = "; ".join(f"{name}: {cause}" for name, cause in self.broken.items())
            raise SourceError(
                self.config.slug,
                f"{len(self.broken)} file(s) in {self.store.address!r}",
                f"are no exports as {self.config.layout!r} writes them, or not whole ({listed})",
                "export them again, or correct `layout` and `answers` in config/sources.yml; the "
                "next load takes them, all other files are landed",
            )


def load(
    settings: Settings,
    config: SurveyExportsConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land the answers of new and corrected exports.

    With `since`, `until` or `full`, files taken before are read again, and only answers that
    were recorded within the window are landed.
    """
    connection = settings.file_connection(config.connection)
    store = open_store(
        config.slug, connection.below(config.folder) if config.folder else connection
    )
    files = store.list_files(SUFFIXES)
    prefix = f"{config.slug}/"
    is_windowed = since is not None or until is not None
    chosen = files
    if not full and not is_windowed:
        chosen = list_new_files(settings, SURVEY_FILES, files, prefix)
    chosen, waiting = set_unsettled_apart(store, chosen, SUFFIXES, config.settle_seconds)
    reader = ExportReader(config, store)
    window = Window(since, until, keeps_watermark=True)
    stream = Stream(
        entity=SURVEY_RESPONSES,
        candidates=reader.iter_answers(chosen, window),
        source_slug=config.slug,
        oldest_first=False,
        detail={
            "files_listed": len(files),
            "files_chosen": len(chosen),
            "files_waiting": waiting,
            "files_broken": reader.broken,
        },
    )
    try:
        report = land(settings, config.slug, [stream], progress)
    except SchemaChangedError:
        raise  # how much was landed, the files cannot tell
    except SourceError as failure:
        if isinstance(failure.report, LoadReport) and not is_windowed:
            load_id = failure.report.entities[0].load_id
            remember_files(settings, SURVEY_FILES, reader.taken, load_id, prefix)
        raise
    if not is_windowed:  # answers outside the window are still to be taken
        load_id = report.entities[0].load_id
        remember_files(settings, SURVEY_FILES, reader.taken, load_id, prefix)
    return report


def _is_within(window: Window, answer: Candidate | Reject) -> bool:
    """Was an answer recorded within? One without a readable moment goes on, to quarantine."""
    moment = answer.values["updated_at"] if isinstance(answer, Candidate) else None
    return not isinstance(moment, datetime) or window.holds(moment)
