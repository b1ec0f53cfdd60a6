"""How the source systems record a story: reviews, survey responses, calls and notes."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from simulator.conversations import Conversation
from simulator.day_files import format_moment
from simulator.draft import Draft
from simulator.people import Customer
from simulator.phrasebook import phrase_tree
from simulator.plan import stream
from simulator.story import Story
from simulator.world import COMPETITORS, OUR_SUBJECT

_NICKNAMES = (
    "momo", "小鹿乱撞", "风吹麦浪", "爱吃橘子的猫", "老王头", "一只大鹅", "夏天的西瓜", "阿May",
    "踏雪寻梅", "加班狗", "柠檬不萌", "平安是福", "岁月静好", "Tony爱生活", "北方的狼", "佛系买家",
)  # fmt: skip
_SITES_BY_CHANNEL = {
    "online": (("hemu_mall", 70), ("haowu_forum", 30)),
    "store": (("chengshi_koubei", 72), ("hemu_mall", 28)),
}


def make_author(customer: Customer) -> str:
    """Return the name under which a person writes reviews: the same for all their records."""
    rng = stream(0, "author", customer.person_id)
    form = rng.random()
    if form < 0.45:
        return (
            f"{rng.choice(_NICKNAMES)}{rng.choice(('', rng.randint(1, 99), rng.randint(80, 2009)))}"
        )
    if form < 0.75:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return f"{rng.choice(letters)}***{rng.choice(letters + '0123456789')}"
    if form < 0.83:  # the member name as the shop shows it
        return f"{customer.surname}**{customer.phone[-2:]}"
    return f"用户_{rng.randint(100000, 9999999)}"


def rate(satisfaction: float) -> int:
    """Return the stars that a satisfaction (0-10) shows as."""
    for stars, least in ((5, 8.0), (4, 6.6), (3, 5.0), (2, 3.4)):
        if satisfaction >= least:
            return stars
    return 1


def make_review(story: Story, review_id: str, draft: Draft, rng: Random) -> dict[str, object]:
    """Return a review as the sites publish it; `updated_at` is added on writing."""
    order = story.order
    sites = _SITES_BY_CHANNEL["online" if order.is_online else "store"]
    if story.subject != OUR_SUBJECT:
        sites = (("chengshi_koubei", 60), ("haowu_forum", 40))
    site = rng.choices([name for name, _ in sites], [weight for _, weight in sites])[0]
    if story.subject in COMPETITORS:
        outlet: str | None = f"{story.subject}-{story.customer.city.name}"
    else:
        outlet = order.store.store_id if order.store else None
    titles = phrase_tree("style")["titles"]
    has_title = story.language == "zh" and rng.random() < 0.3
    return {
        "review_id": review_id,
        "site": site,
        "outlet_id": outlet,
        "subject": story.subject,
        "author": make_author(story.customer),
        "rating": rate(story.satisfaction),
        "rating_scale": 5,
        "title": rng.choice(titles[story.mood]).fill(rng, {}) if has_title else None,
        "text": draft.text,
        "product_id": order.product.product_id if story.subject == OUR_SUBJECT else None,
        "city": story.customer.city.name,
        "url": f"https://{site.replace('_', '-')}.example.com/reviews/{review_id.lower()}",
        "posted_at": format_moment(story.occurred_at),
    }


def make_survey_response(
    story: Story,
    response_id: str,
    survey_slug: str,
    channel: str,
    comment: str | None,
    rng: Random,
) -> dict[str, object]:
    """Return a survey answer; satisfaction becomes NPS 0-10, CSAT 1-5 and CES 1-7 (7 = easy)."""
    satisfaction = story.satisfaction
    is_service = survey_slug == "post_service"
    asks_nps = not is_service or rng.random() < 0.5
    return {
        "response_id": response_id,
        "customer_id": story.customer.customer_id,
        "survey_slug": survey_slug,
        "channel": channel,
        "nps": round(satisfaction) if asks_nps else None,
        "csat": rate(satisfaction + rng.uniform(-0.6, 0.6)),
        "ces": max(1, min(7, round(7 - (9.5 - satisfaction) * 0.62))) if is_service else None,
        "comment": comment,
        "order_id": None if survey_slug == "relationship" else story.order.order_id,
        "store_id": story.order.store.store_id if story.order.store else None,
        "agent_id": story.agent.agent_id if is_service and story.agent else None,
        "submitted_at": format_moment(story.occurred_at),
    }


def make_call(story: Story, call_id: str, call: Conversation, rng: Random) -> dict[str, object]:
    """Return a call with its transcript."""
    started = story.occurred_at
    assert story.agent is not None
    return {
        "call_id": call_id,
        "customer_id": story.customer.customer_id,
        "agent_id": story.agent.agent_id,
        "store_id": story.order.store.store_id if story.order.store else None,
        "order_id": story.order.order_id,
        "direction": "inbound" if story.attempt > 1 or rng.random() < 0.9 else "outbound",
        "started_at": format_moment(started),
        "ended_at": format_moment(started + timedelta(seconds=call.seconds)),
        "transfers": [
            {
                "at": format_moment(started + timedelta(seconds=seconds)),
                "from_team": story.agent.team_name,
                "to_team": team,
            }
            for seconds, team in call.transfers
        ],
        "turns": [
            {"speaker": speaker, "start_seconds": start, "text": draft.text}
            for (speaker, draft), start in zip(call.turns, call.starts, strict=True)
        ],
    }


def make_note(story: Story, note_id: str, draft: Draft) -> dict[str, object]:
    """Return a CRM note by a member of staff."""
    return {
        "note_id": note_id,
        "customer_id": story.customer.customer_id,
        "agent_id": story.agent.agent_id if story.agent else None,
        "store_id": story.order.store.store_id if story.order.store else None,
        "order_id": story.order.order_id,
        "note_text": draft.text,
        "created_at": format_moment(story.occurred_at),
    }
