"""Settings whose config/sources.yml has what a test needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import Settings

NO_WAITING = {"attempts": 3, "first_wait_seconds": 0.001, "budget_seconds": 5}


def with_sources(settings: Settings, folder: Path, **sources: dict[str, Any]) -> Settings:
    """Return settings with these sources put into a copy of the configuration."""
    config = folder / "with_sources" / "config"
    if not config.exists():
        shutil.copytree(settings.config_dir, config)
    path = config / "sources.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for slug, options in sources.items():
        content["sources"][slug] = {
            "name": {"zh": slug, "en": slug},
            "quarantine_share_limit": 0.05,
            **options,
        }
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return settings.model_copy(update={"root": config.parent})
