"""Names: from a name to an id, to pinyin, to the form in which names compare."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


# A mapping asks for the id of a row once for each of its statements.
@lru_cache(maxsize=200_000)
def romanised(name: str) -> str:
    """A Chinese name in pinyin without tones, to stand in for a missing one."""
    from pypinyin import lazy_pinyin  # slow to import, seldom needed

    return " ".join(part.strip().capitalize() for part in lazy_pinyin(name))


def slug(name: str) -> str:
    """An id made of a name: pinyin or letters, lower case, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", romanised(name))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only.lower()))


def folded(name: str) -> str:
    """A name without what does not tell names apart: width, case, space, marks."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if c.isalnum())
