"""Showing long work as named steps, each with its seconds; quiet enough for a log file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

# the terminal wraps; a log file keeps its lines whole
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class StepProgress:
    """What a step shows while it works: a bar where there is a total, a note where there is not."""

    def __init__(self, progress: Progress | None, name: str) -> None:
        self._progress = progress
        self._task = progress.add_task(name, total=None, note="") if progress else None
        self._last_note = 0.0
        self._name = name

    def update(self, done: int, total: int | None = None, note: str = "") -> None:
        """Show how far the step is; in a log file, one line every ten seconds."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total, note=note)
        elif time.monotonic() - self._last_note > 10:
            self._last_note = time.monotonic()
            share = f"{done:,} of {total:,}" if total is not None else f"{done:,}"
            console.print(f"    {self._name}: {share} {note}".rstrip())

    def count(self, name: str, rows: int) -> None:
        """Show how many rows of what have been read."""
        self.update(rows, note=name)


@dataclass
class Steps:
    """A list of steps and how long each took."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[StepProgress]:
        """Show one step while it runs and keep its seconds."""
        started = time.monotonic()
        if console.is_terminal:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[note]}"),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=console, transient=True) as progress:
                yield StepProgress(progress, name)
        else:
            console.print(f"  … {name}")
            yield StepProgress(None, name)
        self.add(name, time.monotonic() - started)

    def add(self, name: str, seconds: float) -> None:
        """Keep the seconds of a step and show it as done."""
        self.seconds[name] = seconds
        console.print(f"  [green]✓[/green] {name} [dim]{seconds:.1f} s[/dim]")

    def show(self) -> None:
        """Print the table of all steps and their seconds."""
        table = Table(title="Seconds per step", title_justify="left", box=None, pad_edge=False)
        table.add_column("step")
        table.add_column("seconds", justify="right")
        for name, seconds in self.seconds.items():
            table.add_row(name, f"{seconds:.1f}")
        table.add_row("[bold]all[/bold]", f"[bold]{sum(self.seconds.values()):.1f}[/bold]")
        console.print(table)
