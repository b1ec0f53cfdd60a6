"""Stable identities: the same source path gives the same uuid on every machine."""

from __future__ import annotations

import uuid

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "voc-warehouse/superset_assets")


def uuid_of(kind: str, name: str) -> str:
    """The uuid of an asset, e.g. `uuid_of("charts", "journey/net_sentiment")`.

    Superset finds what it already holds by uuid. A renamed chart is therefore a new chart, and
    links that people saved to the old one break: rename with that in mind.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))
