"""What fills the slots of a phrase: the story's facts, and figures as people say them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from simulator.plan import COMPANY_NAME
from simulator.seasons import recent_campaign
from simulator.story import Story
from simulator.world import COMPETITORS

_DAYS = (
    "三天", "四五天", "一个星期", "五天", "六七天", "半个月", "一周", "十来天", "快十天",
    "两个礼拜", "8天", "12天", "小半个月", "三四天", "整整一周", "二十天", "一个月", "10天",
    "好些天",
)  # fmt: skip
_TIMES = ("两次", "三次", "三四次", "四趟", "五六回", "好几次", "不下五次", "三回", "N次", "七八遍")
_HOURS = ("半小时", "一个小时", "四十分钟", "两小时", "一个多钟头", "俩小时", "快三个小时")
_PROMISED_HOURS = ("24小时", "48小时", "两个工作日", "24小时")
_GIFTS = ("小电锅", "滤芯", "耳机", "保温杯", "旅行套装", "加湿器", "雨伞", "一袋米", "充电线")
_DAYS_EN = ("three days", "a week", "ten days", "two weeks", "5 days", "a month", "four days")
_TIMES_EN = ("twice", "three times", "4 times", "five times", "several times")


class Slots:
    """Answers look-ups by slot name: draws anew what may vary, repeats what is a fact."""

    def __init__(self, story: Story, rng: Random) -> None:
        self._story = story
        self._rng = rng

    def __getitem__(self, name: str) -> str:
        fill = getattr(self, f"_{name}", None)
        if fill is None:
            raise KeyError(f"no slot {{{name}}}")
        return str(fill())

    def _product(self) -> str:
        return self._story.order.product.noun

    def _product_en(self) -> str:
        return self._story.order.product.english_noun

    def _store(self) -> str:
        store = self._story.order.store
        if store is None:
            return self._rng.choice(("门店", "你们家店", "附近那家店", "实体店"))
        place = store.name.removeprefix(COMPANY_NAME)
        return self._rng.choice((place, place.removeprefix(store.city.name), "那家店", "门店"))

    def _city(self) -> str:
        return self._story.customer.city.name

    def _days(self) -> str:
        return self._rng.choice(_DAYS)

    def _times(self) -> str:
        return self._rng.choice(_TIMES)

    def _hours(self) -> str:
        return self._rng.choice(_HOURS)

    def _promised(self) -> str:
        return self._rng.choice(_PROMISED_HOURS)

    def _days_en(self) -> str:
        return self._rng.choice(_DAYS_EN)

    def _times_en(self) -> str:
        return self._rng.choice(_TIMES_EN)

    def _money(self) -> str:
        amount = self._rng.choice((20, 30, 50, 60, 80, 100, 120, 150, 180, 200, 260, 300, 380, 500))
        if self._story.language == "en":
            return str(amount)
        return f"{amount}{self._rng.choice(('块', '块钱', '元', '多'))}"

    def _points(self) -> str:
        return str(self._rng.choice((800, 1200, 2000, 3000, 5000, 8600, 12000)))

    def _gift(self) -> str:
        return self._rng.choice(_GIFTS)

    def _number(self) -> str:
        return str(self._rng.randint(1001, 9899))

    def _campaign(self) -> str:
        return recent_campaign(self._story.occurred_at.date(), self._rng)

    def _rival(self) -> str:
        if self._story.subject in COMPETITORS:
            return COMPANY_NAME
        return self._rng.choice(list(COMPETITORS.values()))

    def _month(self) -> str:
        return str((self._story.occurred_at - timedelta(days=self._rng.randint(3, 30))).month)

    def _attempt(self) -> str:
        return "一两三四五六七八九"[min(self._story.attempt, 9) - 1]

    def _company(self) -> str:
        return COMPANY_NAME

    def _surname(self) -> str:
        return self._story.customer.surname

    def _honorific(self) -> str:
        return self._story.customer.honorific

    def _name(self) -> str:
        return self._story.customer.full_name

    def _agent(self) -> str:
        return f"{self._story.agent.name[0]}老师" if self._story.agent else "小禾"

    def _team(self) -> str:
        return self._story.agent.team_name if self._story.agent else "客服组"
