"""Chinese names that a text gives away: introduced (我叫李雷, 我姓王), after a role (客服李婷).

A full name is yielded whole; before a title or after 姓 it is the surname alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_uppercase

import rjieba

from nlp_jobs.text.chinese_names import (
    FREQUENT_SURNAMES,
    HAN,
    NAME_END,
    NO_GIVEN,
    NO_NAMES,
    SHY_SURNAMES,
    WEAK_SURNAMES,
    is_odd_name,
    spelled_name,
    surname_length,
    tagged_name,
)
from nlp_jobs.text.titled_names import (
    LONG_TITLES,
    SHORT_TITLES,
    TITLE,
    find_familiar,
    find_titled,
)
from nlp_jobs.text.words import WORDS

Span = tuple[int, int]

_FORM_FIELDS = (
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
)
_INTRODUCED = re.compile(
    r"(?:我叫做?|我名叫|我就叫|我是叫|名叫|名字叫做?|名字(?:就|写的?|填的?)?是"
    r"|名字[:：]|(?:名字|姓名|收件人|收货人|签收人)(?:改[为成]|写的?|填的?)是?"
    r"|本人叫|全名是?|大名|真名是?"
    r"|姓名(?:是|为|叫|[:：\s]){0,2}"
    rf"|(?:{'|'.join(_FORM_FIELDS)})(?:是|为|叫|[:：\s]){{1,2}})"
)
_PERHAPS_INTRODUCED = re.compile(
    r"(?:我是|我就是|本人是?|我是[\u4e00-\u9fff]{1,10}的|这里是|这边是|是我[,，]?"
    r"|叫做?|[—-]{2,}\s?)(?=[\u4e00-\u9fff])"
)
# 「我叫娜仁」: after these words a name needs no surname
_WITHOUT_SURNAME = re.compile(
    r"(?:我叫|我名叫|本人叫|名字叫"
    r"|全名叫?)(?P<name>(?![了你他她它车客不的外人师来个天快送过醒停什啥做着苦到一我您])"
    r"[\u4e00-\u9fff·]{2,4})(?=[^\u4e00-\u9fff·]|$)"
)
_ENCLOSED = re.compile(r"[\u4e00-\u9fff]{2,3}?(?=[^\w]|$|的)")
_SURE = ("叫", "叫做", "本人", "本人是")
_SURNAME = re.compile(
    r"(?<![百同原娘夫冠])姓(?![名氏什啥谁甚])(?:是|为)?(?P<name>[\u4e00-\u9fff]{1,2})"
)
_ANY_SURNAME = re.compile("[^\u4e00-\u9fff]|$|的|念|这")


def _find_introduced(text: str) -> Iterator[Span]:
    """「我叫李雷」, 「联系人：王芳」, 「我是赵敏，」, 「叫王强的师傅」."""
    for match in _INTRODUCED.finditer(text):
        start = match.end()
        length = max(tagged_name(text, start), _enclosed_name(text, start, strict=False))
        if not length and not rjieba.has_word(text[start : start + 2]):
            length = spelled_name(text, start)
        if length:
            yield start, start + length
    for match in _WITHOUT_SURNAME.finditer(text):
        if not rjieba.has_word(match["name"]) and not rjieba.has_word(match["name"][:2]):
            yield match.span("name")
    for match in _PERHAPS_INTRODUCED.finditer(text):
        start = match.end()
        length = tagged_name(text, start)
        if length and not NAME_END.match(text, start + length):
            length = 0
        length = length or _enclosed_name(text, start, strict=match[0] not in _SURE)
        if length:
            yield start, start + length


def _enclosed_name(text: str, start: int, strict: bool) -> int:
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


def _find_surnames(text: str) -> Iterator[Span]:
    """「我姓王」, 「师傅姓陈」, 「姓欧阳的」."""
    for match in _SURNAME.finditer(text):
        start = match.start("name")
        length = surname_length(text, start)
        if not length and _ANY_SURNAME.match(text, start + 1):
            length = 1
        if length:
            yield start, start + length


# ---------------------------------------------------------------- after a role
_ROLES = (
    *(
        "客服",
        "师傅",
        "店员",
        "导购",
        "导购员",
        "销售",
        "销售员",
        "销售顾问",
        "顾问",
        "店长",
        "主管",
        "组长",
    ),
    *(
        "老师",
        "医生",
        "护士",
        "司机",
        "快递员",
        "快递小哥",
        "骑手",
        "前台",
        "服务员",
        "收银",
        "收银员",
        "坐席",
    ),
    *(
        "座席",
        "专员",
        "技师",
        "教练",
        "工程师",
        "安装工",
        "维修工",
        "业务员",
        "员工",
        "管家",
        "阿姨",
        "技术员",
    ),
    *(
        "营业员",
        "理货员",
        "促销员",
        "保安",
        "站长",
        "队长",
        "经理",
        "客户",
        "用户",
        "顾客",
        "收货人",
        "退货人",
    ),
    *(
        "收件人",
        "联系人",
        "老公",
        "老婆",
        "爱人",
        "媳妇",
        "妈妈",
        "爸爸",
        "母亲",
        "父亲",
        "儿子",
        "女儿",
        "婆婆",
    ),
    *("同事", "朋友", "邻居", "改成", "请转", "转给", "找"),
    *("投诉人", "机主", "车主", "持卡人", "入住人", "名字", "经办人", "寄件人", "购买人"),
    *(
        "领班",
        "服务生",
        "骑士",
        "外卖员",
        "外卖小哥",
        "配送员",
        "送货员",
        "督导",
        "副店长",
        "美容师",
    ),
    *(
        "发型师",
        "理发师",
        "摄影师",
        "设计师",
        "化妆师",
        "导游",
        "主播",
        "律师",
        "民警",
        "中介",
        "月嫂",
    ),
    *(
        "保姆",
        "保洁",
        "丈夫",
        "妻子",
        "先生叫",
        "哥哥",
        "弟弟",
        "姐姐",
        "妹妹",
        "闺女",
        "室友",
        "邻居",
    ),
    *("接线员", "话务员", "客服人员", "工作人员", "售货员", "售后", "值班员", "班长", "助理"),
    *(
        "请转告",
        "转告",
        "转交",
        "联系",
        "感谢",
        "谢谢",
        "表扬",
        "多亏",
        "点名",
        "签收人",
        "实习生",
        "会员",
    ),
    *(
        "我妈",
        "我爸",
        "我姐",
        "我哥",
        "我弟",
        "我妹",
        "我爷爷",
        "我奶奶",
        "老伴",
        "柜台",
        "窗口",
        "收银台",
    ),
    *(
        "找一下",
        "找下",
        "叫一下",
        "我婆婆",
        "我公公",
        "我儿子",
        "我女儿",
        "岳母",
        "岳父",
        "姐夫",
        "嫂子",
    ),
    *(
        "家长",
        "乘客",
        "患者",
        "业主",
        "住户",
        "买家",
        "开票人",
        "申请人",
        "预约人",
        "报修人",
        "代收",
    ),
)
_NICKNAME = re.compile("[小老阿][\u4e00-\u9fff](?![\u4e00-\u9fff]?们)|([\u4e00-\u9fff])\\1")
# 「收银007号的蓝蓝」, 「客服（李婷）」, 「店员：王芳」
_LINK = (
    r"(?:[（(]?工号[:：]?\s?[0-9]{1,8}[)）]?\s?"
    r"|[0-9０-９]{1,6}(?:号的?|的)?\s?|\s?[（(【\[:：、“\"「]\s?|\s)?"
)
_ROLE = re.compile(
    f"(?:{'|'.join(sorted(set(_ROLES), key=len, reverse=True))})(?!(?<=师)傅){_LINK}"
)
_NOT_BEFORE_NICKNAMES = frozenset(("感谢", "谢谢", "联系", "表扬", "多亏", "中介", "点名", "转交"))
_PLACE_AFTER = re.compile("派出所|街道|社区|路|村|镇|小区|市场|公司|医院|牌|家园|广场|大道")
# what follows a name after a role when no sign does
_FOLLOWER = re.compile(
    "态度|服务|很|非常|特别|真|太|超|说|给|帮|接待|接的|接单|人[很真特挺]|一直"
    "|不|没|就|都|也|还|在|跟|和|对|打"
    "|电话|讲|小哥|小姐|耐心|热情|专业|回复|处理|告诉|负责|答应|承诺|送|收|签"
    "|上门|来|了|的|手机|今天|昨天"
)


def _find_after_roles(text: str) -> Iterator[Span]:
    """「客服李婷」, 「安装师傅陈建国」, 「导购小倪」, 「客服苗苗」: a name after a role."""
    for match in _ROLE.finditer(text):
        nickname = _NICKNAME.match(text, match.end())
        word = nickname[0] if nickname else ""
        if nickname and not (
            word in NO_NAMES
            or word[0] in "的前后人您你"
            or word[1] in "的了们时"
            or match[0] in _NOT_BEFORE_NICKNAMES
            or rjieba.has_word(word)
            or (
                HAN.match(text, match.end() + 2)
                and rjieba.has_word(text[match.end() + 1 : match.end() + 3])
            )
        ):
            yield nickname.span()
        length = max(tagged_name(text, match.end()), _enclosed_name(text, match.end(), strict=True))
        length = length or _enclosed_after_role(text, match.end())
        length = length or _followed_name(text, match.end())
        end = match.end() + length
        if (length == 2 and match[0] in _NOT_BEFORE_NICKNAMES) and (
            text[match.end()] not in FREQUENT_SURNAMES
        ):
            continue
        if _PLACE_AFTER.match(text, end):
            continue
        if length and not TITLE.match(text, match.end() + length):
            yield match.end(), match.end() + length


def _enclosed_after_role(text: str, start: int) -> int:
    """As `_enclosed_name`, for three characters of which the last two may be a word (尤建军)."""
    length = _enclosed_name(text, start, strict=False)
    return length if length == 3 and not rjieba.has_word(text[start : start + 2]) else 0


def _followed_name(text: str, start: int) -> int:
    """Length of a name that no sign ends: 「领班宋雨桐很热情」; 0 for none."""
    if is_odd_name(text[start : start + 4]):
        return 3
    surname = surname_length(text, start)
    if not surname or text[start] in WEAK_SURNAMES:
        return 0
    for length in (surname + 2, surname + 1):
        name = text[start : start + length]
        if (
            len(name) == length
            and HAN.fullmatch(name)
            and NO_GIVEN.isdisjoint(name)
            and name not in NO_NAMES
            and name[:2] not in NO_NAMES
            and _FOLLOWER.match(text, start + length)
            and not any(
                rjieba.has_word(text[place : place + 2])
                for place in range(start + (surname == 2), start + length)
                if place + 1 != start + surname + 1 or length == surname + 1
            )
        ):
            return length
    return 0


# ---------------------------------------------------------------- beside a number, before 本人
_BESIDE_NUMBER = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{2,4})[\s,，:：;；、(（/|-]{0,3}"
    r"(?:(?:手机|电话|联系电话|联系方式|微信|手机号码?|电话号码?|身份证号?|tel"
    r"|Tel|TEL)[号是为\s:：]{0,3})?"
    r"\+?[0-9](?:[-\s]?[0-9]){6}"
    r"|[0-9]{7}[\s,，:：;；、(（/|-]{0,3}(?P<after>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])"
)
_OWN = re.compile(
    r"(?<![\u4e00-\u9fff])(?P<name>[\u4e00-\u9fff]{2,3})[\s(（]?(?:本人|敬上|谨上|亲笔)"
)
MANY_DIGITS = re.compile(r"[0-9](?:[-\s]?[0-9]){6}")


def find_names_beside_numbers(text: str) -> Iterator[Span]:
    """「莫凡（手机138…」, 「13800138000 王芳」, 「赵敏本人签收」."""
    for pattern in (_BESIDE_NUMBER, _OWN) if MANY_DIGITS.search(text) else (_OWN,):
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            name, (start, end) = match[group], match.span(group)
            surname = surname_length(text, start)
            if (
                surname < len(name) <= surname + 2
                and surname
                and name[:2] not in NO_NAMES
                and name[0] not in WEAK_SURNAMES
                and not TITLE.fullmatch(name[surname:])
                and (not rjieba.has_word(name) or rjieba.tag(name)[0][1].startswith("nr"))
            ):
                yield start, end


# ---------------------------------------------------------------- Lisa in a Chinese sentence
_LATIN_NAME = (
    r"(?P<name>(?!(?:App|Apple|Bug|Vip|Plus|Pro|Max|Mini|Air|Wifi|Siri|Android|Iphone|Ipad|Mac"
    r"|Tesla|Model|Nike|Adidas|Switch|Sony|Level|Boss|Ok|No|Yes|Hi|Hello|Sorry|Id|Led|Suv|Ios"
    r"|Pos|Plan|Sim|Plc|Shop|Store|Service|Checkout|Check|Spa|Bar|Lobby|Hotel"
    r"|Room|Free|Online|Email|Wechat|Excel|Windows|Home|Robot)(?![a-z]))"
    r"[A-Z][a-z]{2,11})(?![A-Za-z0-9])"
)
_LATIN = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:我叫|名叫|叫做?|我是|这里是|客服|店员|导购|销售|顾问|老师|教练"
        r"|发型师|设计师|经理|店长|美容师|技师"
        r"|服务员|前台|主管|管家|专员|姓名[:：]|联系人[:：]|收件人[:：]|收货人[:：]|找)\s?"
        rf"{_LATIN_NAME}(?=[^A-Za-z0-9]|$)(?!\s?[A-Za-z0-9&])",
        rf"{_LATIN_NAME}\s?(?:先生|女士|小姐|老师|师傅|经理|店长|总监|教练"
        rf"|[姐哥总](?![\u4e00-\u9fff]{{0,1}}妹))",
    )
)
_CAPITAL = re.compile("[A-Z][a-z]{2}")


def _find_latin(text: str) -> Iterator[Span]:
    """「您好我是Lisa」, 「Tony老师」: a Latin name where a Chinese text wants a name."""
    for pattern in _LATIN if not text.isascii() and _CAPITAL.search(text) else ():
        for match in pattern.finditer(text):
            yield match.span("name")


def list_chinese_signs() -> list[str]:
    """Every string of which a text with a Chinese name to be found here holds at least one."""
    surnames = sorted(WORDS.surnames | {surname[0] for surname in WORDS.compound_surnames})
    before_names = (
        *_ROLES,
        "叫",
        "我是",
        "就是",
        "里是",
        "边是",
        "本人是",
        "是我",
        "--",
        "——",
    )
    return [
        *("叫我", "喊我", "称呼我", "称我", "叫她", "叫他", "敬上", "谨上", "亲笔", "本人"),
        *(before + capital for before in ("我是", "里是", "找") for capital in ascii_uppercase),
        *("姓", "名字", "全名", "大名", "真名", "我叫", *_FORM_FIELDS, *LONG_TITLES, *_ROLES),
        *(surname + title for surname in surnames for title in SHORT_TITLES),
        *(word + surname for word in before_names for surname in surnames),
        *(
            prefix + surname
            for prefix in "小老"
            for surname in surnames
            if surname not in WEAK_SURNAMES and not rjieba.has_word(prefix + surname)
        ),
        *(prefix + surname for prefix in "小老" for surname in FREQUENT_SURNAMES),
    ]


def find_chinese_names(text: str) -> Iterator[Span]:
    """Yield (start, end) of each Chinese name that the text itself gives away; may overlap."""
    yield from _find_introduced(text)
    yield from find_titled(text)
    yield from _find_after_roles(text)
    yield from _find_surnames(text)
    yield from find_familiar(text)
    yield from find_names_beside_numbers(text)
    yield from _find_latin(text)
