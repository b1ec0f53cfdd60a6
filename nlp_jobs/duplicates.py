"""Near-duplicate clusters over the whole corpus, renewed night by night.

A cluster is a connected set of near copies: pairs that share a band of their signatures and
whose shingles overlap enough (`is_near_copy`). Which texts are near is decided pair by pair, so
the clusters depend on the corpus alone, never on the order in which it arrived. Each member
weighs 1 / size: copies count once and are never deleted. Texts too short for a signature join no
cluster here (many customers say 「很好」); `bursts` weighs them down where they come in a burst.

    write_signatures(connection, version, [("k1", "送货很快……")])   # in the workers
    mark_duplicates(connection, version)                            # once, after all batches

A night costs what it brings: its texts are looked up in the band index, and only the clusters
that they join, or that lost a member, are computed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from psycopg import Connection

from nlp_jobs.bursts import SHORT_BURST, mark_bursts
from nlp_jobs.label_tables import copy_binary
from nlp_jobs.text_signatures import bare_text, sign, similarity
from warehouse.postgres import LOCK_NAMESPACE, copy_rows

ROUND = 50_000  # new texts placed at a time: bounds memory, changes no result
SIGNED_AT_ONCE = 1000
# A long text is a near copy from this similarity on, a short one needs more: stock phrases in
# another order reach 0.55.
LONG_LETTERS, LONG_SIMILARITY, SHORT_SIMILARITY = 30, 0.5, 0.65
_COLUMNS = ("feedback_key", "pipeline_version", "text_key", "bands")


def write_signatures(
    connection: Connection[Any], version: str, texts: Iterable[tuple[str, str | None]]
) -> int:
    """Store the signatures of (feedback_key, redacted_text) pairs; texts that are null have none.

    The documents must be there already. Returns the number of rows written.
    """
    said = [(key, text) for key, text in texts if text is not None]
    rows: list[tuple[str, str, int, list[int]]] = []
    for start in range(0, len(said), SIGNED_AT_ONCE):
        part = said[start : start + SIGNED_AT_ONCE]
        signatures = sign([text for _, text in part])
        rows += [
            (key, version, signature.text_key, list(signature.bands))
            for (key, _), signature in zip(part, signatures, strict=True)
        ]
    copy_binary(connection, "nlp.text_signatures", _COLUMNS, rows)
    return len(rows)


def mark_duplicates(connection: Connection[Any], version: str) -> int:
    """Bring cluster, weight and burst mark of every document in line with the corpus.

    Runs in the caller's transaction, one at a time. Returns the number of documents changed.
    """
    connection.execute("select pg_advisory_xact_lock(%s, hashtext('nlp'))", (LOCK_NAMESPACE,))
    connection.execute("delete from nlp.text_signatures where pipeline_version <> %s", (version,))
    _sign_missing(connection, version)
    changed = _place(connection, version, [], _read_broken(connection, version))
    while fresh := _read_new(connection, version):
        changed += _place(connection, version, fresh, [])
        connection.execute(
            """
            update nlp.text_signatures set is_compared = true
            where pipeline_version = %s and feedback_key = any(%s)
            """,
            (version, [key for key, _, _ in fresh]),
        )
    return changed + mark_bursts(connection, version)


def is_near_copy(first: str, second: str) -> bool:
    """True when two bare texts say the same but for small changes."""
    long = min(len(first), len(second)) >= LONG_LETTERS
    return similarity(first, second) >= (LONG_SIMILARITY if long else SHORT_SIMILARITY)


# ---------------------------------------------------------------- what has to be placed
_MISSING = """
    select feedback_key, redacted_text
    from nlp.documents as documents
    where pipeline_version = %s
        and redacted_text is not null
        and not exists (
            select 1
            from nlp.text_signatures as signatures
            where signatures.feedback_key = documents.feedback_key
                and signatures.pipeline_version = documents.pipeline_version
        )
    limit %s
"""
_BROKEN = f"""
    with clusters as (
        select duplicate_cluster_key
        from nlp.documents
        where pipeline_version = %(version)s
            and duplicate_cluster_key is not null
            and duplicate_cluster_key not like '{SHORT_BURST}%%'
        group by duplicate_cluster_key
        having count(*) <> round(1 / min(dedup_weight))
    )

    select signatures.feedback_key, signatures.text_key, signatures.bands
    from clusters
    inner join nlp.documents as documents using (duplicate_cluster_key)
    inner join nlp.text_signatures as signatures using (feedback_key, pipeline_version)
    where documents.pipeline_version = %(version)s
"""
_NEW = """
    select feedback_key, text_key, bands
    from nlp.text_signatures
    where pipeline_version = %s and not is_compared
    order by feedback_key
    limit %s
"""
Signed = tuple[str, int, list[int]]


def _sign_missing(connection: Connection[Any], version: str) -> None:
    """Sign documents that were labelled before signatures were kept, or by another version."""
    while rows := connection.execute(_MISSING, (version, ROUND)).fetchall():
        write_signatures(connection, version, rows)


def _read_broken(connection: Connection[Any], version: str) -> list[Signed]:
    """All members of clusters that lost one: they may fall into parts."""
    return connection.execute(_BROKEN, {"version": version}).fetchall()


def _read_new(connection: Connection[Any], version: str) -> list[Signed]:
    return connection.execute(_NEW, (version, ROUND)).fetchall()


# ---------------------------------------------------------------- placing
class _Groups:
    """Union-find over text keys; the root of a group is its smallest key."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}

    def find(self, key: int) -> int:
        """The root of the group of `key`, which becomes a group of its own when new."""
        parents = self._parents
        root = parents.setdefault(key, key)
        while parents[root] != root:
            root = parents[root]
        while parents[key] != root:
            parents[key], key = root, parents[key]
        return root

    def join(self, first: int, second: int) -> None:
        """Make one group of two."""
        low, high = sorted((self.find(first), self.find(second)))
        self._parents[high] = low

    @property
    def keys(self) -> list[int]:
        """Every key that was ever named."""
        return list(self._parents)


def _place(
    connection: Connection[Any], version: str, fresh: Sequence[Signed], loose: Sequence[Signed]
) -> int:
    """Put fresh texts into clusters and the texts of broken clusters together again."""
    if not fresh and not loose:
        return 0
    groups = _Groups()
    new_keys = {text_key for _, text_key, bands in fresh if bands}
    known = _read_known(connection, version, new_keys)
    unseen = {key: bands for _, key, bands in fresh if bands and key not in known}
    apart = {key: bands for _, key, bands in loose}
    pairs = [*_iter_pairs(unseen), *_iter_pairs(apart)]
    pairs += _look_up(connection, version, unseen)
    for key in (*new_keys, *apart):
        groups.find(key)
    _join_clusters(
        connection, version, groups, known | {key for pair in pairs for key in pair}, apart
    )
    _join_near_copies(connection, version, groups, pairs)
    return _write_clusters(connection, version, groups)


def _iter_pairs(bands_by_key: dict[int, list[int]]) -> Iterator[tuple[int, int]]:
    """Pairs of texts that share a band, among texts in memory."""
    buckets: dict[int, list[int]] = defaultdict(list)
    for key in sorted(bands_by_key):
        for band in bands_by_key[key]:
            buckets[band].append(key)
    for keys in buckets.values():
        for place, first in enumerate(keys):
            for second in keys[place + 1 :]:
                yield first, second


def _read_known(connection: Connection[Any], version: str, keys: set[int]) -> set[int]:
    """Those texts of which an equal one has its place already."""
    rows = connection.execute(
        """
        select distinct text_key
        from nlp.text_signatures
        where pipeline_version = %s and is_compared and text_key = any(%s)
        """,
        (version, list(keys)),
    )
    return {key for (key,) in rows}


def _look_up(
    connection: Connection[Any], version: str, unseen: dict[int, list[int]]
) -> list[tuple[int, int]]:
    """Pairs of an unseen text and a placed one that share a band."""
    if not unseen:
        return []
    connection.execute("select gin_clean_pending_list('nlp.text_signatures_bands')")
    connection.execute(
        "create temporary table unseen_texts (text_key bigint, bands integer[]) on commit drop"
    )
    copy_rows(connection, "unseen_texts", ("text_key", "bands"), unseen.items())
    connection.execute("set local enable_seqscan = off")
    pairs = connection.execute(
        """
        select distinct unseen_texts.text_key, placed.text_key
        from unseen_texts
        cross join lateral (
            select text_key
            from nlp.text_signatures as signatures
            where signatures.bands && unseen_texts.bands
                and signatures.is_compared
                and signatures.pipeline_version = %s
        ) as placed
        """,
        (version,),
    ).fetchall()
    connection.execute("set local enable_seqscan = on")
    connection.execute("drop table unseen_texts")
    return pairs


def _join_clusters(
    connection: Connection[Any],
    version: str,
    groups: _Groups,
    keys: set[int],
    apart: dict[int, list[int]],
) -> None:
    """Bring in the whole present cluster of each placed text, except those to be put together."""
    rows = connection.execute(
        f"""
        with touched as (
            select distinct documents.duplicate_cluster_key
            from nlp.text_signatures as signatures
            inner join nlp.documents as documents using (feedback_key, pipeline_version)
            where signatures.pipeline_version = %(version)s
                and signatures.text_key = any(%(keys)s)
                and documents.duplicate_cluster_key is not null
                and documents.duplicate_cluster_key not like '{SHORT_BURST}%%'
        )

        select touched.duplicate_cluster_key, signatures.text_key
        from touched
        inner join nlp.documents as documents using (duplicate_cluster_key)
        inner join nlp.text_signatures as signatures using (feedback_key, pipeline_version)
        where documents.pipeline_version = %(version)s
        """,
        {"version": version, "keys": [key for key in keys if key not in apart]},
    )
    first_of: dict[str, int] = {}
    for cluster, key in rows:
        groups.join(first_of.setdefault(cluster, key), key)


def _join_near_copies(
    connection: Connection[Any], version: str, groups: _Groups, pairs: Sequence[tuple[int, int]]
) -> None:
    open_pairs = [pair for pair in pairs if groups.find(pair[0]) != groups.find(pair[1])]
    rows = connection.execute(
        """
        select distinct on (signatures.text_key) signatures.text_key, documents.redacted_text
        from nlp.text_signatures as signatures
        inner join nlp.documents as documents using (feedback_key, pipeline_version)
        where signatures.pipeline_version = %s and signatures.text_key = any(%s)
        order by signatures.text_key
        """,
        (version, list({key for pair in open_pairs for key in pair})),
    )
    bare = {key: bare_text(text) for key, text in rows}
    for first, second in open_pairs:
        if groups.find(first) != groups.find(second) and is_near_copy(bare[first], bare[second]):
            groups.join(first, second)


def _write_clusters(connection: Connection[Any], version: str, groups: _Groups) -> int:
    """Write cluster key and weight of every document whose text is in a group."""
    connection.execute(
        "create temporary table placed_texts (text_key bigint, root bigint) on commit drop"
    )
    copy_rows(
        connection,
        "placed_texts",
        ("text_key", "root"),
        ((key, groups.find(key)) for key in groups.keys),
    )
    changed = connection.execute(
        """
        with members as (
            select
                signatures.feedback_key,
                placed_texts.root,
                count(*) over (partition by placed_texts.root) as member_count
            from placed_texts
            inner join nlp.text_signatures as signatures using (text_key)
            where signatures.pipeline_version = %(version)s
        ),

        wanted as (
            select
                feedback_key,
                case when member_count > 1 then lpad(to_hex(root), 16, '0') end as cluster_key,
                1.0::double precision / member_count as weight
            from members
        )

        update nlp.documents as documents
        set duplicate_cluster_key = wanted.cluster_key, dedup_weight = wanted.weight
        from wanted
        where documents.feedback_key = wanted.feedback_key
            and documents.pipeline_version = %(version)s
            and (documents.duplicate_cluster_key, documents.dedup_weight)
                is distinct from (wanted.cluster_key, wanted.weight)
        """,
        {"version": version},
    ).rowcount
    connection.execute("drop table placed_texts")
    return changed
