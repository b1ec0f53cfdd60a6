"""Tags that a DAG may carry; a test refuses any other."""

from enum import StrEnum


class Tag(StrEnum):
    """Families: how often, how urgent when it fails."""

    NIGHTLY = "schedule/nightly"
    WEEKLY = "schedule/weekly"
    TIER_1 = "impact/tier_1"
    TIER_2 = "impact/tier_2"
