from nlp_jobs.lexicons.cues import EXCEPT, Cue, CueFinder


def found(finder: CueFinder, text: str, layer: str = "topic") -> list[tuple[str, str]]:
    return [(text[hit.start : hit.end], hit.slug) for hit in finder.find(text).get(layer, [])]


def test_the_longest_cue_of_a_layer_wins():
    finder = CueFinder([Cue("安装", "topic", "a", 2), Cue("安装费", "topic", "b", 2)], "zh")

    assert found(finder, "安装费太贵，安装不错") == [("安装费", "b"), ("安装", "a")]


def test_layers_do_not_disturb_each_other():
    cues = [Cue("客服", "department", "d", 2), Cue("客服态度", "topic", "t", 2)]
    finder = CueFinder(cues, "zh")

    assert found(finder, "客服态度差", "department") == [("客服", "d")]
    assert found(finder, "客服态度差") == [("客服态度", "t")]


def test_an_exception_hides_the_cues_inside():
    cues = [Cue("好", "polarity", "positive", 1), Cue("好像", "polarity", EXCEPT, 0)]
    finder = CueFinder(cues, "zh")

    assert found(finder, "好像不好", "polarity") == [("好", "positive")]


def test_an_exception_of_a_slug_hides_only_that_slug():
    cues = [
        Cue("退", "topic", "refund", 2),
        Cue("闪退", "topic", "except:refund", 0),
        Cue("闪退", "topic", "crash", 2),
    ]

    assert found(CueFinder(cues, "zh"), "又闪退") == [("闪退", "crash")]


def test_a_gap_stays_inside_the_sentence():
    finder = CueFinder([Cue("打了…次", "topic", "t", 2)], "zh")

    assert found(finder, "打了整整五次") == [("打了整整五次", "t")]
    assert found(finder, "打了。又一次") == []


def test_latin_cues_need_word_boundaries():
    finder = CueFinder([Cue("app", "topic", "t", 2)], "en")

    assert found(finder, "the App is an apple") == [("App", "t")]
    assert found(finder, "这个app好") == [("app", "t")]


def test_letters_with_longer_lower_case_keep_positions_right():
    finder = CueFinder([Cue("bad", "topic", "t", 2)], "en")

    assert found(finder, "İİ bad") == [("bad", "t")]


def test_many_texts_at_once_give_what_each_gives_alone():
    cues = [
        Cue("好", "polarity", "positive", 1),
        Cue("好像", "polarity", EXCEPT, 0),
        Cue("app", "topic", "app", 2),
        Cue("打了…次", "topic", "calls", 2),
        Cue("İ", "topic", "capital", 2),
    ]
    finder = CueFinder(cues, "zh")
    texts = ["好像不好", "", "happy app", "打了五", "次", "İİ好", "app", "打了三次好"]

    assert finder.find_many(texts) == [finder.find(text) for text in texts]
    assert finder.find_many([]) == []


def test_no_cue_runs_over_two_texts():
    finder = CueFinder([Cue("安装\n费", "topic", "a", 2), Cue("安…费", "topic", "b", 2)], "zh")

    assert finder.find_many(["安装", "费"]) == [{}, {}]
