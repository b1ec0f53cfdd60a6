"""Heavier back ends: a text classifier of the transformers library, from a folder or a hub.

Optional: `make transformers` adds the packages. Nothing else imports them, and a pipeline that
names no such model never loads this module.

    classifier = TransformerClassifier("/models/zh-polarity")
    classifier.probabilities(["送货很快"])   # one row per text, one column per label
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_TOKENS = 256
BATCH = 32
_IDENTITY_FILES = ("config.json", "tokenizer.json", "vocab.txt")


class BackEndError(RuntimeError):
    """A back end cannot be used; the message names the cause and the next step."""


class TransformerClassifier:
    """A sequence classifier with its tokenizer; runs on the GPU when there is one.

    `model`: a folder or a hub name. `device`: auto, cpu, cuda, cuda:1, mps. Multi-label models
    (`problem_type` of their configuration) give independent probabilities, others sum to 1.
    """

    def __init__(self, model: str, device: str = "auto", batch_size: int = BATCH) -> None:
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as missing:
            raise BackEndError(
                f"The model {model} needs the package {missing.name}, which is not installed. "
                "`make transformers` installs it; without it leave VOC_POLARITY_MODEL and "
                "VOC_ASPECTS_MODEL empty."
            ) from missing
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model)
            network = AutoModelForSequenceClassification.from_pretrained(model)
        except (OSError, ValueError) as failure:
            raise BackEndError(
                f"The model {model} cannot be read: {failure}. Name a folder with config.json, "
                "tokenizer and weights of a sequence classifier, or a hub name that is reachable."
            ) from failure
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        self._torch: Any = torch
        self._network: Any = network.to(device).eval()
        self._device = device
        self._batch_size = batch_size
        self._multi_label = network.config.problem_type == "multi_label_classification"
        self.labels: tuple[str, ...] = tuple(
            network.config.id2label[place] for place in sorted(network.config.id2label)
        )

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of each label for each text, shape (texts, labels).

        Texts of like length share a batch, so that little is padded; longer than 256 tokens is
        cut. The order of the rows is that of the texts.
        """
        result = np.zeros((len(texts), len(self.labels)))
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), self._batch_size):
            places = order[start : start + self._batch_size]
            tokens = self._tokenizer(
                [texts[place] for place in places],
                padding=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_tensors="pt",
            ).to(self._device)
            with self._torch.inference_mode():
                logits = self._network(**tokens).logits.float()
            scores = logits.sigmoid() if self._multi_label else logits.softmax(dim=-1)
            result[places] = scores.cpu().numpy()
        return result


def model_identity(model: str) -> str:
    """Return what names a model in a pipeline's version: eight hexadecimal digits.

    A folder is known by its configuration, its tokenizer and the size of its weights; a hub model
    by its name, so that a model that changes under its name must be pinned by the user.
    """
    digest = hashlib.sha256(model.encode())
    folder = Path(model)
    if folder.is_dir():
        digest = hashlib.sha256()
        for name in _IDENTITY_FILES:
            if (folder / name).exists():
                digest.update((folder / name).read_bytes())
        for weights in sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin")]):
            digest.update(f"{weights.name} {weights.stat().st_size}".encode())
            with weights.open("rb") as file:
                digest.update(file.read(1 << 20))
    return digest.hexdigest()[:8]
