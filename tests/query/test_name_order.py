"""Chinese names come in the order in which they are read, not of their code points."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.model.pinyin import by_name, readings, sort_key
from kg.web import create_app
from kg.wiring import build_parts

ROW = re.compile(r'<th scope="row">.*?<a href="[^"]*">([^<]+)</a>', re.DOTALL)


@pytest.fixture(scope="module", name="client")
def _client() -> Iterator[FlaskClient]:
    parts = build_parts(load_settings({"store": "memory:"}, environment={}))
    yield create_app(parts).test_client(use_cookies=False)
    parts.store.close()


def test_names_follow_syllable_tone_and_length() -> None:
    read = ["3D 打印", "ABB", "安", "安诺", "百济神州", "长春", "昌平", "重庆", "品驰"]
    ordered = sorted(read, key=sort_key)
    assert ordered == [
        "3D 打印", "ABB", "安", "安诺", "百济神州", "昌平", "长春", "重庆", "品驰",
    ]  # fmt: skip
    assert ordered != sorted(read)


def test_reading_depends_on_the_word() -> None:
    assert sort_key("重庆") < sort_key("重要")
    assert "chong" in readings("重")
    assert sort_key("的") < sort_key("灯")  # a neutral tone is the fifth


def test_case_of_letters_does_not_count_and_the_nameless_come_last() -> None:
    assert sort_key("Abb 医疗") == sort_key("ABB 医疗")
    names = ["", "乐普", "阿里"]
    assert sorted(names, key=lambda n: by_name(n, "zh")) == ["阿里", "乐普", ""]
    assert sorted(names, key=lambda n: by_name(n, "en")) == [*sorted(names[1:]), ""]


@pytest.mark.parametrize(
    "path",
    [
        "/entities?type=Company&lang=zh",
        "/tracks/medical-devices?lang=zh",
        "/tracks/matrix?sort=name&lang=zh",
    ],
)
def test_chinese_lists_are_in_that_order(client: FlaskClient, path: str) -> None:
    names = ROW.findall(client.get(path).text)
    assert len(names) > 4
    assert names == sorted(names, key=sort_key)
    assert names != sorted(names)
