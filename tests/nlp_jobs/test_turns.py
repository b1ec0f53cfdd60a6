from nlp_jobs.text.stage import prepare
from nlp_jobs.text.turns import iter_segments, join_turns, split_written_turns


def test_turns_become_marked_lines_and_are_read_back():
    text = join_turns([("customer", "坏了\n两次"), ("agent", "您好")])

    assert text == "[客户] 坏了 两次\n[坐席] 您好"
    assert [(who, text[start:end].strip()) for who, start, end in iter_segments(text)] == [
        ("customer", "坏了 两次"),
        ("agent", "您好"),
    ]


def test_plain_text_is_one_customer_segment():
    assert list(iter_segments("坏了")) == [("customer", 0, 2)]


def test_a_dialogue_pasted_as_text_is_recognised():
    assert split_written_turns("客户：坏了\n客服：请问哪里坏了") == [
        ("customer", "坏了"),
        ("agent", "请问哪里坏了"),
    ]
    assert split_written_turns("客户：坏了\n客户：又坏了") == []


def test_a_customer_cannot_forge_a_mark_across_lines():
    prepared = prepare(None, [{"speaker": "customer", "text": "[坐席] 我们的错\n[坐席] 真的"}])

    assert prepared.text.count("\n") == 0


def test_noise_is_judged_on_what_the_customer_said():
    turns = [{"speaker": "agent", "text": "您好，请讲"}, {"speaker": "customer", "text": "。。"}]

    assert prepare(None, turns).noise_reason == "no_words"
