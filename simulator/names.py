"""Names, phone numbers and e-mail addresses of made-up people.

E-mail addresses use reserved domains.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

_SURNAMES = (
    "王wang:72 李li:72 张zhang:68 刘liu:54 陈chen:45 杨yang:31 赵zhao:23 黄huang:22 周zhou:21 "
    "吴wu:20 徐xu:17 孙sun:16 胡hu:14 朱zhu:13 高gao:13 林lin:12 何he:12 郭guo:12 马ma:11 罗luo:10 "
    "梁liang:9 宋song:9 郑zheng:9 谢xie:8 韩han:8 唐tang:8 冯feng:7 于yu:7 董dong:7 萧xiao:6 "
    "程cheng:6 曹cao:6 袁yuan:6 邓deng:6 许xu:6 傅fu:5 沈shen:5 曾zeng:5 彭peng:5 吕lv:5 苏su:5 "
    "卢lu:5 蒋jiang:5 蔡cai:5 贾jia:4 丁ding:4 魏wei:4 薛xue:4 叶ye:4 阎yan:4 欧阳ouyang:1 "
    "上官shangguan:1 诸葛zhuge:1"
)
_GIVEN_FEMALE = (
    "芳 娜 敏 静 丽 艳 娟 霞 秀英 桂兰 玉梅 雪梅 晓燕 丽华 婷婷 雨婷 欣怡 梓涵 诗涵 佳怡 思琪 "
    "梦瑶 雅静 慧敏 春梅 淑芬 海燕 晨曦 若曦 可馨 一诺 语桐 佩珊 咏仪 嘉欣 美玲 冬梅 红霞 玉兰 翠兰"
)
_GIVEN_MALE = (
    "伟 强 磊 军 洋 勇 杰 涛 超 明 建国 建军 志强 国庆 海涛 俊杰 子轩 浩然 宇航 博文 天佑 家豪 "
    "志明 文博 永刚 德华 振东 立军 少华 学军 大伟 小龙 一鸣 嘉伟 鹏飞 晓东 卫东 云飞 子墨 逸凡"
)
# rare enough that a hit in a later layer is a leak and no accident; one given name each
CANARY_SURNAMES = ("欧阳", "上官", "诸葛", "慕容", "司徒", "郗", "邬", "麴")
CANARY_GIVEN = (
    "霁岚",
    "鹤鸣",
    "芷珩",
    "牧野",
    "沅芷",
    "砚秋",
    "珞珈",
    "栖迟",
    "聿修",
    "槿汐",
    "望舒",
    "扶摇",
    "青禾",
    "照野",
    "疏桐",
    "问筠",
    "既明",
    "令徽",
    "弦歌",
    "竹溪",
    "映棠",
    "怀瑾",
    "宴清",
    "寒蝉",
    "岫云",
    "观澜",
    "鹿鸣",
    "听白",
    "知微",
    "常庚",
    "采薇",
    "子衿",
    "未央",
    "飞廉",
    "昭苏",
    "蒹葭",
    "归荑",
    "星垂",
    "渡川",
    "景行",
)
_PHONE_PREFIXES = (
    "130",
    "131",
    "132",
    "133",
    "135",
    "136",
    "137",
    "138",
    "139",
    "150",
    "151",
    "152",
    "155",
    "156",
    "157",
    "158",
    "159",
    "166",
    "173",
    "176",
    "177",
    "178",
    "180",
    "181",
    "182",
    "183",
    "185",
    "186",
    "187",
    "188",
    "189",
    "191",
    "198",
    "199",
)
EMAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com")
DOUBLE_SURNAMES = {"欧阳", "上官", "诸葛", "慕容", "司徒"}


def _read_surnames() -> tuple[list[tuple[str, str]], list[int]]:
    """Return (surname, Latin letters) pairs and their cumulated weights."""
    pairs, weights = [], []
    for entry in _SURNAMES.split():
        name, weight = entry.split(":")
        chinese = "".join(char for char in name if ord(char) > 255)
        pairs.append((chinese, name[len(chinese) :]))
        weights.append(int(weight))
    return pairs, list(accumulate(weights))


SURNAMES, _SURNAME_WEIGHTS = _read_surnames()
FEMALE, MALE = _GIVEN_FEMALE.split(), _GIVEN_MALE.split()


def draw_name(rng: Random, gender: str) -> tuple[str, str]:
    """Return a full name and the surname in Latin letters."""
    surname, latin = rng.choices(SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]
    return surname + rng.choice(FEMALE if gender == "F" else MALE), latin


def make_phone(seed: int, number: int) -> str:
    """Return a mobile number that no other customer number below 10^8 has."""
    prefix = _PHONE_PREFIXES[(number * 7 + seed) % len(_PHONE_PREFIXES)]
    return f"{prefix}{(number * 48_271_093 + seed * 7_919 + 13_579_246) % 10**8:08d}"


def make_email(latin: str, rng: Random) -> str:
    """Return an e-mail address by a surname in Latin letters."""
    return (
        f"{latin}{rng.choice(('', '.', '_'))}{rng.randint(100, 999999)}@{rng.choice(EMAIL_DOMAINS)}"
    )
