"""Chinese names before a title (张先生, 李雷经理, 王姐) and familiar ones (小王, 老李)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from nlp_jobs.text.chinese_names import (
    FREQUENT_SURNAMES,
    HAN,
    NAME_END,
    NO_NAMES,
    WEAK_SURNAMES,
    is_odd_name,
    tagged_name,
)
from nlp_jobs.text.words import WORDS

Span = tuple[int, int]

LONG_TITLES = (
    *(
        "先生",
        "女士",
        "小姐",
        "太太",
        "夫人",
        "师傅",
        "老师傅",
        "经理",
        "店长",
        "主任",
        "老师",
        "医生",
        "大夫",
    ),
    *(
        "阿姨",
        "大哥",
        "大姐",
        "大叔",
        "大爷",
        "大妈",
        "大娘",
        "大嫂",
        "叔叔",
        "伯伯",
        "奶奶",
        "爷爷",
        "主管",
    ),
    *(
        "组长",
        "总监",
        "同学",
        "顾问",
        "护士",
        "工程师",
        "律师",
        "警官",
        "教练",
        "老板",
        "教授",
        "博士",
        "队长",
    ),
    *(
        "科长",
        "处长",
        "局长",
        "院长",
        "校长",
        "厂长",
        "部长",
        "班长",
        "管家",
        "姐姐",
        "哥哥",
        "站长",
        "专员",
    ),
    *(
        "书记",
        "所长",
        "镇长",
        "村长",
        "会长",
        "园长",
        "秘书",
        "主播",
        "导购",
        "管事",
        "领班",
        "掌柜",
    ),
    *(
        "师父",
        "师兄",
        "师姐",
        "学姐",
        "学长",
        "婶婶",
        "伯母",
        "大伯",
        "大婶",
        "老弟",
        "妹子",
        "妹妹",
    ),
    *("弟弟", "小妹", "小哥", "老先生", "老太太", "老爷子", "同志", "副总", "副经理"),
    *("副主任", "副店长", "副局长", "副院长", "董事长", "总经理"),
)
# one-character titles, and the characters with which they make a word
SHORT_TITLES = {
    "总": "是共体的结算计会要觉之得价量有部分数额店监台线归",
    "工": "作资人程序具艺厂业地夫钱时费商行信",
    **dict.fromkeys("哥姐叔姨嫂婶", "妹弟"),
}
TITLE = re.compile(
    "|".join(
        (
            *sorted(LONG_TITLES, key=len, reverse=True),
            *(f"{title}(?![{words}])" for title, words in SHORT_TITLES.items()),
        )
    )
)
_BRAND_AFTER = re.compile("品牌|牌|牛肉面|旗舰店|大?酒店|餐厅|家的面|[烤炖]|孛罗")


def find_titled(text: str) -> Iterator[Span]:
    """「张先生」, 「李雷经理」, 「王姐」: the name before a title."""
    for match in TITLE.finditer(text):
        title = match.start()
        if title == 0 or _BRAND_AFTER.match(text, match.end()):
            continue
        is_short = len(match[0]) == 1
        start = None if is_short else _full_name_before(text, title)
        if start is None:
            start = _surname_before(text, title, is_short)
        if start is not None and text[start : match.end()] not in NO_NAMES:
            yield start, title


def _full_name_before(text: str, end: int) -> int | None:
    """Start of a name of two to four characters that ends here."""
    for length in (4, 3):
        start = end - length
        if start >= 0 and text[start : start + 2] in WORDS.compound_surnames:
            return start
    for length in (4, 3, 2):
        start = end - length
        if start < 0 or text[start] in "向祝" or not HAN.fullmatch(text[start:end]):
            continue
        is_odd = length == 3 and is_odd_name(text[start:end])
        if tagged_name(text[:end], start) == length or is_odd:
            return None if start and rjieba.has_word(text[start - 1 : start + 1]) else start
    return None


def _surname_before(text: str, end: int, is_short: bool) -> int | None:
    """Start of the surname that stands here; short titles (姐, 总) want a clear one."""
    if text[max(0, end - 2) : end] in WORDS.compound_surnames:
        return end - 2
    surname = text[end - 1]
    before = text[end - 2 : end - 1]
    if surname not in WORDS.surnames or surname in "向连祝":
        return None
    # 「全部长霉」, 「党总支」, 「施工」: the title is part of a word that begins with the surname
    if text[end] in "部总工班" and any(
        rjieba.has_word(text[end - 1 : end + length]) for length in (1, 2)
    ):
        return None
    if surname in WEAK_SURNAMES and (is_short or HAN.match(before)):
        return None
    if text[end - 1 : end + 1] in NO_NAMES:
        return None
    # 「项经理」 is a name, 「事项经理」 is none
    is_cut = before and before not in "小老大" and rjieba.has_word(before + surname)
    if is_cut and text[max(0, end - 3) : end - 1] != "隔壁":  # 「隔壁|钟阿姨」 is no 壁钟
        return None
    if is_short and rjieba.has_word(text[end - 1 : end + 1]) and not NAME_END.match(text, end + 1):
        return None
    return end - 1


# ---------------------------------------------------------------- 小王, 老李
# Patterns begin with a set and look back after it, see `personal_numbers`.
_FAMILIAR = re.compile(
    rf"[小老](?<![胆从最大较很太弱微渺窄细缩年古变养苍衰].)(?P<name>[{FREQUENT_SURNAMES}])"
    r"(?![\u4e00-\u9fff]?[家店村庄镇路街]|醋|酿|皮|国)"
)
# 「对接的是小耿」, 「老侯送的」: rarer surnames want a clear place
_RARER_FAMILIAR = re.compile(
    r"[小老](?:(?<![\u4e00-\u9fff].)|(?<=[是叫找跟给让].)|(?<=(?:联系|客服|师傅|导购|店员).)"
    r"|(?<=(?:快递员|业务员).))(?P<name>(?![熊牛马龙白毛石水羊花米鱼])[\u4e00-\u9fff])(?=[^\u4e00-\u9fff]|$|说|给|帮|每|送|都)"
)
# 「那个小马态度太差」, 「店里的阿芳给我挑的」: a nickname that does something
_ACTING = re.compile(
    r"[小老阿](?:(?<![\u4e00-\u9fff].)|(?<=[个位的是找跟和叫让].))"
    r"(?:(?<!阿)(?P<surname>[\u4e00-\u9fff])"
    r"|(?<=阿)(?![姨里胶迪玛婆公妈爸爷奶拉富根联是斯尔司莫巴哥弟姐叔伯嬷妹])(?P<given>[\u4e00-\u9fff]))"
    r"(?=态度|服务|给我|帮我|帮忙|说[^明]|接的|接待|上门|告诉|答应|承诺|人很|推荐|处理的|装的|修的|送的)"
)
_BEFORE_SURNAME = re.compile("[小老阿大]")  # every pattern here wants one of them
_NOT_ACTING = frozenset("米熊白牛时店程区师包")  # 小米, 小程序, 老板, 老师
# after 「叫我」 any character is a name: 「喊我小倪吧」, 「叫我大刘就行」, 「称呼我阿哲」
_CALLS = (
    *(f"{call}我(?:一声|做|为)?" for call in ("叫", "喊", "称呼", "称")),
    *(f"{who}叫[她他]?" for who in ("都", "大家", "人家", "可以", "直接")),
    *(
        rf"{where}的(?=[小大阿][\u4e00-\u9fff]人)"
        for where in (r"送\w{1,2}", r"修\w{1,2}", r"装\w{1,2}", "店里", "隔壁", "楼下")
    ),
)
_CALLED = re.compile(
    rf"(?:{'|'.join(_CALLS)})"
    r"(?P<name>[小老大阿][\u4e00-\u9fff])(?=[^\u4e00-\u9fff]|$|就|吧|好了|即可|也|人[很真特挺])"
)


def find_familiar(text: str) -> Iterator[Span]:
    """「叫我老周就行」, 「客服小李」, unless the surname begins a word (小周末, 老陈醋)."""
    if _BEFORE_SURNAME.search(text) is None:
        return
    for match in _CALLED.finditer(text):
        yield match.span("name")
    for match in _FAMILIAR.finditer(text):
        place = match.start("name")
        word = text[place : place + 2]
        if not (len(word) == 2 and HAN.fullmatch(word) and rjieba.has_word(word)):
            yield place, place + 1
    for match in _ACTING.finditer(text):
        kind = "surname" if match["surname"] else "given"
        name = match[kind]
        if kind == "given" or (name in WORDS.surnames and name not in _NOT_ACTING):
            yield match.span(kind)
    for match in _RARER_FAMILIAR.finditer(text):
        name = match["name"]
        if (
            name in WORDS.surnames
            and name not in WEAK_SURNAMES
            and not rjieba.has_word(text[match.start("name") - 1 : match.end()])
        ):
            yield match.span("name")
