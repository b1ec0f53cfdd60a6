"""The real sources, read once."""

from __future__ import annotations

import pytest

from superset_assets.sources import Sources, read_sources


@pytest.fixture(scope="session")
def sources() -> Sources:
    return read_sources()
