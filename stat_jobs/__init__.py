"""Statistics that SQL cannot say well: core -> stats, between dbt's core and its marts.

One module per statistic, each with `RESULT` (its table in schema stats) and
`run(settings) -> dict[str, int]`; `stat_jobs.registry` runs them all. A run reads the facts,
replaces its table in one transaction, and gives the same rows for the same facts.
"""
