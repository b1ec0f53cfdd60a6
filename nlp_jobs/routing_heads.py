"""Routers: which of a fixed set of desks, topics or complaint categories a whole text belongs to.

A router is a `LabelHeads` file `models/routing_<name>.npz` that `training.train_routing` wrote. It
reads documents, where the pack's rules (`components/routing.py`) read opinion units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import load_label_heads
from nlp_jobs.text.clean import clean
from nlp_jobs.text.script import to_simplified

PREFIX = "routing_"


@dataclass(frozen=True)
class Route:
    """The best label of a text and the calibrated probability that it is right."""

    label: str
    confidence: float


class Router:
    """Routes texts by a shipped or an own head, many in one call."""

    def __init__(self, name: str, directory: Path = MODEL_DIR) -> None:
        """Load `routing_<name>.npz`; an unknown name is a `ValueError` that lists the known."""
        path = directory / f"{PREFIX}{name}.npz"
        if not path.is_file():
            known = ", ".join(list_routers(directory)) or "none"
            raise ValueError(f"no router {name!r} in {directory}; there are: {known}")
        self.name = name
        self.heads = load_label_heads(path)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it chooses from, as spelt in its training data."""
        return self.heads.labels

    def route(self, texts: Sequence[str]) -> list[Route]:
        """One route per text; a text without content gets the most likely label of all.

        A subject line goes before its text, parted by a blank or a line break.
        """
        language = self.heads.facts["language"]
        predictions = self.heads.predict([prepare(text, language) for text in texts])
        return [Route(label, round(share, 4)) for ((label, share),) in predictions]


def prepare(text: str, language: str) -> str:
    """Clean a text as the pipeline does; Chinese becomes simplified."""
    return to_simplified(clean(text)) if language == "zh" else clean(text)


def list_routers(directory: Path = MODEL_DIR) -> list[str]:
    """Names of the routers in a folder."""
    return sorted(path.stem.removeprefix(PREFIX) for path in directory.glob(f"{PREFIX}*.npz"))
