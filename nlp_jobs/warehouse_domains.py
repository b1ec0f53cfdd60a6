"""What each source of the warehouse writes about, estimated from its texts.

    intermediate.int_feedback -> config/source_domains.yml -> the annotators of the warehouse

`nlp_jobs.source_domains` says why this is a file and no table.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.domain_shares import SAMPLE, Shares
from nlp_jobs.source_domains import Source

# keys are hashes: the first ones are a sample, and the same one each time
_SAMPLE = """
    select feedback_key, text, turns, text_hash, source_slug
    from intermediate.int_feedback
    where source_slug = %s and (text is not null or turns is not null)
    order by feedback_key
    limit %s
"""


def estimate_sources(connection: Connection[Any], annotator: Annotator) -> dict[Source, Shares]:
    """The shares of domains in each source of the warehouse that has enough texts."""
    found: dict[Source, Shares] = {}
    slugs = connection.execute(
        "select distinct source_slug from intermediate.int_feedback order by source_slug"
    ).fetchall()
    for (slug,) in slugs:
        sample = connection.execute(_SAMPLE, (slug, SAMPLE)).fetchall()
        found |= annotator.learn_domains(Feedback(*row) for row in sample)
    return found
