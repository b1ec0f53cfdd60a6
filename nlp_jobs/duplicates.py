"""Duplicate clusters: texts that are equal but for signs, blanks and case share their weight.

A cluster is everything with the same bare text of at least `MIN_LENGTH` characters. Each member
weighs 1 / size, so copies count once and are never deleted. The SQL reads redacted texts only and
touches only the rows whose cluster changed.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection

MIN_LENGTH = 12  # shorter texts (「质量很好，物流也快」) are equal by chance
# Signs are listed, not classed: what a class holds depends on the locale of the database.
_SIGNS = r"[\s!-/:-@\[-`{-~！-／：-＠［-｀｛-～、。…—–－·“”‘’《》〈〉「」『』【】]+"
_MARK = """
    with bare as (
        select feedback_key, lower(regexp_replace(redacted_text, %(signs)s, '', 'g')) as bare_text
        from nlp.documents
        where pipeline_version = %(pipeline_version)s and redacted_text is not null
    ),

    clusters as (
        select
            md5(bare_text) as duplicate_cluster_key,
            count(*) as member_count,
            array_agg(feedback_key) as feedback_keys
        from bare
        where length(bare_text) >= %(min_length)s
        group by bare_text
        having count(*) > 1
    ),

    wanted as (
        select
            unnest(feedback_keys) as feedback_key,
            duplicate_cluster_key,
            1.0::double precision / member_count as dedup_weight
        from clusters
    )

    update nlp.documents as documents
    set
        duplicate_cluster_key = wanted.duplicate_cluster_key,
        dedup_weight = coalesce(wanted.dedup_weight, 1)
    from nlp.documents as present
    left join wanted on present.feedback_key = wanted.feedback_key
    where present.pipeline_version = %(pipeline_version)s
        and documents.pipeline_version = present.pipeline_version
        and documents.feedback_key = present.feedback_key
        and (documents.duplicate_cluster_key, documents.dedup_weight)
            is distinct from (wanted.duplicate_cluster_key, coalesce(wanted.dedup_weight, 1))
"""


def mark_duplicates(connection: Connection[Any], pipeline_version: str) -> int:
    """Set cluster and weight of every document of one pipeline version; returns rows changed."""
    return connection.execute(
        _MARK,
        {"signs": _SIGNS, "pipeline_version": pipeline_version, "min_length": MIN_LENGTH},
    ).rowcount
