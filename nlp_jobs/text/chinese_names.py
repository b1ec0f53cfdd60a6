"""Is this a Chinese name? By surname, by the tagger of the segmenter, by what is no word.

Surnames come from `words.yml`; the tagger knows full names by their characters. Functions answer
with the length of the name that begins at a place, 0 when none does.
"""

from __future__ import annotations

import re

import rjieba

from nlp_jobs.text.words import WORDS

HAN = re.compile(r"[\u4e00-\u9fff]+")
NAME_END = re.compile(r"[^\u4e00-\u9fff]|$|的|啊|呀|呢|吧|哈|今天|昨天|今年|去年")
_CONTEXT = 8  # characters that the tagger sees
# Words that begin with a surname and that the tagger takes for names, and famous brands.
NO_NAMES = frozenset(
    word
    for row in (
        "钟爱 许可 冷冰冰 马上会",
        "安卓机 小聚 车辆 颜值 程项 款项 谢谢 高峰 党总 施工 顾客 高兴 安静",
        "师傅 高级 安全 方便 马上 周末 周到 黄金 金牌 万一 万分 向来 于是",
        "任何 关于 钱包 石头 李宁 康师傅 王老吉 陈列 曾经 常常 温馨 温柔 严重",
        "严格 明白 包装 安装 解释 解决 成功 文明 白白 乔装 国美 苏宁 京东",
        "易购 华为 万科 海尔 方太 高德 黄焖鸡 余额 连忙 石榴 金额 毛病 牛逼",
        "牛奶 路虎 路由 马桶 马路 花呗 盛情 宁静 宁愿 常州 温州 郑州 单号",
        "甘心 水果 雷克萨斯 米粉 毛巾 钱财 马哥 于总 胡子 颜色 金山 温度 安心 高手 和平 程序",
        "江小白 张小泉 老干妈 王守义 李锦记 张家界 张裕 周大福 周大生 周黑鸭 郭元益 杨国福 张亮",
        "高先生 马大姐 金龙鱼 金利来 白云山 方便面 云南白药 马应龙 李子园 林内 苗条 田园 华联 郎酒",
        "高冷 黄牛 米家 当当 许诺 田螺 米兰 谢瑞麟 罗莱 罗技 罗森 韩束 韩后",
        "比比 滴滴 旺旺 多多 林清轩 温碧泉 方回春 叶同仁 胡庆余 雷允上 王致和 李先生",
        "全部 全是 全都 全家 明天 那些 那个 那么 那里 时间 时候 应该 应急 成本 支持 支付 单位 单独",
        "管理 任务 任性 强行 强制 水平 计算 计较 充电 充值 干净 干脆 终于 终究 经常 经过 别的 别人",
        "申请 申诉 封面 司机 空调 巧克力 齐全 齐备 能量 能力 能够 和气 和善 通过",
        "通知 通话 冷淡 冷漠",
    )
    for word in row.split()
)


# these follow names and are no part of one
NO_GIVEN = frozenset("的了得过着却只才说是在副很也都就我你他她们不没跟给把被让等和与及又还将向老小")

# surnames that are hardly ever a word or the beginning of one
FREQUENT_SURNAMES = (
    "王李张刘陈杨赵吴周徐孙朱胡郭林何罗郑梁谢宋唐许邓韩冯曹彭曾萧肖潘袁蔡蒋余杜魏薛丁沈姜卢崔廖汪"
    "田董苏叶程吕"
)


# surnames that name somebody where the two characters after them make no word with them
SHY_SURNAMES = frozenset("方成边解安")

# these begin sentences or phrases far more often than they name somebody
WEAK_SURNAMES = frozenset("祝师向连解任包房路车单时成边方常安过关全于和能通那干有别终经充水管")


def surname_length(text: str, start: int) -> int:
    """Characters of the surname at `start`: 2 for 欧阳, 0 for none."""
    if text[start : start + 2] in WORDS.compound_surnames:
        return 2
    return int(text[start : start + 1] in WORDS.surnames)


def tagged_name(text: str, start: int) -> int:
    """Length of the name that the tagger sees at `start`, 0 when it sees none."""
    context = HAN.match(text, start, start + _CONTEXT)
    surname = surname_length(text, start)
    if not surname or context is None:
        return 0
    tags = rjieba.tag(context[0])
    word, tag = tags[0]
    if len(word) == 1 and len(tags) > 1:
        given, given_tag = tags[1]
        ends = tag.startswith("nr") and NAME_END.match(text, start + 1 + len(given)) is not None
        if (given_tag.startswith("nr") or ends) and len(given) <= 2:
            word, tag = word + given, "nr"
    if word[:2] in NO_NAMES or word in NO_NAMES or not tag.startswith("nr"):
        return 0
    if not surname < len(word) <= surname + 2:
        return 0
    # 「唐永说」, 「郭家|宽」: the tagger takes a word too many or a character too few
    if len(word) > surname + 1 and word[-1] in NO_GIVEN:
        return len(word) - 1
    if len(word) == surname + 1 == 2 and is_odd_name(text[start : start + 4]):
        return 3
    return len(word)


def spelled_name(text: str, start: int) -> int:
    """Length of what must be a name here, by surname and number of characters; 0 for none."""
    surname = surname_length(text, start)
    if not surname:
        return 0
    for given in (2, 1):
        end = start + surname + given
        name = text[start:end]
        if len(name) < surname + given or not HAN.fullmatch(name):
            continue
        if given == 2 and begins_word(text, end - 1):
            continue
        return 0 if name in NO_NAMES or name[:2] in NO_NAMES else len(name)
    return 0


def is_odd_name(text: str) -> bool:
    """True when a surname and two characters that make no word begin the text: 「郑刚洋」."""
    name = text[:3]
    return (
        len(name) == 3
        and name not in NO_NAMES
        and name[1] not in NO_GIVEN
        and name[2] not in NO_GIVEN
        and HAN.fullmatch(name) is not None
        and name[0] in WORDS.surnames
        and name[0] not in WEAK_SURNAMES
        and not begins_word(text, 2)
        and not rjieba.has_word(name[:2])
        and not rjieba.has_word(name[1:])
    )


def begins_word(text: str, position: int) -> bool:
    """True where the last character belongs to what follows: 「李雷|今天」, 「王芳|的」."""
    return text[position] in "的是在了来我他她你们说和跟买想要有就也都从很会得着过" or (
        position + 1 < len(text) and rjieba.has_word(text[position : position + 2])
    )


def is_doubled_name(word: str) -> bool:
    """True for a doubled character that the tagger takes for a person: 「莉莉」, not 「天天」."""
    if len(word) != 2 or word[0] != word[1] or word in NO_NAMES:
        return False
    tags = rjieba.tag(word)
    return len(tags) == 1 and bool(tags[0][1].startswith("nr"))


def is_surname_only(name: str) -> bool:
    """True for 「王」, 「欧阳」 or one English word: the short class of names."""
    return len(name) == 1 or name in WORDS.compound_surnames or (name.isascii() and " " not in name)
