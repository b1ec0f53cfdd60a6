"""Places in a rewritten text traced back to the text it came from.

The pipeline cleans, simplifies and redacts before it labels, so that a unit's place counts in a
text that nobody wrote. Gold labels count in the text as written.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from nlp_jobs.text.script import to_simplified


def trace(written: str, rewritten: str) -> list[int]:
    """For each place of `rewritten`, its end included, the place in `written` that it came from.

    What was replaced is traced in proportion: the middle of a placeholder to the middle of what
    it stands for.
    """
    simplified = to_simplified(written)
    source = simplified if len(simplified) == len(written) else written
    places = [0] * len(rewritten)
    matcher = SequenceMatcher(None, source, rewritten, autojunk=False)
    for _, start, stop, new_start, new_stop in matcher.get_opcodes():
        for place in range(new_start, new_stop):
            share = (place - new_start) / (new_stop - new_start)
            places[place] = start + int(share * (stop - start))
    return [*places, len(written)]


def overlap(first: tuple[int, int], second: tuple[int, int]) -> int:
    """How many characters two stretches share."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))
