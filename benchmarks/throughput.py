"""How many reviews per second the language pipeline labels: in memory, and through PostgreSQL.

    python -m benchmarks.throughput --texts FILE_OR_DIR [--workers 2] [--limit 20000] [--database]

FILE is plain text (one review a line) or CSV with a `text` column, `.gz` or not; of a folder all
such files are read. Texts are taken in an order that depends on their words only. CPU seconds
count on a busy machine, wall seconds only on an idle one.
"""

from __future__ import annotations

import argparse
import csv
import gc
import gzip
import hashlib
import json
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from benchmarks.throughput_database import measure_database
from nlp_jobs import annotate
from nlp_jobs.annotate import CHUNK, Annotator, Feedback
from nlp_jobs.annotator_pool import AnnotatorPool
from nlp_jobs.text import stage

WARM_UP = 3000  # reviews that fill vocabularies and caches before the clock starts
STAGE_REVIEWS = 4000  # reviews by which each stage is timed


def iter_texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file, or of all files of a folder in the order of their names."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.name.endswith((".csv", ".csv.gz", ".txt", ".txt.gz")):
                yield from iter_texts(file)
        return
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        if ".csv" in path.suffixes:
            csv.field_size_limit(2**31 - 1)
            yield from (row["text"] for row in csv.DictReader(file) if row.get("text"))
        else:
            yield from (line.rstrip("\n") for line in file if line.strip())


def choose_texts(path: Path, limit: int, longest: int) -> list[str]:
    """`limit` texts of at most `longest` characters, spread evenly over everything there is."""
    texts = {text for text in iter_texts(path) if len(text) <= longest}
    if not texts:
        raise SystemExit(f"{path}: no text (plain text, or CSV with a column `text`)")
    return sorted(texts, key=lambda text: hashlib.md5(text.encode()).digest())[:limit]


def make_feedback(texts: Sequence[str]) -> list[Feedback]:
    return [Feedback(f"k{number}", text, None, "h", "reviews") for number, text in enumerate(texts)]


def measure_process(annotator: Annotator, feedback: Sequence[Feedback]) -> dict[str, float]:
    """One process: reviews per second of CPU and of wall time, units per review, memory."""
    started, cpu_started = time.perf_counter(), time.process_time()
    units = sum(len(rows) for _, rows in annotator.annotate_values(feedback))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    return {
        "per_cpu_second": len(feedback) / cpu_seconds,
        "per_second": len(feedback) / seconds,
        "units_per_review": units / len(feedback),
        "memory_mb": psutil.Process().memory_info().rss / 2**20,
    }


def measure_workers(feedback: Sequence[Feedback], pack: str, workers: int) -> dict[str, float]:
    """Several processes, values handed back to this one; reviews per second of wall time."""
    with AnnotatorPool(pack, workers=workers) as pool:
        for _ in pool.annotate_values(feedback[: WARM_UP * workers]):
            pass
        started, cpu_started = time.perf_counter(), cpu_seconds()
        for _ in pool.annotate_values(feedback):
            pass
        seconds, spent = time.perf_counter() - started, cpu_seconds() - cpu_started
        memory = [child.memory_info().rss for child in psutil.Process().children()]
    return {
        "per_second": len(feedback) / seconds,
        # all processes together: what the machine does on each of its cores when it is idle
        "per_cpu_second": len(feedback) / spent,
        "memory_mb": max(memory) / 2**20,
    }


def cpu_seconds() -> float:
    """CPU seconds of this process and its children so far."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def measure_stages(annotator: Annotator, feedback: Sequence[Feedback]) -> dict[str, float]:
    """Microseconds of CPU per review and stage, each stage run over all texts by itself."""
    stages: dict[str, float] = {}

    def clock(name: str, work: Callable[[], Any]) -> Any:
        started = time.thread_time()
        result = work()
        stages[name] = (time.thread_time() - started) / len(feedback) * 1e6
        return result

    names, nlp = annotator.names, annotator.pipelines["zh"]
    gc.disable()
    cleaned = clock("  clean", lambda: [stage.clean(item.text or "") for item in feedback])
    clock("  script", lambda: [stage.detect_script(text) for text in cleaned])
    clock("  simplify", lambda: [stage.to_simplified(text) for text in cleaned])
    clock("  redact", lambda: [stage.redact(text, names, "zh") for text in cleaned])
    clock("  noise", lambda: [stage.find_noise(text) for text in cleaned])
    prepared = clock(
        "text stage", lambda: [stage.prepare(item.text, None, names) for item in feedback]
    )
    texts = [text.text for text in prepared if annotate.choose_pipeline(text) == "zh"]
    docs = clock("tokenizer", lambda: [nlp.make_doc(text) for text in texts])
    for name, pipe in nlp.pipeline:
        docs = clock(name, lambda pipe=pipe, docs=docs: run_pipe(pipe, docs))
    clock("rows", lambda: [annotator.make_values(feedback[0], prepared[0], doc) for doc in docs])
    gc.enable()
    return stages


def run_pipe(pipe: Any, docs: Sequence[Any]) -> list[Any]:
    if not hasattr(pipe, "pipe"):
        return [pipe(doc) for doc in docs]
    done: list[Any] = []
    for start in range(0, len(docs), CHUNK):
        done += pipe.pipe(iter(docs[start : start + CHUNK]), batch_size=CHUNK)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--pack", default="retail")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=int, default=20_000, help="reviews to label")
    parser.add_argument("--longest", type=int, default=300, help="characters of the longest review")
    parser.add_argument("--database", action="store_true", help="also through PostgreSQL")
    arguments = parser.parse_args()
    texts = choose_texts(arguments.texts, arguments.limit, arguments.longest)
    feedback = make_feedback(texts)
    annotator = Annotator(arguments.pack)
    measure_process(annotator, feedback[:WARM_UP])
    report: dict[str, Any] = {
        "date": date.today().isoformat(),
        "python": platform.python_version(),
        "pipeline_version": annotator.pipeline_version,
        "reviews": len(texts),
        "characters_per_review": sum(map(len, texts)) / len(texts),
        "load_average": psutil.getloadavg()[0],
        "one_process": measure_process(annotator, feedback),
        "stages_us": measure_stages(annotator, feedback[:STAGE_REVIEWS]),
    }
    if arguments.workers > 1:
        report["workers"] = measure_workers(feedback, arguments.pack, arguments.workers)
    if arguments.database:
        report["database"] = measure_database(texts, arguments.workers)
    json.dump(report, sys.stdout, ensure_ascii=False, indent=2, default=float)
    print()


if __name__ == "__main__":
    main()
