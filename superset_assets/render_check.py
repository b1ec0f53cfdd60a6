"""Open every dashboard in a real browser, look at every chart, keep a picture of each page.

    SUPERSET_PASSWORD=... python superset_assets/render_check.py --user viewer --out DIR

A chart fails when it shows an error, says that it has no data, or paints nothing: some failures
(an unknown kind of chart, a blocked script) are invisible to the REST check. Needs Playwright and
a Chromium of the system; without either the exit code is 2, for a failed chart 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
sys.path.append(str(_HERE.parent))  # so that it also runs as a plain file

from superset_assets.check_charts import list_slugs  # noqa: E402
from superset_assets.sources import read_sources  # noqa: E402

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update",
                  "--disable-sync"]  # fmt: skip
_WIDTH, _HEIGHT = 1600, 1000
_LEAST_INK = 40  # below this a chart has painted nothing that a person could read
_GRID_BOTTOM = """Math.max(...[...document.querySelectorAll('[data-test=grid-content] > *')]
  .map(row => row.getBoundingClientRect().bottom))"""
_LOADING = ".loading, [data-test=loading-indicator], .chart-container .ant-spin"

# what each chart on the page shows; ink counts painted pixels, texts and cells
_LOOK = r"""() => [...document.querySelectorAll('[class*=dashboard-chart-id-]')]
  .filter(chart => chart.offsetParent !== null)
  .map(chart => {
    const body = chart.querySelector('[data-test=slice-container], .slice_container') || chart;
    let ink = 50 * body.querySelectorAll('svg text, td, .header-line').length;
    for (const canvas of body.querySelectorAll('canvas')) {
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      for (let i = 3; i < pixels.length; i += 16) if (pixels[i]) ink++;
    }
    const alert = chart.querySelector('[role=alert], .ant-alert-error, [data-test=chart-error]');
    const text = body.innerText.slice(0, 300);
    return {
      id: Number((chart.className.match(/dashboard-chart-id-(\d+)/) || [])[1]),
      title: (chart.querySelector('[data-test=slice-header], .header-title')
              || {innerText: ''}).innerText.split('\n')[0],
      ink: ink,
      error: alert ? alert.innerText.slice(0, 300) : null,
      is_empty: /没有数据|无数据|此查询没有|没有结果|No data|No results/.test(text),
    };
  })"""


class BrowserError(RuntimeError):
    """The browser, or the way into Superset, does not work; no chart could be judged."""


@dataclass(frozen=True)
class RenderedChart:
    """The verdict on one chart as drawn in the browser."""

    dashboard: str
    title: str
    ink: int
    problem: str | None  # null: fine


def judge_chart(dashboard: str, seen: dict[str, Any], may_be_empty: bool) -> RenderedChart:
    """Turn what the page shows of one chart into a verdict."""
    problem = None
    if seen["error"]:
        problem = f"shows an error: {seen['error']}"
    elif seen["is_empty"]:
        problem = None if may_be_empty else "shows no data"
    elif seen["ink"] < _LEAST_INK:
        problem = f"paints nothing (ink {seen['ink']})"
    return RenderedChart(dashboard, seen["title"], seen["ink"], problem)


@contextmanager
def open_browser(executable: str) -> Iterator[Any]:
    """A page of a fresh browser that reaches this machine only."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as missing:
        raise BrowserError("Playwright is not installed: see the dev extra") from missing

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=executable,
            headless=True,
            args=_BROWSER_FLAGS,
            viewport={"width": _WIDTH, "height": _HEIGHT},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        # fonts and pixels of other hosts would only hang
        context.route(
            re.compile(r"^https?://(?!127\.0\.0\.1|localhost)"), lambda route: route.abort()
        )
        yield context.new_page()
        context.close()


def log_in(page: Any, url: str, username: str, password: str) -> None:
    """Log in by the form. A busy server now and then sends the form again, hence three tries."""
    from playwright.sync_api import TimeoutError as TooSlow

    for _ in range(3):
        page.goto(f"{url}/login/")
        page.wait_for_selector("#password:visible")
        page.fill("#username", username)
        page.fill("#password", password)
        page.keyboard.press("Enter")
        try:
            page.wait_for_url(lambda address: "/login" not in address, timeout=20_000)
            return
        except TooSlow:
            continue
    raise BrowserError(f"could not log in as {username} at {url}")


def inspect_dashboard(page: Any, url: str, slug: str, picture: Path) -> list[dict[str, Any]]:
    """Open a dashboard, make the window as tall as it is, wait, look, take a picture."""
    page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
    page.goto(f"{url}/superset/dashboard/{slug}/?standalone=0")
    page.wait_for_selector("[data-test=grid-container], .grid-container", timeout=60_000)
    _settle(page)
    # charts outside of the window are not drawn at all
    bottom = page.evaluate(_GRID_BOTTOM)
    page.set_viewport_size({"width": _WIDTH, "height": int(bottom) + 60})
    page.wait_for_timeout(1000)
    _settle(page)
    page.screenshot(path=str(picture))
    return list(page.evaluate(_LOOK))


def _settle(page: Any, limit_seconds: int = 90) -> None:
    """Wait until nothing has been loading for two seconds; "networkidle" can hang."""
    quiet = 0
    for _ in range(limit_seconds * 2):
        loading = page.locator(_LOADING).count()
        quiet = quiet + 1 if loading == 0 else 0
        if quiet >= 4:
            return
        page.wait_for_timeout(500)


def check_rendering(
    url: str, out: Path, username: str, password: str, slugs: list[str], executable: str
) -> list[RenderedChart]:
    """Open the dashboards one after another; one verdict per chart, or one for a missing page."""
    out.mkdir(parents=True, exist_ok=True)
    dashboards = read_sources().dashboards
    verdicts: list[RenderedChart] = []
    with open_browser(executable) as page:
        page.goto(f"{url}/login/")
        page.wait_for_selector("#password:visible")
        page.screenshot(path=str(out / "login.png"))
        log_in(page, url, username, password)
        for slug in slugs:
            charts = dashboards[slug].charts.values()
            may_be_empty = {chart.title.line for chart in charts if chart.may_be_empty}
            seen = inspect_dashboard(page, url, slug, out / f"{slug}.png")
            verdicts += [judge_chart(slug, chart, chart["title"] in may_be_empty) for chart in seen]
            if len(seen) != len(charts):
                missing = f"{len(seen)} of {len(charts)} charts are on the page"
                verdicts.append(RenderedChart(slug, "", 0, missing))
    return verdicts


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        description="Check in a browser that every chart renders.",
        epilog="The password comes from the environment: SUPERSET_PASSWORD.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8088", help="where Superset answers")
    parser.add_argument("--user", default="admin", help="the account to look as")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--dashboard", action="append", help="slug; default: all")
    parser.add_argument("--browser", help="path of a Chromium; default: the system's")
    parser.add_argument("--json", action="store_true", help="print every verdict as JSON")
    options = parser.parse_args(arguments)
    if not os.environ.get("SUPERSET_PASSWORD"):
        parser.error("the environment lacks SUPERSET_PASSWORD")

    executable = options.browser or next(filter(None, map(shutil.which, _BROWSERS)), None)
    try:
        if executable is None:
            raise BrowserError("no Chromium found: install one or give --browser")
        verdicts = check_rendering(
            options.url.rstrip("/"),
            options.out,
            options.user,
            os.environ["SUPERSET_PASSWORD"],
            options.dashboard or list_slugs(),
            executable,
        )
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 2

    failed = [verdict for verdict in verdicts if verdict.problem is not None]
    for verdict in failed:
        print(f"{verdict.dashboard} {verdict.title}: {verdict.problem}", file=sys.stderr)
    if options.json:
        document = {"user": options.user, "charts": [asdict(verdict) for verdict in verdicts]}
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print(f"{len(verdicts)} charts looked at, {len(failed)} failed; see {options.out}")
    return 1 if failed or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
