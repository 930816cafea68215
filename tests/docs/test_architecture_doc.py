"""What docs/architecture.md names exists, and its arrows are the ones that the house test holds."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from test_house import ARROWS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^\| \d+ \| `([\w/]+\.py)` `(\w+)` \|", DOCUMENT, re.MULTILINE)


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_of_the_walk_is_read() -> None:
    assert len(STEPS) == len(re.findall(r"^\| \d+ \|", DOCUMENT, re.MULTILINE)) > 20


@pytest.mark.parametrize(("file", "function"), STEPS)
def test_a_step_names_a_function_that_exists(file: str, function: str) -> None:
    assert function in functions_of(ROOT / "casectl" / file)


def test_every_file_it_names_exists() -> None:
    for name in re.findall(r"`([\w/]+\.py)`", DOCUMENT):
        assert (ROOT / "casectl" / name).exists() or (ROOT / name).exists(), name


def test_the_arrows_are_those_of_the_house() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", DOCUMENT, re.MULTILINE)
    drawn = {room: set(re.findall(r"`(\w+)`", words)) for room, words in rows}
    held = {
        room: {each for each in others if not each.startswith("_")}
        for room, others in ARROWS.items()
        if not room.startswith("_")
    }
    assert drawn == held
