"""Name search on so many names: making the index, its size, and each kind of query.

Names are made (``bench.generator.words``), so that nothing is read from a store: a
thing in Chinese and in English each. Prints seconds, MB and peak memory of making
the index, and for each kind of query the median, the 99th percentile and the worst.

Run: ``python -m bench.names [THINGS] [--file PATH] [--rounds N]``; 500,000 things
have a million names. With ``--file`` an index that is there is asked again.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from bench.generator import words
from kg import vocab
from kg.search import NameIndex, Wish, keys
from kg.search.build import Entry, write_index

TRACKS = 120
KINDS = ("company", "lab", "incubator", "platform", "other")
ORGANISATIONS = ("Company", "Lab", "Incubator", "Platform", "Investor", "Hospital")


def entries(count: int) -> Iterator[Entry]:
    """Things by falling weight, most in one track or two."""
    random = Random(7)
    tracks = [
        (f"{vocab.ID}track-{n}", f"赛道 {n}", f"Track {n}") for n in range(TRACKS)
    ]
    for number in range(count):
        name = words.organisation(random, ORGANISATIONS[number % len(ORGANISATIONS)])
        yield Entry(
            iri=f"{vocab.ID}org-{number}",
            type=vocab.ONTOLOGY + "Company",
            group=KINDS[number % len(KINDS)],
            zh=name[0],
            en=name[1],
            tracks=tuple(random.sample(tracks, 1 + number % 2)),
            weight=max(1, count // (number + 1)),
        )


def queries(index: NameIndex, each: int) -> dict[str, list[Wish]]:
    """What readers type, by kind, from names that are there."""
    random = Random(11)
    most = index.rows("SELECT max(id) FROM entity")[0][0]
    numbers = [random.randint(1, most) for _ in range(each)]
    marks = ",".join("?" * len(numbers))
    query = f"SELECT zh, en FROM entity WHERE id IN ({marks})"
    names = index.rows(query, numbers)
    chinese, english = [zh for zh, _ in names], [en for _, en in names]
    sounds = [keys.pinyin(keys.fold(zh))[0] for zh in chinese]
    typed = {
        "Chinese, whole": chinese,
        "Chinese, first two": [zh[:2] for zh in chinese],
        "Chinese, inside": [zh[1:4] for zh in chinese],
        "one Chinese character": [zh[0] for zh in chinese],
        "pinyin, begun": [full[:7] for full, _ in sounds],
        "pinyin, whole": [full for full, _ in sounds],
        "initials": [short[:4] for _, short in sounds],
        "English, whole": english,
        "English, begun": [en[:6] for en in english],
        "English, inside": [en[3:9] for en in english],
        "one letter": [en[0] for en in english],
        "English with a slip": [_slip(en, random) for en in english],
        "wrong character": [zh[:1] + "计" + zh[2:] for zh in chinese],
        "nothing like it": [f"qzx{n}wvk" for n in range(each)],
        "nothing in Chinese": ["龘靐齉" for _ in range(each)],
    }
    found = {kind: [Wish(t) for t in texts] for kind, texts in typed.items()}
    found["begun, of a group"] = [Wish(en[:5], type="lab") for en in english]
    found["begun, of a track"] = [
        Wish(en[:5], track=f"{vocab.ID}track-{n % TRACKS}")
        for n, en in enumerate(english)
    ]
    found["inside, of a track"] = [
        Wish(zh[1:3], track=f"{vocab.ID}track-{n % TRACKS}")
        for n, zh in enumerate(chinese)
    ]
    return found


def _slip(name: str, random: Random) -> str:
    place = random.randrange(1, max(2, len(name) - 2))
    return name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]


def main() -> int:
    """Make and ask; exit code 1 when the 99th percentile of a kind is over 50 ms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("things", type=int, nargs="?", default=100_000)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--limit", type=float, default=50.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kg-names-") as folder:
        path = given.file or Path(folder) / "names.sqlite"
        if not path.exists():
            began, busy = time.perf_counter(), time.process_time()
            write_index(path, entries(given.things), "bench")
            spent, busy = time.perf_counter() - began, time.process_time() - busy
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{given.things:,} things: {spent:.0f} s ({busy:.0f} s of processor), "
                f"{path.stat().st_size / 1e6:,.0f} MB, peak memory {peak:,.0f} MB"
            )
        index, late = NameIndex(path), 0
        names = index.rows("SELECT count(*) FROM name")[0][0]
        print(f"{names:,} forms to type\n\n| query | median | p99 | worst | found |")
        print("| --- | --- | --- | --- | --- |")
        for kind, wishes in queries(index, given.each).items():
            late += told(index, kind, wishes) > given.limit
        index.close()
    return 1 if late else 0


def told(index: NameIndex, kind: str, wishes: list[Wish]) -> float:
    """Print the milliseconds of a kind; its 99th percentile."""
    times, found = [], 0
    for wish in wishes:
        before = time.perf_counter()
        found += bool(index.search(wish))
        times.append((time.perf_counter() - before) * 1000)
    times.sort()
    high = times[int(len(times) * 0.99)]
    share = f"{100 * found / len(wishes):.0f} %"
    print(
        f"| {kind} | {statistics.median(times):.1f} | {high:.1f}"
        f" | {times[-1]:.1f} | {share} |"
    )
    return high


if __name__ == "__main__":
    sys.exit(main())
