"""Sources and what rows rest on: a quote found in a stored text, or a place cited."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from kg.curate.cells import date_cell, id_cell, one_of
from kg.curate.problem import Problems
from kg.curate.quote import StoredText
from kg.curate.table import FORMS, Refuse, Row, refuser
from kg.model.facts import CONFIDENCES, Evidence, Source


class SourceReader:
    """Reads rows of ``sources``, and the evidence that other rows give.

    Args:
        sources: of the dataset by id; takes what is read.
        problems: takes all that is wrong.
        home: folder that paths of stored sources start from.
    """

    def __init__(
        self, sources: dict[str, Source], problems: Problems, home: Path
    ) -> None:
        self._sources = sources
        self._problems = problems
        self._home = home
        self._texts: dict[str, StoredText] = {}

    def read(self, row: Row) -> None:
        """Read a row of ``sources``."""
        refuse = refuser(self._problems, row)
        if row["id"] in self._sources:
            refuse("id", f"{row['id']!r} stands twice.", f"{row['id']!r} 重复。")
            return
        id_cell(row, "id", refuse)
        if row["kind"] not in {"stored", "cited"}:
            one_of(refuse, "kind", row["kind"], ("stored", "cited"))
        if row["kind"] == "cited" and not row["url"]:
            refuse(
                "url",
                "a cited source needs its address.",
                "引用的来源需要网址。",
                hint="Give the URL of the page.",
                hint_zh="请填写网页地址。",
            )
        if row["url"] and not re.match(r"https?://[^\s<>\"{}|\\^`]+$", row["url"]):
            refuse(
                "url",
                f"{row['url']!r} is not a web address.",
                f"{row['url']!r} 不是有效网址。",
                hint="It starts with https:// and has no spaces.",
                hint_zh="应以 https:// 开头且不含空格。",
            )
        if row["date"]:
            date_cell(row["date"], "date", refuse)
        if row["retrieved"]:
            date_cell(row["retrieved"], "retrieved", refuse)
        cells = {c: row[c] for c in FORMS["sources"].columns}
        if row["kind"] == "stored":
            cells["sha256"] = self._stored_text(row, refuse)
        self._sources[row["id"]] = Source(**cells)

    def _stored_text(self, row: Row, refuse: Refuse) -> str:
        """Keep the text for its quotes; the checksum of the file, or ""."""
        path = (self._home / row["path"]).resolve()
        if not path.is_relative_to(self._home.resolve()) or not path.is_file():
            refuse(
                "path",
                f"there is no file {row['path']!r}.",
                f"没有文件 {row['path']!r}。",
                hint="Put the text there, or correct the path: it starts in the"
                f" folder {self._home.resolve().name!r}.",
                hint_zh="请把文本放到该处，或改正路径：路径从文件夹"
                f" {self._home.resolve().name!r} 起算。",
            )
            return ""
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if row["sha256"] and found != row["sha256"]:
            refuse(
                "sha256",
                "the stored file is another one than this checksum says.",
                "存档文件与校验和不符。",
                hint=f"The file's checksum is {found}.",
                hint_zh=f"该文件的校验和为 {found}。",
            )
            return ""
        try:
            self._texts[row["id"]] = StoredText(content.decode("utf-8"))
        except UnicodeDecodeError:
            refuse(
                "path",
                f"{row['path']!r} is not UTF-8 text.",
                f"{row['path']!r} 不是 UTF-8 文本。",
                hint="Save it as plain text with the encoding UTF-8.",
                hint_zh="请另存为 UTF-8 编码的纯文本。",
            )
        return found

    def evidence(self, row: Row, refuse: Refuse) -> Evidence | None:
        """What a row rests on, or ``None`` once it is refused."""
        source = self._sources.get(row["source"])
        confidence = row["confidence"] or "high"
        if confidence not in CONFIDENCES:
            one_of(refuse, "confidence", confidence, CONFIDENCES)
            return None
        if source is None:
            refuse(
                "source",
                f"there is no source {row['source']!r}.",
                f"没有来源 {row['source']!r}。",
                hint="Add it to sources.csv.",
                hint_zh="请在 sources.csv 中添加。",
            )
            return None
        if source.kind == "stored":
            return self._quoted(row, confidence, refuse)
        if not row["confidence"]:
            refuse(
                "confidence",
                "a cited source needs a confidence.",
                "引用的来源需要注明可信度。",
                hint="One of high, medium, low.",
                hint_zh="high、medium、low 之一。",
            )
        if not row["locator"]:
            refuse(
                "locator",
                "a cited source needs a locator: where on the page it stands.",
                "引用的来源需要注明在页面中的位置。",
            )
            return None
        return Evidence(source.id, confidence, locator=row["locator"])

    def _quoted(self, row: Row, confidence: str, refuse: Refuse) -> Evidence | None:
        if not row["quote"]:
            refuse(
                "quote",
                "a stored source needs a verbatim quote.",
                "存档来源需要逐字引文。",
            )
            return None
        stored = self._texts.get(row["source"])
        if stored is None:
            return None  # the source's own row has been refused
        places = stored.find(row["quote"])
        if not places:
            self._tell_missing_quote(stored, row["quote"], refuse)
            return None
        place = self._place(places, row, refuse)
        if place is None:
            return None
        start, end = place
        prefix, suffix = stored.around(start, end)
        return Evidence(
            row["source"],
            confidence,
            stored.text[start:end],
            start,
            end,
            prefix,
            suffix,
        )

    @staticmethod
    def _tell_missing_quote(stored: StoredText, quote: str, refuse: Refuse) -> None:
        begins = stored.nearest(quote)[-20:]
        refuse(
            "quote",
            "the source does not have this quote.",
            "来源中没有这段引文。",
            hint=f"It is verbatim up to “…{begins}”." if begins else "",
            hint_zh=f"到“……{begins}”为止与原文一致。" if begins else "",
        )

    @staticmethod
    def _place(
        places: list[tuple[int, int]], row: Row, refuse: Refuse
    ) -> tuple[int, int] | None:
        if row["position"]:
            exact = [place for place in places if str(place[0]) == row["position"]]
            places = exact or places
        wanted = row["occurrence"]
        if not wanted and len(places) == 1:
            return places[0]
        if wanted.isdecimal() and 1 <= int(wanted) <= len(places):
            return places[int(wanted) - 1]
        refuse(
            "occurrence" if wanted else "quote",
            f"the quote occurs {len(places)} times in the source.",
            f"该引文在来源中出现 {len(places)} 次。",
            hint="Quote more, or give its number in the column occurrence.",
            hint_zh="请引用更长的原文，或在 occurrence 列填写第几次出现。",
        )
        return None
