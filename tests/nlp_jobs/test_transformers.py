"""The heavier back end, with a tiny model that is made and trained here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from nlp_jobs.components.transformer_aspects import TransformerAspects, known_topics
from nlp_jobs.components.transformer_polarity import TransformerPolarity, read_meanings
from nlp_jobs.pipelines import BackEnds, build_pipeline, pipeline_version
from nlp_jobs.taxonomy import load_pack
from nlp_jobs.transformer_models import BackEndError, TransformerClassifier, model_identity

needs_transformers = pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None or importlib.util.find_spec("torch") is None,
    reason="the transformers back end is not installed: `make transformers`",
)
LESSONS = {
    "negative": ["差", "很差", "真差劲", "太差了", "差得很"],
    "neutral": ["一般", "还行吧", "一般般", "还行", "就一般"],
    "positive": ["好", "很好", "真好用", "太好了", "好得很"],
}


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT over single characters that has learnt 好, 一般 and 差."""
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-model")
    letters = sorted({letter for texts in LESSONS.values() for text in texts for letter in text})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    names = list(LESSONS)
    torch.manual_seed(0)
    network = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            id2label=dict(enumerate(names)),
            label2id={name: place for place, name in enumerate(names)},
        )
    )
    # the second copy stands among characters that the model does not know, as real words do
    lessons = [
        (around.format(text), names.index(name))
        for name in names
        for text in LESSONS[name]
        for around in ("{}", "某甲某乙{}。")
    ]
    texts = [text for text, _ in lessons]
    targets = torch.tensor([target for _, target in lessons])
    tokens = tokenizer(texts, padding=True, return_tensors="pt")
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(80):
        optimiser.zero_grad()
        network(**tokens, labels=targets).loss.backward()
        optimiser.step()
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@needs_transformers
def test_probabilities_keep_the_order_of_the_texts(model_folder):
    classifier = TransformerClassifier(str(model_folder), batch_size=2)

    shares = classifier.probabilities(["太差了太差了太差了", "好", "还行吧", "很差", "真好用"])

    assert classifier.labels == ("negative", "neutral", "positive")
    assert shares.shape == (5, 3)
    assert shares.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert shares.argmax(axis=1).tolist() == [0, 2, 1, 0, 2]


@needs_transformers
def test_the_pipeline_takes_polarity_from_the_model(model_folder):
    nlp = build_pipeline("zh", back_ends=BackEnds(polarity=str(model_folder)))

    [doc] = nlp.pipe(["物流太差了，但是客服真好。我昨天买的。"])

    labels = {unit.text: unit.sentiment_label for unit in doc._.opinion_units}
    assert labels["物流太差了"] == "negative"
    assert labels["但是客服真好。"] == "positive"
    assert labels["我昨天买的。"] is None
    scores = [unit.sentiment_score for unit in doc._.opinion_units if unit.sentiment_label]
    assert all(-5 <= score <= 5 for score in scores)


@needs_transformers
def test_a_folder_without_a_model_says_what_is_expected(tmp_path):
    with pytest.raises(BackEndError, match=r"(?s)cannot be read.*config\.json"):
        TransformerClassifier(str(tmp_path))


@needs_transformers
def test_another_model_is_another_version(model_folder, tmp_path):
    (tmp_path / "config.json").write_text("{}")

    assert model_identity(str(model_folder)) == model_identity(str(model_folder))
    assert model_identity(str(model_folder)) != model_identity(str(tmp_path))
    assert model_identity("some/hub-name") != model_identity("some/other-name")
    assert pipeline_version(back_ends=BackEnds(polarity=str(model_folder))) != pipeline_version()


def test_topics_come_from_an_aspect_model_where_the_cues_found_none():
    class Aspects:
        labels = ("气味", "product_fit", "whatever")

        def probabilities(self, texts):
            sure, unsure = [0.1, 0.9, 0.2], [0.1, 0.2, 0.9]
            return np.array([sure if "蓝色" in text else unsure for text in texts])

    pack = load_pack("retail")
    topic = next(topic.slug for *_, topic in pack.iter_topics() if topic.touchpoint)
    nlp = build_pipeline("zh")
    nlp.remove_pipe("voc_topics")
    pipe = TransformerAspects(Aspects(), pack, "zh", {"product_fit": topic}, 0.5, 0.55)

    docs = list(pipe.pipe(nlp.pipe(["它是蓝色的呢", "它是别的呢"])))

    [[blue], [other]] = [doc._.opinion_units for doc in docs]
    assert (blue.topic_slug, blue.topic_confidence) == (topic, 0.9)
    assert blue.touchpoint_slug is not None
    assert blue.department_slug is not None
    assert other.topic_slug is None


def test_an_aspect_model_must_speak_of_the_packs_topics():
    pack = load_pack("retail")

    with pytest.raises(BackEndError, match="None of the model's labels"):
        known_topics(("LABEL_0",), pack, "xx", {})
    with pytest.raises(BackEndError, match="no topic 'nonsense'"):
        known_topics(("LABEL_0",), pack, "xx", {"LABEL_0": "nonsense"})


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        (("positive", "negative"), [2, 0]),
        (("NEG", "NEU", "POS"), [0, 1, 2]),
        (("负面", "中性", "正面"), [0, 1, 2]),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), [0, 0, 1, 2, 2]),
        (("-1", "0", "1"), [0, 1, 2]),
    ],
)
def test_usual_label_names_are_understood(labels, places):
    assert read_meanings(labels, {}).argmax(axis=1).tolist() == places


def test_a_label_without_meaning_asks_for_one():
    with pytest.raises(BackEndError, match=r"LABEL_0.*VOC_POLARITY_MEANINGS"):
        read_meanings(("LABEL_0", "LABEL_1"), {})

    named = read_meanings(("LABEL_0", "LABEL_1"), {"LABEL_0": "negative", "LABEL_1": "positive"})
    assert named.argmax(axis=1).tolist() == [0, 2]


def test_a_batch_is_one_call_of_the_model():
    calls = []

    class Counting:
        labels = ("negative", "positive")

        def probabilities(self, texts):
            calls.append(len(texts))
            return np.tile([0.9, 0.1], (len(texts), 1))

    nlp = build_pipeline("zh")
    pipe = TransformerPolarity(Counting(), {})

    docs = list(nlp.pipe(["质量很好", "发货太慢", "今天星期三"]))
    docs[2]._.opinion_units[0].sentiment_label = None
    docs = list(pipe.pipe(docs))

    assert len(calls) == 1
    assert [doc._.sentiment_label for doc in docs[:2]] == ["negative", "negative"]
    assert docs[0]._.sentiment_score == -4.0
    # what holds no opinion for the lighter pipe is not asked of the model
    assert [unit.sentiment_label for unit in docs[2]._.opinion_units] == [None]
