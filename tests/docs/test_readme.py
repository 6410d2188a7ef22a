"""What the README shows is what the service answers."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from flask.testing import FlaskClient

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_query_gives_the_rows_shown(shipped_client: FlaskClient) -> None:
    query = re.search(r"query=\n(.*?)'\n```", README, re.DOTALL)
    shown = re.search(r"```\n(firm,quote\n.*?)```", README, re.DOTALL)
    assert query is not None
    assert shown is not None
    answer = shipped_client.post(
        "/sparql", data={"query": query[1]}, headers={"Accept": "text/csv"}
    )
    assert answer.status_code == 200
    found = list(csv.reader(io.StringIO(answer.text)))
    assert found == list(csv.reader(io.StringIO(shown[1])))


def test_readme_names_only_files_that_are_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), f"README points at {target}"
