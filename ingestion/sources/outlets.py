"""Whose page it is: from a site's own ids to our stores and the competitors we follow. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingestion.candidates import Candidate
from ingestion.web_source_config import Outlet


def place_review(candidate: Candidate, outlets: Mapping[str, Outlet]) -> Candidate:
    """Return a review with store, subject, city and brand of the outlet that it is about.

    `outlet_id` is the site's own id before and our store's after. A review of a page that
    nobody mapped keeps what the site says. A city that the site names is kept.
    """
    site_id = candidate.values.get("outlet_id")
    outlet = outlets.get(str(site_id)) if site_id is not None else None
    if outlet is None:
        return candidate
    return replace(candidate, values=candidate.values | describe_outlet(outlet, candidate.values))


def describe_outlet(outlet: Outlet, values: Mapping[str, object]) -> dict[str, object]:
    """Return what an outlet says about a review of it, in the contract's names."""
    return {
        "outlet_id": outlet.store_id,
        "subject": outlet.subject,
        "city": values.get("city") or outlet.city,
        "brand": outlet.brand,
    }
