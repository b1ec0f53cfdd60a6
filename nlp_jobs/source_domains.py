"""What the sources of the warehouse write about: a reviewed file, and how it is made.

    intermediate.int_feedback -> config/source_domains.yml -> the annotators of the warehouse

The file is part of the pipeline's version, so that a text has one label whatever night it comes
and however much of its source came before.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.domain_shares import SAMPLE, Shares, Source

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
