"""What was planted about loyalty: who leaves after what, who comes back, who answers surveys.

A customer's time with the company ends at a constant yearly rate. A bad experience multiplies the
rate for the rest of that time by the hazard ratio of its touchpoint, so hazards are proportional,
as a Cox model takes them to be.
"""

from __future__ import annotations

BASE_YEARLY_HAZARD = 0.22
# touchpoint -> hazard ratio after a bad experience; any other touchpoint has none (1.0)
HAZARD_RATIOS = {
    "after_sales_repair": 4.0,
    "installation": 3.5,
    "complaint_handling": 3.0,
    "product_quality": 2.5,
    "return_refund": 2.0,
    "customer_service": 1.8,
    "delivery": 1.5,
    "privacy": 1.5,
}
# of a complaint that nobody answers, on top of what it was about
SILENCE_HAZARD_RATIO = 3.0
# of a customer who was won back, against one to whom nothing happened
RECOVERED_HAZARD_RATIO = 0.7

# share of customers who buy often, and how much rarer the others buy
FREQUENT_SHARE = 0.35
RARE_ORDER_FACTOR = 0.25

# what an unsettled grudge, and a complaint that was settled well, does to later satisfaction
AGGRIEVED_EFFECT = -1.7
RECOVERED_EFFECT = 0.6
# share of solved cases whose customer is won back
RECOVERY_SHARE = 0.7

# touchpoint -> chance that a caller with a bad experience has to call again
REPEAT_CONTACT_SHARES = {
    "after_sales_repair": 0.30,
    "installation": 0.24,
    "return_refund": 0.22,
    "order_fulfilment": 0.12,
}

# channel -> share of delivered invitations that are answered
RESPONSE_RATES = {"app": 0.55, "sms": 0.34, "email": 0.20}
SURVEY_CHANNEL_SHARES = {"app": 46, "sms": 42, "email": 12}  # of answers
# nobody is asked twice within so many days
QUIET_DAYS = 7

# (competitor, touchpoint) -> what its share of bad experiences is multiplied by
COMPETITOR_FACTORS = {
    ("yunshan", "delivery"): 0.4,
    ("yunshan", "after_sales_repair"): 1.6,
    ("baiyue", "pricing"): 0.4,
    ("baiyue", "product_quality"): 1.6,
    ("jiguang", "product_experience"): 0.5,
    ("jiguang", "delivery"): 1.7,
}
COMPETITOR_EFFECTS = {"yunshan": 0.4, "baiyue": 0.0, "jiguang": -0.5}
