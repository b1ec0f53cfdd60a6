"""The network behind the sentiment head: what it reads, when it is asked, how it is trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.components.polarity import PolarityReader
from nlp_jobs.heads import MODEL_DIR, load_sentiment_head
from nlp_jobs.pipelines import build_pipeline
from nlp_jobs.text_network import (
    MOST_TOKENS,
    WIDTHS,
    TextNetwork,
    cut_tokens,
    load_text_network,
)
from nlp_jobs.training.labelled_texts import LabelledText
from nlp_jobs.training.token_vectors import learn_vectors
from nlp_jobs.training.train_text_network import Vocabulary, fit_join, fit_network

SIZE, FILTERS = 4, 3
TOKENS, PAIRS = ("好", "不", "用", "快"), ("不 好", "好 用")


def make_network() -> TextNetwork:
    """A network of random weights that knows four letters and two pairs."""
    random = np.random.default_rng(7)

    def draw(*shape: int) -> np.ndarray:
        return random.normal(size=shape).astype(np.float32)

    return TextNetwork(
        reads_letters=True,
        domains=("shop", "general"),
        tokens=TOKENS,
        pairs=PAIRS,
        vectors=draw(len(TOKENS) + 1, SIZE),
        pair_vectors=draw(len(PAIRS) + 1, SIZE),
        filters=draw(2 * SIZE, sum(WIDTHS), FILTERS),
        biases=draw(len(WIDTHS), FILTERS),
        weights=draw(2 * len(WIDTHS) * FILTERS, 2),
        intercepts=draw(2),
        facts={"bound": 1.0, "join": {"weights": [0.5, 1.0, 0.25, -0.25], "bias": 0.1}},
    )


def read_slowly(network: TextNetwork, text: str) -> np.ndarray:
    """The same as `read`, filter by filter and token by token."""
    said = list(text)
    inputs = []
    for place, token in enumerate(said):
        pair = " ".join(said[place : place + 2])
        row = TOKENS.index(token) + 1 if token in TOKENS else 0
        pair_row = PAIRS.index(pair) + 1 if pair in PAIRS else 0
        inputs.append(np.concatenate([network.vectors[row], network.pair_vectors[pair_row]]))
    pooled = []
    for kind, width in enumerate(WIDTHS):
        first = sum(WIDTHS[:kind])
        answers = []
        for place in range(len(said)):
            answer = network.biases[kind].copy()
            for step in range(width):
                near = place + step - width // 2
                if 0 <= near < len(said):
                    answer += inputs[near] @ network.filters[:, first + step]
            answers.append(np.maximum(answer, 0))
        pooled += [np.max(answers, axis=0), np.sum(answers, axis=0) / np.sqrt(len(said))]
    return np.concatenate(pooled) @ network.weights + network.intercepts


@pytest.mark.parametrize("pairs", [PAIRS, ()])
def test_letters_are_numbered_together_as_one_by_one(pairs: tuple[str, ...]):
    network = replace(make_network(), pairs=pairs, pair_vectors=np.zeros((len(pairs) + 1, SIZE)))
    texts = [
        "不好用",
        "",
        "好 用\t快\u3000用",
        "\0好用",
        "😀好用\U00020000",
        "不好" * MOST_TOKENS,
        "\n",
    ]

    together, one_by_one = network._number_letters(texts), network._number_words(texts)

    for found, expected in zip(together, one_by_one, strict=True):
        assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("text", ["好", "好用", "不好用也不快", "不", "没见过的字"])
def test_it_reads_filter_by_filter(text: str):
    network = make_network()

    assert network.read([text])[0] == pytest.approx(read_slowly(network, text), abs=1e-4)


def test_texts_side_by_side_do_not_mix():
    network = make_network()
    texts = ["不好用", "", "快", "好用" * 90, "不快"]

    together = network.read(texts)

    assert together == pytest.approx(
        np.concatenate([network.read([text]) for text in texts]), abs=1e-4
    )


def test_many_long_texts_are_read_part_by_part():
    network = make_network()
    texts = ["不好用" * 80] * 230

    assert network.read(texts) == pytest.approx(np.tile(network.read(texts[:1]), (230, 1)))


def test_nothing_is_read_of_no_texts():
    assert make_network().read([]).shape == (0, 2)


def test_a_text_without_tokens_is_read_by_the_intercepts():
    network = make_network()

    assert network.read(["  "])[0] == pytest.approx(network.intercepts, abs=1e-6)


def test_the_sure_head_is_not_asked_twice():
    network = make_network()
    domains = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]])

    judged = network.judge_unsure(["好用", "不好", "快"], np.array([1.5, -3.0, 0.4]), domains)

    assert judged[:2].tolist() == [1.5, -3.0]
    read = np.clip(network.read(["快"])[0].mean(), -6, 6)
    assert judged[2] == pytest.approx(0.5 * 0.4 + read + 0.25 * 0.5 - 0.25 * 0.5 + 0.1)


def test_a_saved_network_reads_nearly_the_same(tmp_path: Path):
    network = make_network()
    network.save(tmp_path / "network.npz")

    again = load_text_network(tmp_path / "network.npz")

    assert (again.tokens, again.pairs, again.domains) == (TOKENS, PAIRS, network.domains)
    assert again.facts == network.facts
    texts = ["不好用", "好快"]
    assert again.read(texts) == pytest.approx(network.read(texts), abs=0.3)


def test_letters_and_words_are_cut():
    assert cut_tokens("APP 很好！", reads_letters=True) == ["a", "p", "p", "很", "好", "！"]
    assert cut_tokens("It's SLOW, 2 days", reads_letters=False) == [
        "it's",
        "slow",
        ",",
        "2",
        "days",
    ]


def test_of_a_long_text_both_ends_are_read():
    said = cut_tokens("始" * 150 + "中" * 300 + "末" * 150, reads_letters=True)

    assert len(said) == MOST_TOKENS
    assert set(said) == {"始", "末"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_shipped_networks_know_the_domains_of_the_head(language: str):
    pipe = build_pipeline(language).get_pipe("voc_polarity")

    assert isinstance(pipe, PolarityReader)
    assert pipe.network is not None
    assert pipe.network.domains == pipe.head.domains
    assert pipe.network.reads_letters == (language == "zh")
    assert len(pipe.network.facts["join"]["weights"]) == 2 + len(pipe.head.domains)


@pytest.mark.parametrize(
    ("language", "text", "is_praise"),
    [
        ("zh", "做工精致，爸妈都说喜欢", True),
        ("zh", "等到花儿都谢了还没到货", False),
        ("en", "worth every penny and then some", True),
        ("en", "stood in line for two hours and still no bag", False),
    ],
)
def test_shipped_networks_read_what_is_told(language: str, text: str, is_praise: bool):
    network = load_text_network(MODEL_DIR / f"network_{language}.npz")
    shares = np.full(len(network.domains), 1 / len(network.domains))

    assert (network.read([text])[0] @ shares > 0) == is_praise


def test_a_pipe_without_a_network_reads_by_the_head_alone():
    head = load_sentiment_head(MODEL_DIR / "sentiment_zh.npz")

    assert PolarityReader(head, ()).network is None


class TestTraining:
    def test_tokens_that_are_used_alike_have_vectors_alike(self):
        random = np.random.default_rng(1)
        drinks, tools = ("茶", "奶", "水"), ("锤", "钳", "锯")
        texts = [
            ["喝", str(random.choice(drinks)), "很", "香"]
            if random.random() < 0.5
            else ["用", str(random.choice(tools)), "修", "门"]
            for _ in range(2_000)
        ]

        tokens, vectors = learn_vectors(texts, most=50, least=5, window=3, size=4)

        assert len(tokens) == len(vectors) == 12
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        alike = (vectors / lengths) @ (vectors / lengths).T
        tea, milk, hammer = (tokens.index(token) for token in ("茶", "奶", "锤"))
        assert alike[tea, milk] > 0.9 > 0.5 > alike[tea, hammer]

    def test_rare_tokens_get_no_vector(self):
        texts = [["常", "见"]] * 10 + [["罕", "见"]]

        tokens, _ = learn_vectors(texts, most=10, least=5, window=2, size=1)

        assert sorted(tokens) == ["常", "见"]

    def test_the_join_trusts_what_came_true(self):
        random = np.random.default_rng(3)
        labels = random.choice([-1, 0, 1], 3_000)
        praise = random.uniform(-2, 2, 3_000)
        read = np.column_stack([2.0 * labels, np.zeros(3_000)]) + random.normal(size=(3_000, 2))
        domains = np.tile([1.0, 0.0], (3_000, 1))

        facts = fit_join(praise, read, domains, labels)

        of_head, of_network, *_ = facts["join"]["weights"]
        assert of_network > 1 > abs(of_head)

    def test_a_network_learns_sides_from_labels(self):
        pytest.importorskip("torch", reason="training needs torch: `make transformers`")
        random = np.random.default_rng(5)
        praise, blame, other = "赞妙棒", "烂糟破", "这个货真的很啊了吧"
        examples = []
        for label, side in ((1, praise), (-1, blame)) * 400:
            letters = [str(random.choice(list(other))) for _ in range(6)]
            letters[int(random.integers(6))] = str(random.choice(list(side)))
            examples.append(LabelledText("".join(letters), label, "train"))
        tokens = list(praise + blame + other)
        vocabulary = Vocabulary(
            tokens,
            random.normal(size=(len(tokens), 64)).astype(np.float32),
            ["赞 啊"],
            random.normal(size=(1, 64)).astype(np.float32),
        )

        network = fit_network(examples, ("general",), vocabulary, "zh")

        read = network.read(["这个货妙啊", "这个货破啊"])[:, 0]
        assert read[0] > 0 > read[1]
