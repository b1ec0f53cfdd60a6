"""Improvements that the company made, and what each of them truly did.

One works, one does nothing, one only looks like working because it began at the peak of a surge
that went by itself, one moves the trouble elsewhere, one was piloted in a single city, one was
rolled out region by region, and one is too young to be judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from simulator.geography import CITIES, City
from simulator.plan import Plan


@dataclass(frozen=True)
class Improvement:
    """One line of the register of improvements, with its truth.

    `factors` is the truth: what the share of bad experiences at a touchpoint is multiplied by from
    the start on, within `cities` (empty: everywhere). Days count back from the plan's end.
    """

    improvement_id: str
    title: str
    problem: str
    hypothesis: str
    action: str
    department: str
    touchpoint: str
    topic: str | None
    design: str
    target_change_pct: float
    cost_cny: int
    started_days_before_end: int
    truth: str
    lasts_days: int | None = None
    cities: tuple[str, ...] = ()
    factors: dict[str, float] = field(default_factory=dict)

    def started_on(self, plan: Plan) -> date:
        """Return the day from which on it holds."""
        return plan.end - timedelta(days=self.started_days_before_end)

    def ended_on(self, plan: Plan) -> date | None:
        """Return the day on which its introduction was over; None while it goes on."""
        if self.lasts_days is None:
            return None
        return self.started_on(plan) + timedelta(days=self.lasts_days)


def _cities_of(region: str) -> tuple[str, ...]:
    return tuple(city.name for city in CITIES if city.region == region)


PILOT_CITY = "上海"
# like the pilot city: the same region, the next largest
PILOT_MATCHES = ("杭州", "南京", "苏州")
WAVES = (("华南", 300), ("华中", 240), ("华北", 180))


def _wave(number: int, region: str, days_before_end: int) -> Improvement:
    return Improvement(
        improvement_id=f"I005-{number}",
        title="安装预约精确到两小时",
        problem="装机的人说哪天来不说几点，客户白等",
        hypothesis="时段定得准，爽约和投诉都会少",
        action=f"第{number}批：{region}",
        department="installation",
        touchpoint="installation",
        topic=None,
        design="staggered",
        target_change_pct=-30,
        cost_cny=180_000,
        started_days_before_end=days_before_end,
        truth="works",
        lasts_days=30,
        cities=_cities_of(region),
        factors={"installation": 0.5},
    )


IMPROVEMENTS = (
    Improvement(
        improvement_id="I001",
        title="换用加厚纸箱",
        problem="运输途中破损多",
        hypothesis="箱子结实了，到手破损会少一大半",
        action="全部仓库换五层瓦楞箱",
        department="logistics",
        touchpoint="packaging",
        topic=None,
        design="before_after",
        target_change_pct=-50,
        cost_cny=420_000,
        started_days_before_end=240,
        truth="works",
        lasts_days=20,
        factors={"packaging": 0.35},
    ),
    Improvement(
        improvement_id="I002",
        title="收银台加一块提示屏",
        problem="结账时总有人说付不了款",
        hypothesis="看得见步骤就不会付错",
        action="门店收银台与支付页各加一步提示",
        department="finance",
        touchpoint="checkout_payment",
        topic=None,
        design="before_after",
        target_change_pct=-20,
        cost_cny=260_000,
        started_days_before_end=300,
        truth="does_nothing",
        lasts_days=30,
    ),
    Improvement(
        improvement_id="I003",
        title="华东仓加派夜班",
        problem="华东送货一下子慢了，投诉猛增",
        hypothesis="人手够了，积压就会消",
        action="两个仓各加一个夜班",
        department="logistics",
        touchpoint="delivery",
        topic=None,
        design="before_after",
        target_change_pct=-40,
        cost_cny=150_000,
        # the peak of the surge `warehouse_backlog`, which goes down by itself
        started_days_before_end=201,
        truth="looks_like_working",
        lasts_days=30,
        cities=_cities_of("华东"),
    ),
    Improvement(
        improvement_id="I004",
        title="送货前一小时来电",
        problem="人不在家，货放门口或者白跑一趟",
        hypothesis="提前打电话，客户能安排，抱怨会少",
        action="先在上海试半年",
        department="logistics",
        touchpoint="delivery",
        topic=None,
        design="pilot",
        target_change_pct=-40,
        cost_cny=90_000,
        started_days_before_end=150,
        truth="works",
        cities=(PILOT_CITY,),
        factors={"delivery": 0.35},
    ),
    *(_wave(number, region, days) for number, (region, days) in enumerate(WAVES, start=1)),
    Improvement(
        improvement_id="I006",
        title="退货改由机器人受理",
        problem="退款排队太久",
        hypothesis="自动受理，退款快一半",
        action="退货申请一律先过机器人",
        department="after_sales",
        touchpoint="return_refund",
        topic=None,
        design="before_after",
        target_change_pct=-30,
        cost_cny=310_000,
        started_days_before_end=130,
        truth="moves_the_trouble",
        lasts_days=15,
        # refunds go faster, and those whom the robot does not understand end up with service
        factors={"return_refund": 0.6, "customer_service": 1.5},
    ),
    Improvement(
        improvement_id="I007",
        title="会员积分规则改成一页纸",
        problem="积分怎么用没人说得清",
        hypothesis="规则短了，柜台就讲得明白",
        action="重写规则，门店培训一次",
        department="membership",
        touchpoint="membership_points",
        topic=None,
        design="before_after",
        target_change_pct=-25,
        cost_cny=60_000,
        started_days_before_end=12,
        truth="too_young",
        factors={"membership_points": 0.6},
    ),
)


@lru_cache(maxsize=4096)
def negative_factor(plan: Plan, touchpoint: str, city: City, day: date) -> float:
    """Return what the improvements in force multiply the share of bad experiences by."""
    factor = 1.0
    for improvement in IMPROVEMENTS:
        effect = improvement.factors.get(touchpoint)
        if effect is None or day < improvement.started_on(plan):
            continue
        if not improvement.cities or city.name in improvement.cities:
            factor *= effect
    return factor
