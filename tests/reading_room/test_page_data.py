"""Both sides of the data say the same fields."""

import re

import pytest

from reading_room import page_data
from tests.made_up import REPOSITORY

_SOURCE = (REPOSITORY / "reading_room" / "front" / "src" / "data.ts").read_text("utf-8")
_PLAIN = re.sub(r"/\*.*?\*/", "", _SOURCE, flags=re.DOTALL)
INTERFACES = {
    name: re.findall(r"(\w+)\??:", re.sub(r"\{[^{}]*\}", "", body))
    for name, body in re.findall(r"export interface (\w+) \{\n(.*?)\n\}", _PLAIN, re.DOTALL)
}


@pytest.mark.parametrize("name", INTERFACES)
def test_python_writes_the_fields_that_the_page_reads(name: str) -> None:
    assert [*getattr(page_data, name).__annotations__] == INTERFACES[name]


def test_the_parts_that_have_no_name_there() -> None:
    inline = dict(re.findall(r"(\w+): \{([^{}]*)\}\[\]", _PLAIN))
    assert {name: re.findall(r"(\w+):", fields) for name, fields in inline.items()} == {
        "downloads": [*page_data.Download.__annotations__],
        "tiers": [*page_data.ExperimentTier.__annotations__],
        "labellers": [*page_data.Labeller.__annotations__],
    }
