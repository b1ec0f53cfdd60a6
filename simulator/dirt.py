"""Dirt in written texts: what keyboards, web pages, exports and haste do to them."""

from __future__ import annotations

import html
from functools import cache
from random import Random

from simulator.draft import Draft

# chance that a written text is dirty at all, and how the dirt spreads over its kinds
DIRTY_SHARE = 0.20
_KINDS = {
    "html": 16,
    "full_width": 11,
    "emoji": 20,
    "traditional": 19,
    "code_switch": 13,
    "typo": 22,
    "pinyin": 4,
    "lost_characters": 4,
    "spaces": 8,
    "repeated": 9,
    "dialect": 14,
}
_EMOJI_GOOD = ("😊", "👍", "❤️", "🥰", "🎉", "😂", "✨", "[强]", "[爱心]", "(๑•̀ㅂ•́)و✧", "^_^")
_EMOJI_BAD = ("😡", "😤", "🙄", "💔", "😭", "👎", "🤮", "[怒]", "[流泪]", "T_T", "(╯°□°)╯")
_SWITCHES = {
    "客服": "CS", "质量": "quality", "价格": "price", "尺寸": "size", "颜色": "color",
    "快递": "delivery", "服务": "service", "推荐": "recommend", "退款": "refund", "发票": "invoice",
    "送货": "delivery", "便宜": "cheap", "师傅": "technician", "店员": "staff", "包装": "package",
    "体验": "experience", "活动": "event", "优惠": "discount", "会员": "VIP", "问题": "problem",
}  # fmt: skip
_TYPOS = {
    "的": "得", "在": "再", "做": "作", "已经": "以经", "客服": "客府", "安装": "按装",
    "质量": "制量", "师傅": "师付", "退款": "推款", "物流": "勿流", "态度": "太度", "发票": "发漂",
    "电话": "电活", "结果": "结过", "账": "帐", "以为": "已为", "再也": "在也", "收到": "手到",
}  # fmt: skip
_PINYIN = {
    "业": "yè", "务": "wù", "质": "zhì", "量": "liàng", "装": "zhuāng", "货": "huò", "修": "xiū",
    "退": "tuì", "钱": "qián", "客": "kè", "送": "sòng", "店": "diàn", "买": "mǎi", "换": "huàn",
}  # fmt: skip


# region -> words as they are said there; the first that fits is taken
_DIALECTS = {
    "华南": {
        "没有": "冇", "不知道": "唔知", "很": "好鬼", "什么": "乜嘢", "东西": "嘢", "怎么": "点解",
        "不": "唔", "他们": "佢哋", "这样": "咁样", "现在": "而家", "找": "揾", "看": "睇",
    },
    "西南": {
        "什么": "啥子", "怎么": "咋个", "不要": "莫", "没有": "没得", "很": "好", "知道": "晓得",
        "东西": "东东", "这样": "嘞个样", "小孩": "娃儿", "厉害": "凶", "不行": "要不得",
    },
    "东北": {
        "什么": "啥", "怎么": "咋", "很": "老", "特别": "贼", "干什么": "干哈", "不知道": "不道",
        "这样": "这样式儿", "非常": "杠杠", "没有": "没", "知道": "知道地", "聊": "唠",
    },
    "华东": {
        "什么": "啥", "没有": "呒没", "知道": "晓得", "东西": "么事", "很": "蛮", "怎么": "哪能",
        "我们": "阿拉", "非常": "老", "不要": "覅", "漂亮": "赞", "厉害": "结棍",
    },
    "华北": {
        "什么": "嘛", "怎么": "咋", "很": "倍儿", "不用": "甭", "没有": "没", "特别": "忒",
        "知道": "知道了您呐", "非常": "倍儿", "我们": "咱", "东西": "玩意儿",
    },
    "华中": {
        "什么": "么子", "怎么": "啷个", "没有": "冇得", "很": "蛮", "知道": "晓得", "不要": "莫",
        "我们": "我们屋里", "厉害": "扎实", "不行": "不中", "非常": "几",
    },
    "西北": {
        "什么": "啥", "怎么": "咋", "很": "美滴很", "我": "额", "不知道": "知不道", "没有": "么有",
        "不要": "嫑", "厉害": "歪", "东西": "东西么", "非常": "甚",
    },
}  # fmt: skip


@cache
def _traditional_converter():  # type: ignore[no-untyped-def]
    import opencc  # its dictionaries take a moment to load

    return opencc.OpenCC("s2t")


def make_dirty(draft: Draft, rng: Random, *, is_positive: bool, region: str = "华北") -> list[str]:
    """Change a draft in place; return the kinds of dirt that it got (often none).

    `region` is where the writer lives: dialect words are those of the region.
    """
    if rng.random() >= DIRTY_SHARE:
        return []
    count = 1 if rng.random() < 0.85 else 2
    kinds = sorted(set(rng.choices(list(_KINDS), list(_KINDS.values()), k=count)))
    before = draft.text
    for kind in kinds:
        if kind == "dialect":
            _swap(_DIALECTS[region], 0.7)(draft, rng, is_positive)
            continue
        _APPLY[kind](draft, rng, is_positive)
    return kinds if draft.text != before else []


def _add_html(draft: Draft, rng: Random, is_positive: bool) -> None:
    form = rng.randrange(4)
    if form == 0:
        draft.segments[0].text = "<p>" + draft.segments[0].text
        draft.add("</p>")
    elif form == 1:
        draft.change(lambda text: text.replace("。", "<br/>").replace("，", "，&nbsp;", 1))
        draft.add("<br>")
    elif form == 2:
        draft.change(lambda text: html.escape(text.replace("！", "!\r\n")))
        draft.add("&hellip;")
    else:
        draft.segments[0].text = '<span style="color:#333">' + draft.segments[0].text
        draft.add("</span>&#x1F44D;" if is_positive else "</span>")


def _widen(draft: Draft, rng: Random, is_positive: bool) -> None:
    table = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    draft.change(lambda text: text.translate(table))


def _add_emoji(draft: Draft, rng: Random, is_positive: bool) -> None:
    faces = _EMOJI_GOOD if is_positive else _EMOJI_BAD
    draft.add(rng.choice(faces) * rng.choice((1, 1, 2, 3)))


def _make_traditional(draft: Draft, rng: Random, is_positive: bool) -> None:
    draft.change(_traditional_converter().convert)


def _swap(words: dict[str, str], share: float, pad: str = ""):  # type: ignore[no-untyped-def]
    def apply(draft: Draft, rng: Random, is_positive: bool) -> None:
        def convert(text: str) -> str:
            for word, other in words.items():
                if word in text and rng.random() < share:
                    text = text.replace(word, f"{pad}{other}{pad}", 1)
            return text

        draft.change(convert)

    return apply


def _inject_pinyin(draft: Draft, rng: Random, is_positive: bool) -> None:
    def convert(text: str) -> str:
        for char, sound in _PINYIN.items():
            if char in text and rng.random() < 0.6:
                text = text.replace(char, f"{char}({sound})", 1)
        return text

    draft.change(convert)


def _lose_characters(draft: Draft, rng: Random, is_positive: bool) -> None:
    def convert(text: str) -> str:
        if len(text) < 6:
            return text
        position = rng.randrange(1, len(text) - 1)
        return text[:position] + rng.choice(("�", "?", "□")) + text[position + 1 :]

    draft.change(convert)


def _break_with_spaces(draft: Draft, rng: Random, is_positive: bool) -> None:
    draft.change(lambda text: text.replace("，", rng.choice((" ", "  ", "\n", "　"))))


def _repeat(draft: Draft, rng: Random, is_positive: bool) -> None:
    mark = rng.choice(("！", "。", "~", "?"))
    draft.change(lambda text: text.replace("太", "太太太").replace("很", "很很很", 1))
    draft.add(mark * rng.randint(3, 12))


_APPLY = {
    "html": _add_html,
    "full_width": _widen,
    "emoji": _add_emoji,
    "traditional": _make_traditional,
    "code_switch": _swap(_SWITCHES, 0.8, " "),
    "typo": _swap(_TYPOS, 0.5),
    "pinyin": _inject_pinyin,
    "lost_characters": _lose_characters,
    "spaces": _break_with_spaces,
    "repeated": _repeat,
}
