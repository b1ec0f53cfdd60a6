"""Customer records as matching sees them: names brought to one form, contacts as keyed hashes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import psycopg
from text_unidecode import unidecode

_NOT_NAME = re.compile(r"[\W\d_]+")
# family names of two characters; all others have one
COMPOUND_SURNAMES = frozenset({
    "欧阳", "上官", "诸葛", "司马", "司徒", "慕容", "皇甫", "尉迟", "夏侯", "东方", "公孙", "令狐",
    "宇文", "长孙", "端木", "南宫", "独孤", "轩辕",
})  # fmt: skip

READ_CUSTOMERS = """
    select customer_id, full_name, gender, birth_year, city, phone_hash, email_hash, registered_at
    from raw_crm.customers
    order by customer_id collate "C"
"""


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """One customer record, ready to compare. Unknown fields are None.

    `sound` is the name in Latin letters without tones (polyphonic characters by their commonest
    reading); `order` is the rank by day of registration, then id: the record with the lowest one
    in a cluster names the person.
    """

    customer_id: str
    name: str | None
    sound: str | None
    family_name: str | None
    given_name: str | None
    gender: str | None
    birth_year: int | None
    city: str | None
    phone_hash: str | None
    email_hash: str | None
    registered_at: str | None

    @property
    def order(self) -> tuple[bool, str, str]:
        """Return the key by which the first record of a person is found."""
        return (self.registered_at is None, self.registered_at or "", self.customer_id)


def split_name(full_name: str | None) -> tuple[str | None, str | None, str | None]:
    """Return (name, family name, given name) in one form: NFKC, lower case, letters only.

    Chinese names lead with the family name, names in Latin letters end with it. A name without a
    letter is no name.
    """
    text = unicodedata.normalize("NFKC", full_name or "").casefold()
    parts = [part for part in _NOT_NAME.split(text) if part]
    name = "".join(parts)
    if not name:
        return None, None, None
    if name.isascii():
        return " ".join(parts), parts[-1], " ".join(parts[:-1]) or None
    length = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return name, name[:length], name[length:] or None


def make_record(
    customer_id: str,
    full_name: str | None,
    gender: str | None,
    birth_year: int | None,
    city: str | None,
    phone_hash: str | None,
    email_hash: str | None,
    registered_at: object | None,
) -> IdentityRecord:
    """Return the record of one row of the CRM."""
    name, family_name, given_name = split_name(full_name)
    return IdentityRecord(
        customer_id=customer_id,
        name=name,
        sound=unidecode(name).replace(" ", "").lower() if name else None,
        family_name=family_name,
        given_name=given_name,
        gender=gender or None,
        birth_year=birth_year,
        city=city or None,
        phone_hash=phone_hash or None,
        email_hash=email_hash or None,
        registered_at=str(registered_at) if registered_at is not None else None,
    )


def read_records(connection: psycopg.Connection[tuple]) -> Iterator[IdentityRecord]:
    """Yield every customer record that has landed, deleted ones included, by id."""
    # the rank of a moment must not depend on the session's time zone
    connection.execute("set local time zone 'UTC'")
    with connection.cursor(name="identity_records") as cursor:
        cursor.itersize = 10_000
        for row in cursor.execute(READ_CUSTOMERS):
            yield make_record(*row)


def digest_records(records: Iterable[IdentityRecord]) -> str:
    """Return a hash of all records (64 hex characters): the same input needs no second run."""
    digest = hashlib.sha256()
    for record in records:
        for field in record.__slots__:
            digest.update(repr(getattr(record, field)).encode(errors="replace"))
    return digest.hexdigest()
