"""Chinese names that a text introduces: 我叫李雷, 联系人：王芳, 我姓王.

A full name is yielded whole, after 姓 the surname alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from nlp_jobs.text.chinese_names import (
    NAME_END,
    NO_GIVEN,
    NO_NAMES,
    SHY_SURNAMES,
    WEAK_SURNAMES,
    is_doubled_name,
    spelled_name,
    surname_length,
    tagged_name,
)
from nlp_jobs.text.words import WORDS

Span = tuple[int, int]

FORM_FIELDS = (
    *(
        "联系人",
        "收件人",
        "收货人",
        "寄件人",
        "户名",
        "机主",
        "车主姓名",
        "车主",
        "投诉人",
        "客户姓名",
    ),
    *("经办人", "业务员", "接待人", "入住人", "购买人", "持卡人", "署名", "落款", "签名"),
    *(
        "开票人",
        "申请人",
        "预约人",
        "报修人",
        "客户名",
        "会员名",
        "买家",
        "收货",
        "收件",
        "住户",
        "业主",
    ),
    *(
        "顾客姓名",
        "会员姓名",
        "领取人",
        "提货人",
        "付款人",
        "收款人",
        "订货人",
        "乘客",
        "患者",
        "家长",
    ),
    *("联系方式", "下单人", "订购人", "取件人", "代领人"),
)
# Alternatives that begin with a literal each are looked for several times as fast.
_CHANGED = ("名字", "姓名", "收件人", "收货人", "签收人")
_INTRODUCED = re.compile(
    "|".join(
        (
            r"我叫做?|我名叫|我就叫|我是叫|名叫|名字叫做?|名字(?:就|写的?|填的?)?是|名字[:：]",
            *(f"{field}(?:改[为成]|写的?|填的?)是?" for field in _CHANGED),
            r"本人叫|全名是?|大名|真名是?|抬头(?:个人|写的?|开|是|为|[,，:：\s]){1,3}",
            r"姓名(?:是|为|叫|[:：\s]){0,2}",
            *(rf"{field}(?:是|为|叫|[:：\s]){{1,2}}" for field in FORM_FIELDS),
        )
    )
)
_PERHAPS_INTRODUCED = re.compile(
    r"(?:我是|我就是|本人是?|我是[\u4e00-\u9fff]{1,10}的|这里是|这边是|是我[,，]?"
    r"|叫做?|—[—-]+\s?|-[—-]+\s?)(?=[\u4e00-\u9fff])"
)
# 「我叫娜仁」: after these words a name needs no surname
_WITHOUT_SURNAME = re.compile(
    r"(?:我叫|我名叫|本人叫|名字叫"
    r"|全名叫?)(?P<name>(?![了你他她它车客不的外人师来个天快送过醒停什啥做着苦到一我您])"
    r"[\u4e00-\u9fff·]{2,4})(?=[^\u4e00-\u9fff·]|$)"
)
_ENCLOSED = re.compile(r"[\u4e00-\u9fff]{2,3}?(?=[^\w]|$|的)")
# 「叫小雅的姑娘」, 「名叫康乐的师傅」
_CALLED_SOMEBODY = re.compile(
    r"叫做?(?P<name>(?!什么|啥)[\u4e00-\u9fff]{2,3}?)的(?:小?姑娘|小伙|女孩|男孩|男生|女生|师傅|客服"
    r"|店员|导购|小哥|小姐|女士|先生|骑手|员工|阿姨|大姐|大哥|同事|销售|快递|保安|服务员|老师|医生)"
)
# 「谢谢你，莉莉！」, 「辛苦了小雅～」
_THANKS = "|".join(
    rf"{thanks}(?:你|您|了|你们|您们)*[,，、\s]*" for thanks in ("谢谢", "感谢", "辛苦", "多谢")
)
_THANKED = re.compile(
    rf"(?:{_THANKS}|夸一?夸|表扬一?下|新来的)"
    r"(?P<name>([\u4e00-\u9fff])\2)(?=[!！。.~～,，]|$|手脚|服务|态度|人[很真])"
)
# 「此致 敬礼 汤唯一」 at the end of a letter
_CLOSING = re.compile(r"(?:此致|敬礼|敬上)[!！。,，\s]*(?=[\u4e00-\u9fff]{2,4}$)", re.MULTILINE)
_SURE = ("叫", "叫做", "本人", "本人是")
_SURNAME = re.compile(
    r"(?<![百同原娘夫冠])姓(?![名氏什啥谁甚])(?:是|为)?(?P<name>[\u4e00-\u9fff]{1,2})"
)
_SURNAMED = re.compile(
    r"(?P<name>[\u4e00-\u9fff])姓(?=客户|顾客|用户|女士|先生|师傅|男子|女子|员工|店员|经理|司机|业主)"
)
_ANY_SURNAME = re.compile("[^\u4e00-\u9fff]|$|的|念|这")


def find_introduced(text: str) -> Iterator[Span]:
    """「我叫李雷」, 「联系人：王芳」, 「我是赵敏，」, 「叫王强的师傅」."""
    for match in _INTRODUCED.finditer(text):
        start = match.end()
        length = max(tagged_name(text, start), enclosed_name(text, start, strict=False))
        if not length and not rjieba.has_word(text[start : start + 2]):
            length = spelled_name(text, start)
        if length:
            yield start, start + length
    for match in _WITHOUT_SURNAME.finditer(text) if "叫" in text or "全名" in text else ():
        if not rjieba.has_word(match["name"]) and not rjieba.has_word(match["name"][:2]):
            yield match.span("name")
    for match in _PERHAPS_INTRODUCED.finditer(text):
        start = match.end()
        length = tagged_name(text, start)
        if length and not NAME_END.match(text, start + length):
            length = 0
        if not length and match[0] in ("本人", "本人是"):
            length = _weak_name(text, start)
        length = length or enclosed_name(text, start, strict=match[0] not in _SURE)
        if length:
            yield start, start + length


def find_called(text: str) -> Iterator[Span]:
    """「叫小雅的姑娘」, 「谢谢你，莉莉！」, 「此致 敬礼 汤唯一」."""
    for match in _CALLED_SOMEBODY.finditer(text):
        yield match.span("name")
    for match in _THANKED.finditer(text):
        if is_doubled_name(match["name"]):
            yield match.span("name")
    for match in _CLOSING.finditer(text):
        length = enclosed_name(text, match.end(), strict=False)
        if length:
            yield match.end(), match.end() + length


def enclosed_name(text: str, start: int, strict: bool) -> int:
    """Length of a name of two or three characters up to a sign or 「的」; 0 for none.

    `strict` wants that no part of it is a word.
    """
    enclosed = _ENCLOSED.match(text, start)
    if enclosed is None or not surname_length(text, start):
        return 0
    name = enclosed[0]
    if name in NO_NAMES or name[:2] in NO_NAMES or not NO_GIVEN.isdisjoint(name):
        return 0
    if name[0] in WEAK_SURNAMES and (
        name[0] not in SHY_SURNAMES
        or len(name) < 3
        or rjieba.has_word(name[:2])
        or rjieba.has_word(name[1:])
    ):
        return 0
    if rjieba.has_word(name) and not rjieba.tag(name)[0][1].startswith("nr"):
        return 0
    if surname_length(text, start) == len(name):
        return 0
    if name[:2] in WORDS.compound_surnames:
        return len(name)
    has_words = rjieba.has_word(name[:2]) or rjieba.has_word(name[1:])
    return 0 if strict and len(name) > 2 and has_words else len(name)


def _weak_name(text: str, start: int) -> int:
    """Length of a name whose surname is mostly a word: 「本人任建国，」; 0 for none."""
    enclosed = _ENCLOSED.match(text, start)
    if enclosed is None or len(enclosed[0]) != 3 or enclosed[0][0] not in WEAK_SURNAMES - {"向"}:
        return 0
    name = enclosed[0]
    is_name = NO_GIVEN.isdisjoint(name[1:]) and not rjieba.has_word(name[:2])
    return 3 if is_name and name not in NO_NAMES else 0


def find_surnames(text: str) -> Iterator[Span]:
    """「我姓王」, 「师傅姓陈」, 「姓欧阳的」, 「郑姓客户」."""
    if "姓" not in text:
        return
    for match in _SURNAMED.finditer(text):
        if match["name"] in WORDS.surnames:
            yield match.span("name")
    for match in _SURNAME.finditer(text):
        start = match.start("name")
        length = surname_length(text, start)
        if not length and _ANY_SURNAME.match(text, start + 1):
            length = 1
        if length:
            yield start, start + length
