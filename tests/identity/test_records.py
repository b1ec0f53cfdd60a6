"""Names and rows as matching sees them."""

from __future__ import annotations

import pytest

from identity.records import digest_records, make_record, split_name


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("王丽华", ("王丽华", "王", "丽华")),
        (" 欧阳 秀英 ", ("欧阳秀英", "欧阳", "秀英")),
        ("Li Wei ", ("li wei", "wei", "li")),
        ("ＡＮＮＡ Smith", ("anna smith", "smith", "anna")),
        ("王", ("王", "王", None)),
        ("13800000000", (None, None, None)),
        ("", (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_names_are_brought_to_one_form(written, expected):
    assert split_name(written) == expected


def test_characters_that_sound_alike_have_one_sound():
    def sound(name: str) -> str | None:
        return make_record("C1", name, None, None, None, None, None, None).sound

    assert sound("王静") == sound("王婧")
    assert sound("张磊") == sound("张蕾")
    assert sound("张磊") != sound("张伟")


def test_the_digest_sees_every_field():
    fields = ["C1", "王静", "F", 1980, "上海", "a" * 64, "b" * 64, "2024-01-01 00:00:00+00"]
    digests = {digest_records([make_record(*fields)])}
    for position in range(len(fields)):
        changed = list(fields)
        changed[position] = None if position else "C2"
        digests.add(digest_records([make_record(*changed)]))

    assert len(digests) == len(fields) + 1


def test_a_record_without_a_day_of_registration_comes_last():
    dated = make_record("C9", None, None, None, None, None, None, "2024-01-01 00:00:00+00")
    undated = make_record("C1", None, None, None, None, None, None, None)

    assert dated.order < undated.order
