"""The annotator end to end, without a database."""

import time

import pytest

from nlp_jobs.annotate import DOCUMENT_COLUMNS, UNIT_COLUMNS, Feedback
from nlp_jobs.pipelines import build_pipeline
from nlp_jobs.taxonomy import load_labels, load_pack

TURNS = [
    {"speaker": "agent", "start": 0.0, "text": "您好，我承诺今天发货"},
    {
        "speaker": "customer",
        "start": 3.0,
        "text": "我是王芳，买的时候销售说三天送到，都一周了还没发货",
    },
    {"speaker": "customer", "start": 9.0, "text": "好的谢谢"},
]
TEXTS = [
    "销售当初说好免费安装，结果安装师傅上门要收200块，太坑了",
    "外观漂亮，电池耐用，就是价格偏高 物流很快！再也不来了…",
    "The delivery was late but the staff were friendly. I was promised a refund!",
    "這個東西質量很好\n<br>客服&nbsp;態度差",
    "👍👍👍",
    "",
    None,
    "O produto é muito bom e chegou no prazo",
]


@pytest.mark.parametrize("text", TEXTS)
def test_unit_spans_give_back_the_unit(read, text: str | None):
    document, units = read(text)

    assert document["unit_count"] == len(units)
    for seq, unit in enumerate(units, start=1):
        assert unit["unit_seq"] == seq
        span = slice(unit["char_start"], unit["char_end"])
        assert document["redacted_text"][span] == unit["redacted_text"]
    ends = [unit["char_end"] for unit in units]
    assert all(end <= unit["char_start"] for end, unit in zip(ends, units[1:], strict=False))


@pytest.mark.parametrize("text", TEXTS)
def test_rows_have_the_contracted_columns_and_known_slugs(read, text: str | None):
    document, units = read(text)
    vocabularies = load_labels()
    pack = load_pack("retail")
    known = {name: vocabularies.slugs(name) for name in vocabularies.vocabularies}
    known["touchpoint_slug"] = {touchpoint.slug for _, touchpoint in pack.iter_touchpoints()}
    known["topic_slug"] = {topic.slug for *_, topic in pack.iter_topics()}

    assert tuple(document) == DOCUMENT_COLUMNS
    for unit in units:
        assert tuple(unit) == UNIT_COLUMNS
        for column in known.keys() & unit.keys():
            assert unit[column] is None or unit[column] in known[column]


def test_a_promise_and_its_breach_name_both_departments(read):
    _, units = read(TEXTS[0])

    assert [(unit["promise_role"], unit["department_slug"]) for unit in units] == [
        ("promise", "sales"),
        ("breach", "installation"),
    ]


def test_a_promise_is_routed_to_who_gave_it(read):
    _, units = read("客服承诺三天退款，现在半个月了还没到账")

    assert [(unit["promise_role"], unit["department_slug"]) for unit in units] == [
        ("promise", "customer_service"),
        ("breach", "after_sales"),
    ]


@pytest.mark.parametrize("text", ["你们说到做到，很好", "跟承诺的一样，第二天就到了"])
def test_a_kept_promise_is_no_breach(read, text: str):
    _, units = read(text)

    assert {unit["promise_role"] for unit in units} == {"none"}


def test_dialogues_keep_speakers_apart(read):
    document, units = read(None, TURNS)

    assert "王芳" not in document["redacted_text"]
    assert {unit["speaker"] for unit in units} == {"customer", "agent"}
    agent = [unit for unit in units if unit["speaker"] == "agent"]
    assert all(unit["sentiment_label"] is None for unit in agent)
    manners = units[-1]
    assert manners["redacted_text"] == "好的谢谢" and manners["sentiment_label"] is None
    assert any(unit["promise_role"] == "promise" for unit in units if unit["speaker"] == "customer")


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ("充电的时候冒烟了", "severity_slug", "safety"),
        ("再不处理我就打12315", "severity_slug", "legal"),
        ("不给解决我就发抖音曝光你们", "severity_slug", "media"),
        ("不用担心漏电，没有安全隐患，很放心", "severity_slug", None),
        ("打了五次电话也没人接", "effort", -3),
        ("一点不麻烦，很省心", "effort", 5),
        ("再也不来了，失望", "intent_slug", "churn_threat"),
        ("建议增加小号尺码", "intent_slug", "suggestion"),
        ("麻烦帮我查一下快递到哪了", "intent_slug", "request"),
        ("请问发票怎么开？", "intent_slug", "question"),
        ("质量很好，会推荐给朋友", "decision_effect_slug", "recommend"),
        ("太差了，不会推荐", "decision_effect_slug", "discourage"),
        ("下次还会再来，很满意", "decision_effect_slug", "repurchase"),
        ("要是能送货上门就好了", "need_kind", "wish"),
        ("没办法，只能自己搬上楼", "need_kind", "workaround"),
        ("快递太慢了，等了十天", "need_slug", "speed"),
        ("还没有淘宝好用", "competitor_slug", "taobao"),
        ("气死我了，什么态度", "emotion_slug", "anger"),
        ("非常感谢客服小妹", "emotion_slug", "gratitude"),
        ("空调不制冷", "topic_slug", "fault"),
        ("会员积分过期也不提醒", "touchpoint_slug", "membership_points"),
    ],
)
def test_signal(read, text: str, column: str, value: object):
    _, units = read(text)

    assert value in [unit[column] for unit in units]
    if value is None:
        assert all(unit[column] is None for unit in units)


def test_noise_is_kept_and_marked(read):
    document, units = read("手机兼职日结，加微信abc12345")

    assert not document["is_relevant"]
    assert document["noise_reason"] == "advertising"
    assert document["redacted_text"] == "手机兼职日结，加微信[微信号]"
    assert units == []


def test_many_equal_one_by_one(annotator, read):
    stream = [Feedback("key", text, None, "hash", "reviews") for text in TEXTS]

    assert list(annotator.annotate_many(stream)) == [read(text) for text in TEXTS]


def test_a_huge_text_does_not_stall(read):
    started = time.process_time()
    for text in ("快递慢客服好不是不差很" * 9000, "快递慢，客服好。" * 12000, "a" * 100_000):
        read(text)

    assert time.process_time() - started < 60


def test_the_pipeline_loads_again_from_disk(tmp_path):
    import spacy

    nlp = build_pipeline("zh")
    nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")

    text = "送货速度快，但是客服态度很差"
    doc = loaded(text)
    assert [span.text for span in doc.spans["units"]] == ["送货速度快", "但是客服态度很差"]
    assert loaded.meta["version"] == nlp.meta["version"]
    labels = [
        [(unit.topic_slug, unit.sentiment_score) for unit in pipeline(text)._.opinion_units]
        for pipeline in (nlp, loaded)
    ]
    assert labels[0] == labels[1]
