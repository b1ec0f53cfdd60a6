"""Chinese names after a role: 客服李婷, 安装师傅陈建国, 店员：王芳."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from nlp_jobs.text.chinese_names import (
    FREQUENT_SURNAMES,
    HAN,
    NO_GIVEN,
    NO_NAMES,
    WEAK_SURNAMES,
    is_doubled_name,
    is_odd_name,
    surname_length,
    tagged_name,
)
from nlp_jobs.text.introduced_names import enclosed_name
from nlp_jobs.text.titled_names import TITLE

Span = tuple[int, int]

ROLES = (
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
    *("小姑娘", "姑娘", "小伙子", "小伙", "小姐姐", "落款人", "经手人", "验收人", "接收人"),
)
_NICKNAME = re.compile("[小老阿][\u4e00-\u9fff](?![\u4e00-\u9fff]?们)|([\u4e00-\u9fff])\\1")
# 「收银007号的蓝蓝」, 「客服（李婷）」, 「店员：王芳」
_LINK = (
    r"(?:[（(]?工号[:：]?\s?[0-9]{1,8}[)）]?\s?"
    r"|[0-9０-９]{1,6}(?:号的?|的)?\s?|\s?[（(【\[:：、“\"「]\s?|\s)?"
)
_ROLE = re.compile(f"(?:{'|'.join(sorted(set(ROLES), key=len, reverse=True))})(?!(?<=师)傅){_LINK}")
_NOT_BEFORE_NICKNAMES = frozenset(("感谢", "谢谢", "联系", "表扬", "多亏", "中介", "点名", "转交"))
_PLACE_AFTER = re.compile("派出所|街道|社区|路|村|镇|小区|市场|公司|医院|牌|家园|广场|大道")
# what follows a name after a role when no sign does
_FOLLOWER = re.compile(
    "态度|服务|很|非常|特别|真|太|超|说|给|帮|接待|接的|接单|人[很真特挺]|一直"
    "|不|没|就|都|也|还|在|跟|和|对|打"
    "|电话|讲|小哥|小姐|耐心|热情|专业|回复|处理|告诉|负责|答应|承诺|送|收|签"
    "|上门|来|了|的|手机|今天|昨天"
)


def find_after_roles(text: str) -> Iterator[Span]:
    """「客服李婷」, 「安装师傅陈建国」, 「导购小倪」, 「客服苗苗」: a name after a role."""
    for match in _ROLE.finditer(text):
        nickname = _NICKNAME.match(text, match.end())
        word = nickname[0] if nickname else ""
        if nickname and not (
            word in NO_NAMES
            or word[0] in "的前后人您你"
            or word[1] in "的了们时"
            or match[0] in _NOT_BEFORE_NICKNAMES
            or (rjieba.has_word(word) and not is_doubled_name(word))
            or (
                not is_doubled_name(word)
                and HAN.match(text, match.end() + 2)
                and rjieba.has_word(text[match.end() + 1 : match.end() + 3])
            )
        ):
            yield nickname.span()
        if not surname_length(text, match.end()):  # after most roles
            continue
        length = max(tagged_name(text, match.end()), enclosed_name(text, match.end(), strict=True))
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
    """As `enclosed_name`, for three characters of which the last two may be a word (尤建军)."""
    length = enclosed_name(text, start, strict=False)
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
