"""kg/vocab.py agrees with the ontology, and says how to make it agree."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pytest

from kg import vocab
from kg.cli import vocab as command
from kg.cli.main import main


def test_vocab_agrees_with_the_ontology(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["vocab", "--check"])
    assert code == 0, capsys.readouterr().out + "run: python -m kg vocab"


def test_vocab_check_after_a_new_term_fails_and_names_the_command(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(folder, tmp_path / "ontology")
    with (copy / "life-valley.ttl").open("a", encoding="utf-8") as file:
        file.write("lv:Moonshot a owl:Class .\n")
    assert command.run(argparse.Namespace(check=True, ontology=copy)) == 1
    assert "python -m kg vocab" in capsys.readouterr().out
    text = Path(vocab.__file__).read_text(encoding="utf-8")
    assert 'Moonshot = ONTOLOGY + "Moonshot"' in command.rewritten(text, copy)


def test_vocab_rewritten_keeps_what_is_written_by_hand(folder: Path) -> None:
    text = Path(vocab.__file__).read_text(encoding="utf-8")
    again = command.rewritten(text, folder)
    assert again.startswith(text.partition(command.BEGIN)[0])
    assert again.endswith(text.partition(command.END)[2])


def test_vocab_constants_are_the_iris_of_the_terms() -> None:
    assert vocab.lv.inTrack == vocab.expand("lv:inTrack")
    assert vocab.shorten(vocab.lv.Company) == "lv:Company"
    assert vocab.PREFIXES["id"] == vocab.ID
    with pytest.raises(AttributeError):
        _ = vocab.lv.nothing  # type: ignore[attr-defined]
