"""What can go wrong on the way in. Every message names the thing, the cause and the next step."""

from __future__ import annotations


class IngestionError(RuntimeError):
    """Base of everything that ingestion raises on purpose."""


class SourceError(IngestionError):
    """A source could not be read to its end; what was read before is landed."""

    def __init__(self, source: str, request: str, cause: str, next_step: str) -> None:
        self.source = source
        self.request = request
        self.cause = cause
        self.next_step = next_step
        # the LoadReport of what was landed all the same, when it came so far
        self.report: object | None = None
        super().__init__(f"source {source!r}, {request}: {cause}. Next step: {next_step}")


class SchemaChangedError(SourceError):
    """A column of a source is gone or has another type."""

    def __init__(self, source: str, entity: str, column: str, cause: str) -> None:
        self.entity = entity
        self.column = column
        super().__init__(
            source,
            f"entity {entity!r}, column {column!r}",
            cause,
            "ask the owner of the source what became of the column; when the change is meant, "
            f"adapt the contract of {entity!r} in ingestion/contracts and load again",
        )


class SourceConfigError(IngestionError):
    """config/sources.yml does not fit its model."""


class MappingError(IngestionError):
    """A mapping file is missing, unreadable or does not fit its model."""


class ImportFileError(IngestionError):
    """A file to import is missing, unreadable or lacks what its mapping names."""


class LoadsFailedError(IngestionError):
    """One or more sources of a `load_all` failed; the others were loaded."""

    def __init__(self, failures: dict[str, Exception]) -> None:
        self.failures = failures
        listed = "; ".join(f"{source}: {failure}" for source, failure in failures.items())
        super().__init__(f"{len(failures)} source(s) failed, the others are loaded. {listed}")
