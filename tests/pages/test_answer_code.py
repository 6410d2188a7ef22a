"""The code that a question's page gives, run as a reader would run it."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from serving import serving

from kg.wiring import Parts


@pytest.fixture(scope="module")
def address(shipped_parts: Parts) -> Iterator[str]:
    with serving(shipped_parts) as address:
        yield address


def code(address: str, question: str, language: str) -> str:
    """The text of one code block of a question's page."""
    request = urllib.request.Request(
        f"{address}/questions/{question}", headers={"Accept": "text/html"}
    )
    with urllib.request.urlopen(request) as answer:
        page = answer.read().decode()
    found = re.search(rf"<h2>{language}</h2><pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize(
    "question", ["firms_in_track?track=track-cgt&lang=zh", "hubs?lang=en"]
)
def test_python_code_prints_the_rows(address: str, question: str) -> None:
    told = subprocess.run(
        [sys.executable, "-"],
        input=code(address, question, "Python").encode(),
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout.decode()
    rows = int(told.split()[0])
    assert rows > 0
    assert "'quote':" in told
    if "hubs" in question:
        assert rows == 20


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_curl_code_gets_the_answer_twice(address: str) -> None:
    """By the page's CSV, and by the same SPARQL with its names in quotes."""
    shell = code(address, "base_and_goals_of_target_set?lang=zh", "curl")
    first, second = shell.split("# SPARQL")
    for command in (first, second):
        told = subprocess.run(
            ["/bin/sh", "-s"],
            input=command.replace("curl ", "curl -sS --fail ").encode(),
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(told)))
        assert {row["goal"] for row in rows} == {"1500", "600", "100"}
        assert {row["unit"] for row in rows} == {"亿元"}
