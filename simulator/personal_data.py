"""Personal data in texts: what ordinary people let slip, and what the canary persons leave."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulator.draft import Draft
from simulator.identity_numbers import make_address, make_bank_card, make_id_number, make_plate
from simulator.people import Customer
from simulator.phrasebook import Phrase, phrase_tree
from simulator.plan import Plan, stream

# chance that an ordinary customer's text holds personal data, by kind of feedback
LEAK_SHARES = {"review": 0.012, "survey": 0.03, "note": 0.22, "call": 0.62}
_CALL_FORMS = {
    "phone": 46, "name_phone": 36, "email": 5, "id_number": 4, "bank_card": 4, "address": 5,
}  # fmt: skip
_REVIEW_FORMS = {
    "phone": 40, "name_phone": 22, "email": 12, "id_number": 4, "address": 12, "plate": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """What can be said about who a customer is, each in the form in which it will appear."""

    name: str
    phone: str
    email: str
    id_number: str
    bank_card: str
    address: str
    plate: str

    def __getitem__(self, name: str) -> str:
        try:
            return str(getattr(self, name))
        except AttributeError as error:
            raise KeyError(name) from error


def canary_identity(plan: Plan, customer: Customer) -> Identity:
    """Return a canary person's data, always the same and always plainly written."""
    return _make_identity(customer, customer.phone, stream(plan.seed, customer.customer_id))


def ordinary_identity(customer: Customer, rng: Random) -> Identity:
    """Return a customer's data, the phone number written the way people write it."""
    phone = customer.phone
    form = rng.random()
    if form < 0.14:
        phone = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    elif form < 0.22:
        phone = f"{phone[:3]}-{phone[3:7]}-{phone[7:]}"
    elif form < 0.25:
        phone = f"+86 {phone}"
    elif form < 0.28:
        digits = phrase_tree("personal_data")["spoken_digits"]
        phone = "".join(digits[digit] for digit in phone)
    return _make_identity(customer, phone, rng)


def _make_identity(customer: Customer, phone: str, rng: Random) -> Identity:
    return Identity(
        name=customer.full_name,
        phone=phone,
        email=customer.email,
        id_number=make_id_number(rng, customer),
        bank_card=make_bank_card(rng),
        address=make_address(rng, customer.city),
        plate=make_plate(rng),
    )


def add_phrase(draft: Draft, phrase: Phrase, identity: Identity, rng: Random) -> None:
    """Add a phrase with personal data to a draft and note what it gave away."""
    text = phrase.fill(rng, identity)
    kinds = ("name", "phone", "email", "id_number", "bank_card", "address", "plate")
    draft.add_personal(text, {kind: identity[kind] for kind in kinds if identity[kind] in text})


def draw_form(place: str, rng: Random) -> Phrase:
    """Return a phrase by which an ordinary customer tells personal data (`call` or `review`)."""
    forms = _CALL_FORMS if place == "call" else _REVIEW_FORMS
    form = rng.choices(list(forms), list(forms.values()))[0]
    return rng.choice(phrase_tree("personal_data")[place][form])


def canary_forms(place: str) -> list[Phrase]:
    """Return the phrases by which a canary person tells everything that matters."""
    tree = phrase_tree("personal_data")[place]
    return [tree["name_phone"][0], tree["email"][0], tree["id_number"][0]]
