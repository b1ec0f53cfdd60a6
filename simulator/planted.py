"""What was planted: the causes behind the feedback, with their sizes and dates.

These figures play the company; `truth.py` writes them beside the sources. Satisfaction is a score
out of 10 that ratings and survey answers are read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from simulator.plan import Plan

KINDS = ("review", "survey", "call", "note")
KIND_SHARES = (45, 25, 20, 10)

BASE_SATISFACTION = 9.4
# on top of what each touchpoint takes: nothing good was there to tell
ALL_NEGATIVE_EFFECT = -0.9
SATISFACTION_NOISE = 1.2


@dataclass(frozen=True)
class Touchpoint:
    """A touchpoint: who owns it, how often it is spoken of, and what it does to satisfaction.

    `weights` are for review, survey, call and note; `where` limits it to orders made
    "online", in a "store", or of goods that are "installed" ("" = any).
    """

    slug: str
    department: str
    weights: tuple[float, float, float, float]
    negative_share: float
    negative_effect: float
    positive_effect: float
    where: str = ""


# in the order in which a customer passes them
TOUCHPOINTS = (
    Touchpoint("advertising", "marketing", (1.2, 0.8, 0.3, 0.5), 0.50, -1.1, 0.2),
    Touchpoint("promotion", "marketing", (3.0, 2.5, 2.0, 2.0), 0.44, -1.6, 0.4),
    Touchpoint("search_browse", "ecommerce", (1.2, 1.2, 0.2, 0.2), 0.42, -0.8, 0.2, "online"),
    Touchpoint("product_page", "ecommerce", (2.2, 1.0, 0.8, 0.5), 0.46, -1.4, 0.2, "online"),
    Touchpoint("pre_sales_advice", "sales", (2.2, 2.0, 0.8, 1.5), 0.24, -1.2, 0.6),
    Touchpoint("store_visit", "store_operations", (2.8, 2.6, 0.2, 1.5), 0.26, -0.9, 0.5, "store"),
    Touchpoint("store_staff", "store_operations", (4.2, 4.0, 1.0, 2.5), 0.22, -1.9, 0.9, "store"),
    Touchpoint("checkout_payment", "finance", (1.4, 1.5, 1.4, 0.8), 0.46, -1.2, 0.1),
    Touchpoint("pricing", "marketing", (4.2, 3.0, 1.5, 1.2), 0.40, -1.4, 0.5),
    Touchpoint("order_fulfilment", "ecommerce", (2.0, 1.8, 2.8, 1.5), 0.56, -1.7, 0.2, "online"),
    Touchpoint("delivery", "logistics", (7.0, 5.0, 6.0, 3.0), 0.36, -2.0, 0.6),
    Touchpoint("packaging", "logistics", (3.2, 1.5, 0.8, 0.6), 0.30, -0.8, 0.2, "online"),
    Touchpoint("installation", "installation", (6.5, 6.5, 7.5, 4.0), 0.38, -3.4, 0.7, "installed"),
    Touchpoint("product_quality", "product", (9.0, 6.0, 6.5, 4.0), 0.38, -3.1, 0.7),
    Touchpoint("product_experience", "product", (9.0, 6.0, 1.8, 2.0), 0.30, -2.0, 0.6),
    Touchpoint("app_website", "it", (1.8, 2.4, 1.6, 0.7), 0.58, -1.1, 0.2),
    Touchpoint("customer_service", "customer_service", (3.4, 4.0, 2.2, 2.0), 0.38, -2.5, 0.6),
    Touchpoint(
        "after_sales_repair", "after_sales", (3.0, 3.4, 6.5, 4.0), 0.52, -3.7, 0.8, "repairable"
    ),
    Touchpoint("return_refund", "after_sales", (2.6, 2.6, 6.0, 2.5), 0.54, -2.6, 0.5),
    Touchpoint("complaint_handling", "customer_service", (1.0, 1.6, 2.6, 2.0), 0.66, -3.1, 0.9),
    Touchpoint("invoice", "finance", (0.9, 0.8, 2.2, 1.2), 0.50, -0.8, 0.1),
    Touchpoint("membership_points", "membership", (1.4, 2.2, 2.0, 1.6), 0.46, -0.9, 0.3),
    # spoken of through its theme alone, so that the theme's share is the planted one
    Touchpoint("privacy", "it", (0.0, 0.0, 0.0, 0.0), 0.85, -1.4, 0.1),
)
TOUCHPOINT_BY_SLUG = {touchpoint.slug: touchpoint for touchpoint in TOUCHPOINTS}


@dataclass(frozen=True)
class Handoff:
    """A break between two departments; `share` is its share of all feedback on ordinary days.

    `campaign_share` holds instead while a campaign is fresh. The phrases of both halves stand in
    `phrases/handoffs.yml` under `slug`.
    """

    slug: str
    kind: str  # over_promise, rule_confusion or handoff
    from_department: str
    to_department: str
    from_touchpoint: str
    to_touchpoint: str
    share: float
    campaign_share: float
    where: str
    effect: float
    tells_again: float = 0.0  # chance that the customer calls once more about it


HANDOFFS = (
    Handoff(
        "installation_promise", "over_promise", "sales", "installation",
        "pre_sales_advice", "installation", 0.026, 0.040, "installed", -3.4,
    ),
    Handoff(
        "warranty_promise", "over_promise", "sales", "after_sales",
        "pre_sales_advice", "after_sales_repair", 0.022, 0.024, "repairable", -3.2,
    ),
    Handoff(
        "promotion_rules", "rule_confusion", "marketing", "store_operations",
        "promotion", "store_staff", 0.014, 0.036, "store", -2.4,
    ),
    Handoff(
        "points_rules", "rule_confusion", "membership", "store_operations",
        "membership_points", "store_staff", 0.007, 0.008, "store", -1.8,
    ),
    Handoff(
        "lost_parcel", "handoff", "logistics", "customer_service",
        "delivery", "customer_service", 0.028, 0.034, "", -3.0, 0.45,
    ),
    Handoff(
        "return_refund_gap", "handoff", "after_sales", "finance",
        "return_refund", "checkout_payment", 0.007, 0.009, "", -2.0, 0.25,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Surge:
    """One problem that grows within days; `peak_share` is its share of all feedback at the peak.

    Days count back from the plan's end. `region` None means everywhere.
    """

    slug: str
    touchpoint: str
    issue: str
    region: str | None
    days_before_end: int
    length_days: int
    peak_share: float
    trait: str | None = None  # of the goods it is about

    def first_day(self, plan: Plan) -> date:
        """Return the day on which it starts."""
        return plan.end - timedelta(days=self.days_before_end)

    def last_day(self, plan: Plan) -> date:
        """Return the last day of it that the plan still plays."""
        return min(plan.end, self.first_day(plan) + timedelta(days=self.length_days - 1))

    def share_on(self, day: date, plan: Plan) -> float:
        """Return the surge's share of the feedback of a day: up in a third, down in two."""
        position = (day - self.first_day(plan)).days
        if not 0 <= position < self.length_days:
            return 0.0
        peak = max(1, self.length_days // 3)
        height = (
            (position + 1) / (peak + 1)
            if position < peak
            else (self.length_days - position) / (self.length_days - peak)
        )
        return self.peak_share * height


SURGES = (
    Surge("washer_leak", "product_quality", "leak", "华南", 118, 18, 0.34, "washer"),
    Surge("warehouse_backlog", "delivery", "late", "华东", 205, 14, 0.34),
    Surge("payment_outage", "checkout_payment", "payment_failed", None, 47, 5, 0.45),
    Surge("installer_shortage", "installation", "no_show", "西南", 10, 11, 0.32, "installed"),
)


@dataclass(frozen=True)
class Theme:
    """A theme whose share of a cohort's feedback moves in a straight line over the years.

    Shares are those of a three-year plan; `others_*` is for everyone outside the cohort.
    """

    slug: str
    phrase_file: str
    cohort: str
    cohort_first_share: float
    cohort_last_share: float
    others_first_share: float
    others_last_share: float
    trend: str

    def share_on(self, day: date, plan: Plan, in_cohort: bool) -> float:
        """Return the theme's share of the feedback of a day, for its cohort or for the others."""
        progress = (day - plan.start).days / max(1, (plan.end - plan.start).days)
        if in_cohort:
            first, last = self.cohort_first_share, self.cohort_last_share
        else:
            first, last = self.others_first_share, self.others_last_share
        return first + (last - first) * min(1.0, max(0.0, progress))


THEMES = (
    Theme(
        "reuse_and_environment", "reuse_and_environment", "young",
        0.008, 0.110, 0.006, 0.014, "rising",
    ),
    Theme("privacy", "privacy", "everyone", 0.006, 0.036, 0.006, 0.036, "rising"),
    Theme("paper_invoice", "paper_invoice", "everyone", 0.030, 0.004, 0.030, 0.004, "falling"),
)  # fmt: skip

# installation and delivery are weaker where the distances are long
REGION_EFFECTS = {"西北": -0.35, "西南": -0.2, "东北": -0.1, "华东": 0.1}
