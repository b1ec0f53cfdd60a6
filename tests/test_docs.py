"""The documentation says what is there: commands, options, make targets, links, pictures."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from warehouse.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "docker").glob("*.md")]
)
COMMANDS = typer.main.get_command(app)

CODE = re.compile(r"```.*?\n(.*?)```|`([^`\n]+)`", re.DOTALL)
# `voc` as a command of its own, not a part of voc_nightly, docs/voc or voc-warehouse
VOC_CALL = re.compile(r"(?<![\w./-])(?:\.venv/bin/)?voc ((?:-{0,2}[\w./$=-]+ ?)+)")
MAKE_CALL = re.compile(r"(?<![\w./-])make ([a-z-]+)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


@cache
def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_lines(page: Path) -> list[str]:
    """Return every line of code on a page, inline or in blocks, comments cut off."""
    pieces = [block or inline for block, inline in CODE.findall(read(page))]
    return [re.split(r"\s#\s|  +#", line)[0] for piece in pieces for line in piece.splitlines()]


def voc_calls(page: Path) -> list[list[str]]:
    """Return the words after `voc` of every call on a page."""
    return [match.split() for line in code_lines(page) for match in VOC_CALL.findall(line)]


def children(command: Any) -> dict[str, Any]:
    """Return the verbs below a command: none for one that does something itself."""
    return getattr(command, "commands", {})


def verbs(command: Any = COMMANDS, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Return every verb that does something: ('run',), ('quarantine', 'list'), ..."""
    if not children(command):
        return {before}
    found: set[tuple[str, ...]] = set()
    for name, child in children(command).items():
        found |= verbs(child, (*before, name))
    return found


def problem_of(words: list[str]) -> str | None:
    """Return what is wrong with a call of `voc`, null when it exists."""
    command: Any = COMMANDS
    for number, word in enumerate(words):
        if not children(command):
            break
        if word.startswith("-"):
            return None if word in {"-h", "--help"} else f"unknown option {word}"
        if word not in children(command):
            return f"unknown verb {' '.join(words[: number + 1])}"
        command = children(command)[word]
    if command.context_settings.get("ignore_unknown_options"):
        return None  # `voc dbt` hands on what it does not know
    known = {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    known |= {"-h", "--help"}
    unknown = [word for word in words if word.startswith("--") and word not in known]
    return f"{command.name} has no option {', '.join(unknown)}" if unknown else None


def anchor_of(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def headings(page: Path) -> list[tuple[str, str]]:
    """Return (level, text) of every heading, in order; comments inside code are none."""
    return HEADING.findall(re.sub(r"```.*?```", "", read(page), flags=re.DOTALL))


def test_the_pages_are_found():
    names = {page.name for page in PAGES}

    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "runbook.md"} <= names
    assert {"architecture.md", "decisions.md", "your_own_data.md"} <= names
    assert verbs() >= {("demo",), ("quarantine", "replay")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_the_page_exists(page):
    wrong = {f"voc {' '.join(words)}: {problem_of(words)}" for words in voc_calls(page)}

    assert {line for line in wrong if not line.endswith(": None")} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_make_target_on_the_page_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE))
    named = {target for line in code_lines(page) for target in MAKE_CALL.findall(line)}

    assert targets
    assert named <= targets


def test_every_verb_is_explained_somewhere():
    explained = {tuple(words[:length]) for page in PAGES for words in voc_calls(page)
                 for length in (1, 2)}  # fmt: skip

    assert verbs() <= explained


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("run --skip-sources", None),
        ("quarantine list --limit 200", None),
        ("dbt build --select mart_nps", None),
        ("label", "unknown verb label"),
        ("quarantine burn", "unknown verb quarantine burn"),
        ("run --twice", "run has no option --twice"),
    ],
)
def test_a_wrong_command_would_be_noticed(words, problem):
    assert problem_of(words.split()) == problem


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_picture_is_there(page):
    text = re.sub(r"```.*?```", "", read(page), flags=re.DOTALL)
    broken = []
    for target in LINK.findall(text):
        path, _, anchor = target.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        linked = (page.parent / path).resolve() if path else page
        is_there = linked.exists() and linked.is_relative_to(ROOT)
        if is_there and anchor:
            is_there = anchor in {anchor_of(heading) for _, heading in headings(linked)}
        if not is_there:
            broken.append(target)

    assert broken == []


def test_both_readmes_have_the_same_sections():
    english, chinese = ([level for level, _ in headings(page)] for page in READMES)

    assert len(english) > 5
    assert english == chinese


def test_both_readmes_link_to_each_other_and_show_the_same_pictures():
    english, chinese = (set(LINK.findall(read(page))) for page in READMES)

    assert READMES[1].name in english
    assert READMES[0].name in chinese
    assert english - {READMES[1].name} == chinese - {READMES[0].name}
