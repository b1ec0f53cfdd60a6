"""Every chart of every dashboard answers, for the administrator and for the viewer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import local_superset

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def test_the_dashboards_are_the_ones_that_the_start_names(demo):
    names = {path.stem for path in (ROOT / "superset_assets" / "dashboards").glob("*.yaml")}

    assert len(names) == len(local_superset.DASHBOARDS)


@pytest.mark.parametrize("account", ["admin", "viewer"])
def test_every_chart_returns_rows(demo, account):
    password = demo.settings.secret(f"superset_{account}_password")
    outcome = subprocess.run(
        [
            *(local_superset.python(demo.settings), ROOT / "superset_assets" / "check_charts.py"),
            *("--url", local_superset.base_url(demo.settings), "--user", account, "--json"),
        ],
        env=local_superset.environment(demo.settings) | {"SUPERSET_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert json.loads(outcome.stdout)["charts"]


@pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: apt install chromium fonts-noto-cjk"
)
def test_every_dashboard_renders_in_a_real_browser(demo, tmp_path):
    password = demo.settings.secret("superset_viewer_password")
    outcome = subprocess.run(
        [
            *(sys.executable, ROOT / "superset_assets" / "render_check.py"),
            *("--url", local_superset.base_url(demo.settings), "--user", "viewer"),
            *("--out", tmp_path, "--browser", str(CHROMIUM)),
        ],
        env=os.environ | {"SUPERSET_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert len(list(tmp_path.glob("*.png"))) >= len(local_superset.DASHBOARDS)
