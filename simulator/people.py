"""People of the simulated world: customers by number, agents in teams, canary persons.

A customer is a pure function of the seed and a number, so that a company of any size needs no
table of customers in memory. E-mail addresses use reserved domains.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random

from simulator.geography import CITIES, City
from simulator.plan import SHANGHAI, Plan, stream

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
_CANARY_SURNAMES = ("欧阳", "上官", "诸葛", "慕容", "司徒", "郗", "邬", "麴")
_CANARY_GIVEN = (
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
_EMAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com")

SEGMENTS = ("家庭用户", "年轻白领", "银发用户", "学生", "小微企业")
MEMBER_TIERS = ("普通", "银卡", "金卡", "黑金")
# those known when the CRM went live had registered over this many days before
BASE_DAYS = 900
# someone at most this old when the plan ends belongs to the young cohort
YOUNG_AGE = 30

TEAM_DEPARTMENTS = (
    "customer_service", "after_sales", "store_operations", "sales", "installation", "logistics",
)  # fmt: skip
_TEAM_NAMES = {
    "customer_service": "客服",
    "after_sales": "售后",
    "store_operations": "门店运营",
    "sales": "销售顾问",
    "installation": "安装调度",
    "logistics": "物流调度",
}
AGENTS_PER_TEAM = 6


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
_FEMALE, _MALE = _GIVEN_FEMALE.split(), _GIVEN_MALE.split()
_CITY_WEIGHTS = list(accumulate(city.weight for city in CITIES))


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the CRM knows it, with what the CRM does not know but texts may tell."""

    customer_id: str
    full_name: str
    phone: str
    email: str
    gender: str
    birth_year: int
    city: City
    segment: str
    member_tier: str
    registered_at: datetime

    @property
    def surname(self) -> str:
        """The family name, of one or two characters."""
        return self.full_name[:2] if self.full_name[:2] in _DOUBLE_SURNAMES else self.full_name[0]

    @property
    def honorific(self) -> str:
        """How staff call the customer, e.g. 王女士."""
        return self.surname + ("女士" if self.gender == "F" else "先生")


_DOUBLE_SURNAMES = {"欧阳", "上官", "诸葛", "慕容", "司徒"}


@dataclass(frozen=True, slots=True)
class Agent:
    """A member of staff; `skill` moves the satisfaction of the customers served (points of 10)."""

    agent_id: str
    name: str
    team_id: str
    team_name: str
    department_slug: str
    hired_on: date
    skill: float


def draw_name(rng: Random, gender: str) -> tuple[str, str]:
    """Return a full name and the surname in Latin letters."""
    surname, latin = rng.choices(SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]
    return surname + rng.choice(_FEMALE if gender == "F" else _MALE), latin


def make_phone(seed: int, number: int) -> str:
    """Return a mobile number that no other customer number below 10^8 has."""
    prefix = _PHONE_PREFIXES[(number * 7 + seed) % len(_PHONE_PREFIXES)]
    return f"{prefix}{(number * 48_271_093 + seed * 7_919 + 13_579_246) % 10**8:08d}"


@lru_cache(maxsize=4096)
def make_customer(plan: Plan, number: int) -> Customer:
    """Return the customer of a number (0 is the first who registered)."""
    rng = Random(plan.seed * 1_000_000_007 + number)
    gender = "F" if rng.random() < 0.54 else "M"
    full_name, latin = draw_name(rng, gender)
    if number < plan.canary_total:
        full_name = _CANARY_SURNAMES[number % len(_CANARY_SURNAMES)] + _CANARY_GIVEN[number]
    age = min(82, max(18, round(rng.gauss(38, 12))))
    birth_year = plan.end.year - age
    segment = _draw_segment(rng, age)
    tier = rng.choices(MEMBER_TIERS, (58, 25, 13, 4))[0]
    return Customer(
        customer_id=f"C{number + 1:08d}",
        full_name=full_name,
        phone=make_phone(plan.seed, number),
        email=f"{latin}{rng.choice(('', '.', '_'))}{rng.randint(100, 999999)}@"
        f"{rng.choice(_EMAIL_DOMAINS)}",
        gender=gender,
        birth_year=birth_year,
        city=rng.choices(CITIES, cum_weights=_CITY_WEIGHTS)[0],
        segment=segment,
        member_tier=tier,
        registered_at=_registration_time(plan, number, rng),
    )


def _draw_segment(rng: Random, age: int) -> str:
    if age >= 60 and rng.random() < 0.8:
        return "银发用户"
    if age <= 23 and rng.random() < 0.6:
        return "学生"
    if rng.random() < 0.05:
        return "小微企业"
    return "年轻白领" if age <= 34 and rng.random() < 0.7 else "家庭用户"


def base_customer_total(plan: Plan) -> int:
    """Return how many customers were known when the CRM went live."""
    return plan.customer_total * 2 // 5


@lru_cache(maxsize=8)
def _known_by_day(plan: Plan) -> list[int]:
    """Return how many customers were known at the end of each day from the go-live on."""
    base = base_customer_total(plan)
    period = (plan.end - plan.go_live).days
    won = plan.customer_total - base
    shares = [day / period for day in range(period + 1)]
    # quadratic: a growing company wins more customers in its later years
    return [base + int(won * (0.75 * share + 0.25 * share * share)) for share in shares]


def known_customer_total(plan: Plan, day: date) -> int:
    """Return how many customers have registered by the end of a day."""
    known = _known_by_day(plan)
    return known[min(len(known) - 1, max(0, (day - plan.go_live).days))]


def _registration_time(plan: Plan, number: int, rng: Random) -> datetime:
    moment = time(rng.randint(8, 22), rng.randint(0, 59), rng.randint(0, 59), tzinfo=SHANGHAI)
    base = base_customer_total(plan)
    if number < base:
        day = plan.go_live - timedelta(days=1 + int(BASE_DAYS * (1 - number / base)))
    else:  # the first day by which this number is known
        day = plan.go_live + timedelta(days=bisect_right(_known_by_day(plan), number))
    return datetime.combine(day, moment)


def make_agents(plan: Plan) -> list[Agent]:
    """Return the agents, six to a team; team departments take turns so that each has some."""
    agents = []
    for team in range(plan.team_total):
        department = TEAM_DEPARTMENTS[team % len(TEAM_DEPARTMENTS)]
        team_name = f"{_TEAM_NAMES[department]}{team // len(TEAM_DEPARTMENTS) + 1}组"
        for seat in range(AGENTS_PER_TEAM):
            rng = stream(plan.seed, "agent", team, seat)
            name, _ = draw_name(rng, rng.choice("FM"))
            agents.append(
                Agent(
                    agent_id=f"A{team * AGENTS_PER_TEAM + seat + 1:04d}",
                    name=name,
                    team_id=f"T{team + 1:02d}",
                    team_name=team_name,
                    department_slug=department,
                    hired_on=plan.go_live - timedelta(days=rng.randint(20, 2500)),
                    skill=round(rng.gauss(0, 0.4), 2),
                )
            )
    return agents
