"""Keys and hashes: the same thing said differently must meet, different things must not."""

from __future__ import annotations

import hashlib

import pytest

from warehouse.keys import feedback_key, keyed_hash, text_hash

KEY = b"a key for the test"


@pytest.mark.parametrize(
    "written",
    [
        "13912345678",
        "+86 139-1234-5678",
        "0086 13912345678",
        "１３９１２３４５６７８",
        "86 139 1234 5678",
    ],
)
def test_one_phone_has_one_hash_however_it_is_written(written):
    assert keyed_hash(written, "phone", KEY) == keyed_hash("13912345678", "phone", KEY)


def test_one_address_has_one_hash_however_it_is_written():
    assert keyed_hash(" Li.Lei@Example.COM ", "email", KEY) == keyed_hash(
        "li.lei@example.com", "email", KEY
    )


def test_the_hash_cannot_be_found_without_the_key():
    assert keyed_hash("13912345678", "phone", KEY) != keyed_hash("13912345678", "phone", b"other")
    assert keyed_hash("13912345678", "phone", KEY) != hashlib.sha256(b"13912345678").hexdigest()


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_has_no_hash(nothing):
    assert keyed_hash(nothing, "phone", KEY) is None


def test_feedback_key_is_the_md5_that_dbt_computes():
    assert feedback_key("calls", "c1") == hashlib.md5(b"calls|c1").hexdigest()


def test_text_hash_of_nothing_is_that_of_the_empty_text():
    assert text_hash(None) == text_hash("") == hashlib.md5(b"").hexdigest()
