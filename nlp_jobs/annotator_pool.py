"""Many worker processes, one stream of labels: the in-memory path on more than one core.

    with AnnotatorPool("retail", workers=2) as pool:
        for document, units in pool.annotate_many(feedback):
            ...

Workers take chunks of feedback and return rows. No spaCy doc crosses a process boundary: packing
and unpacking docs costs ten times what labelling them does. Rows travel packed, because the pool
would unpack them with garbage collection at work, which doubles what that costs.
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from types import TracebackType

from nlp_jobs.annotate import (
    Annotator,
    Feedback,
    Row,
    Values,
    garbage_collection_paused,
    iter_chunks,
    name_columns,
)
from nlp_jobs.domain_shares import Shares
from nlp_jobs.pipelines import LIGHT, BackEnds
from nlp_jobs.source_domains import KnownShares, Source, read_shares
from nlp_jobs.taxonomy import DEFAULT_CONFIG_DIR

CHUNK = 1000  # pieces of feedback that a worker takes at a time
CHUNKS_IN_FLIGHT = 3  # for each worker: one in work, one waiting, one on its way back

_annotator: Annotator | None = None


class AnnotatorPool:
    """Annotators in processes of their own; its methods are those of `Annotator`."""

    def __init__(
        self,
        pack: str = "retail",
        names: Iterable[str] = (),
        config_dir: Path = DEFAULT_CONFIG_DIR,
        workers: int = 2,
        back_ends: BackEnds = LIGHT,
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, not {workers}")
        self._workers = workers
        self._shares = read_shares(config_dir)
        self._pool = ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_build_annotator,
            initargs=(pack, tuple(names), config_dir, back_ends),
        )

    def __enter__(self) -> AnnotatorPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def know_domains(self, shares: KnownShares) -> None:
        """The same as `Annotator.know_domains`."""
        self._shares = dict(shares)

    def learn_domains(self, feedback: Iterable[Feedback]) -> dict[Source, Shares]:
        """The same as `Annotator.learn_domains`, in one of the processes."""
        return self._pool.submit(_learn_domains, list(feedback)).result()

    def annotate_many(self, feedback: Iterable[Feedback]) -> Iterator[tuple[Row, list[Row]]]:
        """Label a stream in order; only a few chunks are held at a time."""
        return map(name_columns, self.annotate_values(feedback))

    def annotate_values(
        self, feedback: Iterable[Feedback]
    ) -> Iterator[tuple[Values, list[Values]]]:
        """The same as values, see `Annotator.annotate_values`: names keep this process busy."""
        waiting: deque[Future[bytes]] = deque()
        for chunk in iter_chunks(feedback, CHUNK):
            waiting.append(self._pool.submit(_annotate, chunk, self._shares))
            if len(waiting) >= CHUNKS_IN_FLIGHT * self._workers:
                yield from _unpack(waiting.popleft().result())
        while waiting:
            yield from _unpack(waiting.popleft().result())


def _build_annotator(
    pack: str, names: tuple[str, ...], config_dir: Path, back_ends: BackEnds
) -> None:
    global _annotator
    _annotator = Annotator(pack, names, config_dir, back_ends)
    gc.collect()
    gc.freeze()  # packs, word lists and weights stay for good: never look at them again


def _learn_domains(feedback: list[Feedback]) -> dict[Source, Shares]:
    assert _annotator is not None
    return _annotator.learn_domains(feedback)


def _annotate(chunk: list[Feedback], shares: dict[Source, Shares]) -> bytes:
    """The values of the rows in the order of their columns: names need not travel."""
    assert _annotator is not None
    _annotator.know_domains(shares)
    return pickle.dumps(list(_annotator.annotate_values(chunk)), pickle.HIGHEST_PROTOCOL)


def _unpack(packed: bytes) -> list[tuple[Values, list[Values]]]:
    with garbage_collection_paused():
        labelled: list[tuple[Values, list[Values]]] = pickle.loads(packed)
    return labelled
