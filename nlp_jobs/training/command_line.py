"""The options that the scripts share which train from the public data sets."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from nlp_jobs.heads import MODEL_DIR


def parse_options(
    description: str, languages: Iterable[str], arguments: Sequence[str] | None
) -> argparse.Namespace:
    """`language`, `data` and `out` of a call; the first line of the description is its help."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--language", choices=sorted(languages), required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    return parser.parse_args(arguments)
