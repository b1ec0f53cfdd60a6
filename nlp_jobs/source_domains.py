"""What the sources of the warehouse write about: estimated once, then kept.

    intermediate.int_feedback -> nlp.source_domains

A source keeps its estimate as soon as enough of its feedback was looked at, until the pipeline
changes: a text gets the same label on whatever night it comes. Until then each batch looks again.
A source with a handful of texts has no estimate, and its texts are read each for itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.domain_shares import SAMPLE, Shares, Source

ENOUGH = 500  # pieces of feedback after which a source keeps its estimate
# keys are hashes: the first ones are a sample that is the same in every batch of a night
_SAMPLE = """
    select feedback_key, text, turns, text_hash, source_slug
    from intermediate.int_feedback
    where source_slug = %s and (text is not null or turns is not null)
    order by feedback_key
    limit %s
"""
_WRITE = """
    insert into nlp.source_domains
        (pipeline_version, source_slug, language, domain_shares, sampled_count)
    values (%s, %s, %s, %s, %s)
    on conflict (pipeline_version, source_slug, language) do update
    set domain_shares = excluded.domain_shares,
        sampled_count = excluded.sampled_count,
        estimated_at = excluded.estimated_at
"""


def know_sources(
    connection: Connection[Any], annotator: Annotator, source_slugs: Collection[str]
) -> dict[Source, Shares]:
    """The shares of domains in these sources; those without a lasting estimate get one now."""
    version = annotator.pipeline_version
    lasting = {
        slug
        for (slug,) in connection.execute(
            "select distinct source_slug from nlp.source_domains "
            "where pipeline_version = %s and sampled_count >= %s",
            (version, ENOUGH),
        )
    }
    for slug in sorted(set(source_slugs) - lasting):
        _estimate(connection, annotator, slug)
    found = connection.execute(
        "select source_slug, language, domain_shares from nlp.source_domains "
        "where pipeline_version = %s and source_slug = any(%s)",
        (version, list(source_slugs)),
    )
    return {Source(slug, language): shares for slug, language, shares in found}


def _estimate(connection: Connection[Any], annotator: Annotator, source_slug: str) -> None:
    sample = [
        Feedback(*row) for row in connection.execute(_SAMPLE, (source_slug, SAMPLE)).fetchall()
    ]
    for source, shares in annotator.learn_domains(sample).items():
        connection.execute(
            _WRITE,
            (
                annotator.pipeline_version,
                source.source_slug,
                source.language,
                Jsonb({domain: round(share, 6) for domain, share in shares.items()}),
                len(sample),
            ),
        )
