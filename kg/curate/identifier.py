"""Identifiers that can prove themselves: credit codes, LEI, ROR, Wikidata, shares.

Sources: GB 32100-2015 (unified social credit code, annex on the check
character), ISO 17442-1 and ISO/IEC 7064 MOD 97-10 (LEI), ROR's documentation of
its identifiers (ISO/IEC 7064 MOD 97-10 over Crockford base 32).
"""

from __future__ import annotations

import re
from collections.abc import Callable

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def is_credit_code(text: str) -> bool:
    """Whether this is a unified social credit code with its check character."""
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{18}", text):
        return False
    total = sum(
        _CREDIT.index(c) * w for c, w in zip(text, _CREDIT_WEIGHTS, strict=False)
    )
    return _CREDIT[(31 - total % 31) % 31] == text[17]


def is_lei(text: str) -> bool:
    """Whether this is a Legal Entity Identifier with its two check digits."""
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", text):
        return False
    return int("".join(str(int(c, 36)) for c in text)) % 97 == 1


def is_ror(text: str) -> bool:
    """Whether this is a ROR id (with or without its address) with its check."""
    found = re.fullmatch(r"(?:https://ror\.org/)?0([0-9a-hjkmnp-tv-z]{6})(\d{2})", text)
    if found is None:
        return False
    number = 0
    for character in found[1]:
        number = number * 32 + _CROCKFORD.index(character)
    return 98 - (number * 100) % 97 == int(found[2])


def is_wikidata(text: str) -> bool:
    """Whether this has the form of a Wikidata item; it has no check digit."""
    return re.fullmatch(r"Q[1-9]\d*", text) is not None


def is_stock_code(text: str) -> bool:
    """Whether this is an exchange and a code, as in ``HKEX:2251``."""
    return re.fullmatch(r"[A-Z]+:[A-Z0-9.]+", text) is not None


# Local name of a property to what proves its values.
PROOFS: dict[str, Callable[[str], bool]] = {
    "creditCode": is_credit_code,
    "leiCode": is_lei,
    "rorId": is_ror,
    "wikidataId": is_wikidata,
    "stockCode": is_stock_code,
}
