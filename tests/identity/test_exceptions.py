"""The exception file: what it may say, and what is refused."""

from __future__ import annotations

import pytest

from identity.exceptions import ExceptionsError, read_exceptions
from warehouse.settings import PROJECT_ROOT


def write(tmp_path, text):
    path = tmp_path / "identity_exceptions.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", ["", "never_same: []\n", "never_same:\nalways_same:\n"])
def test_an_empty_file_has_no_exceptions(tmp_path, text):
    assert list(read_exceptions(write(tmp_path, text)).pairs()) == []


def test_a_missing_file_has_no_exceptions(tmp_path):
    assert list(read_exceptions(tmp_path / "none.yml").pairs()) == []


def test_the_file_of_the_repository_can_be_read():
    assert read_exceptions(PROJECT_ROOT / "config" / "identity_exceptions.yml").never_same == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("never_same: [[C1]]", "pairs of customer ids"),
        ("never_same: [[C1, C2, C3]]", "pairs of customer ids"),
        ("never_same: [[17, 18]]", "quote ids that are numbers"),
        ("never: [[C1, C2]]", "Extra inputs"),
        ("- C1", "pairs of customer ids"),
        ("never_same: [[C1", "pairs of customer ids"),
        ("never_same: [[C1, C1]]", "paired with itself"),
        ("{never_same: [[C2, C1]], always_same: [[C1, C2]]}", "take one of the pairs out"),
        (
            "{never_same: [[C1, C3]], always_same: [[C1, C2], [C2, C3]]}",
            "never_same says that C1 and C3",
        ),
    ],
)
def test_what_cannot_be_applied_is_refused_with_the_way_out(tmp_path, text, message):
    with pytest.raises(ExceptionsError, match=message):
        read_exceptions(write(tmp_path, text))


def test_ids_that_nobody_has_are_named(tmp_path):
    found = read_exceptions(write(tmp_path, "{never_same: [[C1, X2]], always_same: [[X1, C2]]}"))

    assert found.unknown_ids({"C1", "C2"}) == ["X1", "X2"]
