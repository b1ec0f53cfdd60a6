"""A pipe that reads the docs of a batch in one pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from spacy import util
from spacy.tokens import Doc


class BatchPipe(ABC):
    """One doc is a batch of one; a stream is read batch by batch, in order."""

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc; `pipe` reads many in one pass."""
        self.read_batch([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Read docs batch by batch."""
        for docs in util.minibatch(stream, size=batch_size):
            batch = list(docs)
            self.read_batch(batch)
            yield from batch

    @abstractmethod
    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Write what the pipe finds into the docs."""
