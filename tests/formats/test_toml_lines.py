"""The lines on which values stand, compared with what the standard library reads."""

from __future__ import annotations

import tomllib
from typing import Any

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from casectl.formats.toml_lines import Place, lines_of

DOCUMENT = """\
# a comment with a = "b" and [brackets]
title = "One"   # and another
"quoted key" = 1
a.b.c = 2
'literal' = 3
"esc\\u0061ped" = 4

long = \"\"\"
[not.a.header]
text = "inside"
\\"\"\"\\" still inside ""\"\"\"
raw = '''
x = 1
\\'''
list = [
    1,  # one, [two]
    "two, ]",
    [3, 4],
    { five = 5, six.seven = '}' },
]

[table]
key = 1979-05-27 07:32:00
[table.below]
key = 1

[[several]]
x = 1
[[several.nested]]
y = 1
[[several.nested]]
y = 2

[[several]]
[several.table]
z = { a = [ { b = 1 },
    { b = 2 } ] }
"""


def places_of(value: Any, place: Place = ()) -> list[Place]:
    """Every value of a document and where it stands."""
    here = [place] if place else []
    if isinstance(value, dict):
        return here + [each for key in value for each in places_of(value[key], (*place, key))]
    if isinstance(value, list):
        each_of = enumerate(value)
        return here + [each for index, one in each_of for each in places_of(one, (*place, index))]
    return here


def test_every_value_of_a_document_has_its_line() -> None:
    lines = lines_of(DOCUMENT)
    assert set(lines) == set(places_of(tomllib.loads(DOCUMENT)))
    told = DOCUMENT.splitlines()
    for place, start in {
        ("title",): "title", ("quoted key",): '"quoted', ("a", "b", "c"): "a.b.c",
        ("literal",): "'literal'", ("escaped",): '"esc', ("long",): "long", ("raw",): "raw",
        ("list",): "list", ("list", 0): "    1", ("list", 1): '    "two', ("list", 2, 1): "    [3",
        ("list", 3): "    {", ("list", 3, "six", "seven"): "    {", ("table",): "[table]",
        ("table", "key"): "key = 1979", ("table", "below"): "[table.below]",
        ("several",): "[[several]]", ("several", 0, "nested", 1, "y"): "y = 2",
        ("several", 1, "table", "z", "a", 1, "b"): "    { b = 2",
    }.items():  # fmt: skip
        assert told[lines[place] - 1].startswith(start), place
    assert lines["several", 1] == 1 + DOCUMENT.count("\n", 0, DOCUMENT.rindex("[[several]]"))


def test_line_ends_of_windows_count_once() -> None:
    assert lines_of(DOCUMENT.replace("\n", "\r\n")) == lines_of(DOCUMENT)
    assert lines_of("") == {}
    assert lines_of("a = 1") == {("a",): 1}


keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
leaves = st.integers(-9, 99) | st.booleans() | texts | st.dates() | st.just(1.5)
values = st.recursive(
    leaves,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(keys, each, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=5))
def test_any_document_is_walked_whole(document: dict[str, Any]) -> None:
    text = tomlkit.dumps(document)
    read = tomllib.loads(text)
    lines = lines_of(text)
    assert set(lines) == set(places_of(read))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
