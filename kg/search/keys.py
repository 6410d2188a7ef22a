"""From a name to what a reader may type for it: folded text, pinyin, grams."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from kg.model.pinyin import CJK, readings, syllables_of

_SMALL = {"of", "the", "and", "for", "in", "at", "on", "de", "a", "an"}
MAX_READINGS = 4
LONGEST = 200


def fold(text: str) -> str:
    """Letters and digits only, case and width and accents folded; ü is v.

    A name longer than ``LONGEST`` characters is searched by its beginning.
    """
    text = text.casefold().replace("ü", "v").replace("u:", "v")
    if text.isascii():
        return "".join(c for c in text if c.isalnum())[:LONGEST]
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if c.isalnum())[:LONGEST]


def is_chinese(text: str) -> bool:
    """Whether there is a Chinese character in the text."""
    return CJK.search(text) is not None


def runs(key: str) -> Iterator[tuple[bool, str]]:
    """The key in pieces: ``(is_chinese, piece)`` in order."""
    end = 0
    for found in CJK.finditer(key):
        if found.start() > end:
            yield False, key[end : found.start()]
        yield True, found[0]
        end = found.end()
    if end < len(key):
        yield False, key[end:]


def pinyin(key: str) -> list[tuple[str, str]]:
    """Full pinyin and initials of a folded name, the usual reading first.

    Latin pieces stay as they are (``cgt中试`` is ``cgtzhongshi``, ``cgtzs``). A
    character with several readings gives further pairs, one change at a time,
    ``MAX_READINGS`` at most.
    """
    syllables: list[tuple[str, str]] = []
    others: list[tuple[int, str]] = []
    for chinese, run in runs(key):
        if not chinese:
            syllables.append((run, run))
            continue
        for character, sound in zip(run, syllables_of(run), strict=True):
            others += [
                (len(syllables), r) for r in readings(character)[:3] if r != sound
            ]
            syllables.append((sound, sound[:1]))
    pairs = [_joined(syllables)]
    for place, sound in others:
        if len(pairs) >= MAX_READINGS:
            break
        pairs.append(
            _joined(
                [*syllables[:place], (sound, sound[:1]), *syllables[place + 1 :]],
            )
        )
    return list(dict.fromkeys(pairs))


def _joined(syllables: list[tuple[str, str]]) -> tuple[str, str]:
    return "".join(s for s, _ in syllables), "".join(i for _, i in syllables)


def initials(name: str) -> str:
    """First letters of an English name of three words or more; else ``""``.

    ``National Institute of Biological Sciences`` is ``nibs``.
    """
    words = [fold(w) for w in re.split(r"[\s\-/,·]+", name)]
    kept = [w for w in words if w and w not in _SMALL]
    return "".join(w[0] for w in kept) if len(kept) >= 3 else ""


def grams(key: str) -> list[list[str]]:
    """For each piece of the key its grams in order: two Chinese, three Latin.

    A piece shorter than a gram gives none. A text holds the key exactly if it
    holds the grams of each piece as a phrase.
    """
    return [
        [run[i : i + size] for i in range(len(run) - size + 1)]
        for chinese, run in runs(key)
        if len(run) >= (size := 2 if chinese else 3)
    ]


def slips(key: str) -> Iterator[str]:
    """Latin words one slip away: swapped, missing, wrong or extra letter."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for i in range(len(key)):
        yield key[:i] + key[i + 1 :]
        if i + 1 < len(key):
            yield key[:i] + key[i + 1] + key[i] + key[i + 2 :]
    for i in range(1, len(key) + 1):
        for letter in letters:
            if i < len(key) and letter != key[i]:
                yield key[:i] + letter + key[i + 1 :]
            yield key[:i] + letter + key[i:]
