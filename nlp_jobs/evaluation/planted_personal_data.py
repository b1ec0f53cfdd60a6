"""Redaction measured on planted personal data: sentences whose secrets are known by construction.

    python -m nlp_jobs.evaluation.planted_personal_data [--seed 1] [--size 3000] [--misses 20]

Prints recall per kind (share of planted values of which no letter or digit is left) and the share
of untouched sentences among those that hold nothing personal. Values are invented; carriers and
values are in `planted_personal_data.yml`. The carriers are ours, so this measures the known
patterns; the gold set in `gold/redaction.jsonl` measures what others would write.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

from nlp_jobs.evaluation import metrics
from nlp_jobs.text.clean import clean
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.redact import redact

PARTS_FILE = Path(__file__).with_name("planted_personal_data.yml")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_HAN_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True)
class Planted:
    """One sentence; `secret` is empty where nothing personal was planted."""

    text: str
    language: str
    kind: str
    secret: str


class Values:
    """Invented values of each kind, valid by the rules that such values follow."""

    def __init__(self, random: Random, parts: dict[str, list[str]]) -> None:
        self._random = random
        self._parts = parts

    def digits(self, count: int) -> str:
        """`count` random digits."""
        return "".join(self._random.choices("0123456789", k=count))

    def pick(self, name: str) -> str:
        """One entry of a list of parts."""
        return self._random.choice(self._parts[name])

    def mobile(self) -> str:
        """A mobile number as people write it: plain, grouped, full width, in Chinese digits."""
        number = f"1{self._random.choice('3456789')}{self.digits(9)}"
        style = self._random.randrange(8)
        if style == 0:
            return f"{number[:3]} {number[3:7]} {number[7:]}"
        if style == 1:
            return f"{number[:3]}-{number[3:7]}-{number[7:]}"
        if style == 2:
            return number.translate(_FULL_WIDTH)
        if style == 3:
            return number.translate(_HAN_DIGITS).replace("一", "幺")
        if style == 4:
            return number.translate(_HAN_DIGITS)
        return number

    def landline(self) -> str:
        """Area code and number, with and without signs."""
        area = self._random.choice(["010", "021", "0571", "0755", "028", "0531"])
        number = self._random.choice("2345678") + self.digits(7)
        return self._random.choice(
            [f"{area}-{number}", f"({area}){number}", f"{area}{number}", f"{area} {number}"]
        )

    def hotline(self) -> str:
        """A service line of seven digits after 400 or 800."""
        digits = self.digits(7)
        return self._random.choice(["400", "800"]) + self._random.choice(
            [f"-{digits[:3]}-{digits[3:]}", digits, f" {digits[:3]} {digits[3:]}", f"-{digits}"]
        )

    def resident_id(self) -> str:
        """18 characters with a right check character, or the 15 digits of old."""
        region = self._random.choice(["110105", "310115", "440305", "330106", "510107", "420111"])
        day = f"{self._random.randint(1, 12):02d}{self._random.randint(1, 28):02d}"
        if self._random.random() < 0.15:
            return f"{region}{self._random.randint(50, 85)}{day}{self.digits(3)}"
        body = f"{region}{self._random.randint(1950, 2005)}{day}{self.digits(3)}"
        total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, body, strict=True))
        return body + "10X98765432"[total % 11]

    def card(self) -> str:
        """A card number that passes the Luhn check, plain or in groups of four."""
        body = self._random.choice(["6222", "6217", "6228", "4392", "5187"]) + self.digits(
            self._random.choice([11, 14])
        )
        total = 0
        for place, digit in enumerate(reversed(body)):
            value = int(digit) * (2 - place % 2)
            total += value - 9 if value > 9 else value
        number = body + str(-total % 10)
        if self._random.random() < 0.5:
            return " ".join(number[start : start + 4] for start in range(0, len(number), 4))
        return number

    def email(self) -> str:
        """An address under a domain that nobody owns."""
        user = self.pick("user") + self._random.choice(["", self.digits(3)])
        domain = self._random.choice(["example.com", "mail.example.cn", "example.org"])
        sign = self._random.choice(["@", "@", "@", "＠", " @ ", "[at]"])
        return f"{user}{sign}{domain}"

    def plate(self) -> str:
        """A licence plate of the old and of the new-energy kind."""
        place = self._random.choice("京沪粤浙苏川鲁豫冀湘") + self._random.choice("ABCDEF")
        tail = self._random.choice([self.digits(5), f"D{self.digits(5)}", f"{self.digits(3)}K8"])
        return place + self._random.choice(["", "·", " "]) + tail

    def order(self) -> str:
        """An order number of a shop or a parcel service."""
        return self._random.choice(
            [
                self.digits(12),
                self.digits(18),
                f"JD{self.digits(13)}",
                f"SF{self.digits(12)}",
                f"DD-{self.digits(8)}",
                self.digits(8),
            ]
        )

    def account(self) -> str:
        """A WeChat id."""
        return self._random.choice(
            [f"{self.pick('user')}{self.digits(4)}", f"{self.pick('user')}_{self.digits(3)}"]
        )

    def qq(self) -> str:
        """A QQ number."""
        return str(self._random.randint(10**6, 10**10 - 1))

    def address(self) -> str:
        """City, district, road and house, or a housing estate down to the door."""
        road = f"{self.pick('road')}{self._random.randint(1, 900)}号"
        door = self._random.choice(
            [
                f"{self._random.randint(1, 30)}栋{self._random.randint(1, 6)}单元{self.door()}室",
                f"{self._random.randint(1, 30)}号楼{self.door()}",
                f"{self._random.randint(1, 40)}幢",
            ]
        )
        place = self._random.choice([self.pick("region"), ""])
        return self._random.choice(
            [place + road, place + road + door, f"{place}{self.pick('estate')}{door}"]
        )

    def door(self) -> str:
        """Floor and door in one number."""
        return f"{self._random.randint(1, 28)}0{self._random.randint(1, 6)}"

    def full_name(self) -> str:
        """Surname and a given name of one or two characters."""
        given = "".join(
            self._random.sample(self._parts["given"], 2 if self._random.random() < 0.75 else 1)
        )
        return self.pick("surname") + given

    def surname(self) -> str:
        """One frequent surname, sometimes of two characters."""
        return self.pick("surname") if self._random.random() < 0.95 else "欧阳"

    def english_phone(self) -> str:
        """American, British and international forms; ranges kept for fiction."""
        return self._random.choice(
            [
                f"(212) 555-01{self.digits(2)}",
                f"212-555-01{self.digits(2)}",
                f"+1 415 555 01{self.digits(2)}",
                f"07700 900{self.digits(3)}",
                f"020 7946 0{self.digits(3)}",
                f"+44 7700 900{self.digits(3)}",
                f"0161 496 0{self.digits(3)}",
                f"415.555.01{self.digits(2)}",
            ]
        )

    def english_id(self) -> str:
        """Social security and National Insurance numbers."""
        return self._random.choice(
            [
                f"{self.digits(3)}-{self.digits(2)}-{self.digits(4)}",
                f"QQ{self.digits(6)}C",
                f"AB {self.digits(2)} {self.digits(2)} {self.digits(2)} D",
            ]
        )

    def english_address(self) -> str:
        """House number and street, with flat and postcode now and then."""
        street = f"{self._random.randint(1, 300)} {self.pick('street')}"
        return street + self._random.choice(
            ["", f", Flat {self._random.randint(1, 40)}", f", {self.pick('town')} SW1A 2AA"]
        )

    def english_name(self) -> str:
        """A first name and a last name."""
        return f"{self.pick('first')} {self.pick('last')}"

    def english_order(self) -> str:
        """An order number."""
        return self._random.choice(
            [
                f"{self.digits(3)}-{self.digits(7)}-{self.digits(7)}",
                f"ORD-{self.digits(6)}",
                self.digits(8),
                self.digits(12),
            ]
        )

    def last(self) -> str:
        """A last name."""
        return self.pick("last")

    def first(self) -> str:
        """A first name."""
        return self.pick("first")


def iter_planted(seed: int, size: int) -> Iterator[Planted]:
    """Yield `size` Chinese sentences, a third as many English ones and as many without secrets."""
    random = Random(seed)
    parts = yaml.safe_load(PARTS_FILE.read_text(encoding="utf-8"))
    values = Values(random, parts["parts"])
    for language, count in (("zh", size), ("en", -(-size // 3))):
        carriers = [
            (kind, recipe, carrier)
            for kind, recipes in parts["carriers"][language].items()
            for recipe, sentences in recipes.items()
            for carrier in sentences
        ]
        random.shuffle(carriers)
        frames = parts["frames"][language]
        for number in range(count):
            kind, recipe, carrier = carriers[number % len(carriers)]
            make: Callable[[], str] = getattr(values, recipe)
            secret = make()
            before, after = random.choice(frames)
            yield Planted(before + carrier.replace("{}", secret) + after, language, kind, secret)
        for number in range(-(-size // 6)):
            plain = parts["plain"][language]
            before, after = random.choice(frames)
            sentence = plain[number % len(plain)].replace("{n}", values.digits(3))
            sentence = sentence.replace("{d}", str(random.randint(2, 28)))
            yield Planted(before + sentence + after, language, "none", "")


def is_gone(planted: Planted, names: NameFinder) -> bool:
    """True when redaction did right: the secret is gone whole, or, without one, nothing changed."""
    cleaned = clean(planted.text)
    redacted = redact(cleaned, names, planted.language).text
    if not planted.secret:
        return redacted == cleaned
    before, after = planted.text.split(planted.secret, 1)
    secret = clean(planted.secret)
    if secret in redacted:
        return False
    # what stood beside the secret stays; of the secret not one letter or digit may be left
    left = redacted[len(_common_start(clean(before), redacted)) :]
    tail = clean(after)
    left = left[: len(left) - len(_common_end(tail, left))] if tail else left
    return "[" in left and not any(
        part and len(part) > 1 and part in left.split("[", 1)[0] + left.rsplit("]", 1)[-1]
        for part in secret.replace("-", " ").split()
    )


def _common_start(first: str, second: str) -> str:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return first[:count]


def _common_end(first: str, second: str) -> str:
    return _common_start(first[::-1], second[::-1])[::-1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="redaction on planted personal data")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=3000, help="Chinese sentences with a secret")
    parser.add_argument("--misses", type=int, default=0, help="show so many failures")
    options = parser.parse_args(arguments)
    names = NameFinder()
    results: dict[tuple[str, str], list[bool]] = {}
    missed = []
    for planted in iter_planted(options.seed, options.size):
        is_right = is_gone(planted, names)
        results.setdefault((planted.language, planted.kind), []).append(is_right)
        if not is_right:
            missed.append(planted)
    for (language, kind), right in sorted(results.items()):
        share = metrics.share(sum(right), len(right))
        if share is not None:
            sys.stdout.write(
                f"{language} {kind:14} n={len(right):5} {share.value:.4f}"
                f" [{share.low:.4f}, {share.high:.4f}]\n"
            )
    for planted in missed[: options.misses]:
        found = redact(clean(planted.text), names, planted.language).text
        sys.stdout.write(f"{planted.kind} <{planted.secret}> {planted.text} -> {found}\n")


if __name__ == "__main__":
    main()
