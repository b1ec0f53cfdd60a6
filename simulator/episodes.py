"""Single draws of a story: how a theme is spoken of, and what a customer makes of it all."""

from __future__ import annotations

from random import Random

from simulator.planted import Theme
from simulator.story import Episode

_THEME_HOMES: dict[str, tuple[str | None, str]] = {
    "reuse_and_environment": (None, "product"),
    "privacy": ("privacy", "it"),
    "paper_invoice": ("invoice", "finance"),
}
_THEME_POLARITIES = {
    "reuse_and_environment": (40, 28, 12, 20),
    "privacy": (76, 6, 8, 10),
    "paper_invoice": (55, 12, 22, 11),
}


def theme_episode(theme: Theme, rng: Random) -> Episode:
    """Return the episode in which a theme is spoken of."""
    touchpoint, department = _THEME_HOMES[theme.slug]
    polarity = rng.choices(
        ("negative", "positive", "neutral", "suggestion"), _THEME_POLARITIES[theme.slug]
    )[0]
    return Episode(touchpoint, department, polarity, theme.phrase_file, theme=theme.slug)


def draw_outcome(
    satisfaction: float, kind: str, episodes: list[Episode], rng: Random
) -> tuple[str | None, str | None]:
    """Return (decision effect, ending): what the customer will do, and a threat or hazard."""
    about_goods = any(episode.touchpoint == "product_quality" for episode in episodes)
    is_negative = any(episode.polarity == "negative" for episode in episodes)
    effect = ending = None
    if satisfaction >= 8.5 and not is_negative and rng.random() < 0.22:
        effect = rng.choices(("recommend", "repurchase", "purchase"), (45, 45, 10))[0]
    elif satisfaction < 5.5 and is_negative and rng.random() < 0.34:
        effect = rng.choices(("churn", "discourage", "abandon"), (50, 38, 12))[0]
    if is_negative and about_goods and rng.random() < 0.03:
        ending = "safety"
    elif is_negative and satisfaction < 4.0:
        share = 0.16 if kind in ("call", "note") else 0.07
        if rng.random() < share:
            ending = rng.choices(("legal", "media"), (65, 35))[0]
    return effect, ending
