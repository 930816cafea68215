"""search: text in any script; nothing typed is an operator."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run

from casectl.core.model import Author
from casectl.store import create_caseload
from casectl.store.search import _matching, _values

MOMENT = "2026-11-18T09:00:00Z"

PEOPLE = (
    ["intake", "María García", "--urgency", "low", "--on", "2026-11-02", "--phone", "555-0100",
     "--safe-contact", "evenings only", "--new"],
    ["intake", "王小明", "--urgency", "low", "--on", "2026-11-02", "--new"],
    ["intake", "Ben Test", "--urgency", "low", "--on", "2026-11-02", "--next",
     "call the school about 50% O'Neil", "--due", "fri", "--new"],
    ["reached", "3", "We talked about Garcia Street and the STRASSE; \"quoted\" * words"],
    ["note", "2", "第一次见面，谈到住房申请。"],
    ["note", "1", "Wohnt in der Straße bei den Großeltern"],
)  # fmt: skip


@pytest.fixture(autouse=True)
def people(caseload: None, run: Run) -> None:
    for words in PEOPLE:
        result = run(words)
        assert result.code == 0, result.err


def items(run: Run, *words: str) -> list[str]:
    result = run(["search", "--json", *words])
    assert result.code == 0, result.err
    return [each["item"] for each in result.json]


def test_names_first_then_the_newest(run: Run) -> None:
    assert items(run, "garcia") == ["1", "3.c1"]
    assert items(run, "GARCÍA") == ["1", "3.c1"]


def test_an_old_name_stands_before_everything_newer_and_what_was_written_last_comes_next(
    run: Run,
) -> None:
    for number in (1, 2, 3):
        run(["note", str(number), f"asked about garcia, {number}"])
    run("follow 2 'ask garcia again' --due fri")
    assert items(run, "garcia") == ["1", "2.1", "3.n1", "2.n2", "1.n2", "3.c1"]
    assert items(run, "garcia", "--limit", "2") == ["1", "2.1"]
    run("edit 2 --address 'Garcia Street'")
    assert items(run, "garcia", "--limit", "3") == ["1", "2", "2.1"]  # a name is surer


def test_a_repair_leaves_the_order_that_texts_were_written_in(run: Run) -> None:
    run(["note", "3", "garcia called"])
    before = items(run, "garcia")
    assert run("doctor --repair").code == 0
    assert items(run, "garcia") == before == ["1", "3.n1", "3.c1"]


@pytest.mark.parametrize("typed", ["Hm-22b", "HM-22B", "hm-22b", "hM-22b"])
def test_another_systems_id_is_found_in_any_letters(run: Run, typed: str) -> None:
    run("edit 2 --external-id Hm-22b")
    hits = run(["search", "--json", typed]).json
    assert [(each["item"], each["field"]) for each in hits] == [("2", "external_id")]


@pytest.mark.parametrize("words", [["garcia"], ["garcia", "la"], ["la"]])
def test_no_more_is_read_than_shown(tmp_path: Path, words: list[str]) -> None:
    """Sorting all that match would take longer the more there is on file."""
    store = create_caseload(tmp_path / "plain.db", Author("kim", "2026-11-18", MOMENT))
    values = [*_values(words), 20]
    steps = [
        row["detail"] for row in store.db.rows(f"EXPLAIN QUERY PLAN {_matching(words)}", values)
    ]
    store.close()
    assert steps
    assert not [step for step in steps if "TEMP B-TREE" in step]


def test_every_word_must_be_there(run: Run) -> None:
    assert items(run, "school call") == ["3.1"]
    assert items(run, "call", "school") == ["3.1"]
    assert items(run, "school garcia") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("王", ["2"]), ("小明", ["2"]), ("住房", ["2.n1"]), ("谈到住房", ["2.n1"]), ("見", []),
        ("strasse", ["3.c1", "1.n1"]), ("Straße", ["3.c1", "1.n1"]), ("ne", ["3.1"]),
    ],
)  # fmt: skip
def test_any_script_and_short_words(run: Run, words: str, expected: list[str]) -> None:
    assert sorted(items(run, words)) == sorted(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("'", ["3.1"]), ('"', ["3.c1"]), ("%", ["3.1"]), ("*", ["3.c1"]), ("50%", ["3.1"]),
        ("O'Neil", ["3.1"]), ('"quoted"', ["3.c1"]), ("garc*", []), ("school OR garcia", []),
        ("NOT school", []), ("folded:garcia", []), ("^garcia", []), ("(", []),
        ("school AND garcia", []),
        ("NEAR(call school)", []), ("_____", []), ("; DROP TABLE cases", []), ("\\", []),
    ],
)  # fmt: skip
def test_signs_are_only_text(run: Run, words: str, expected: list[str]) -> None:
    assert items(run, words) == expected


def test_a_dash_goes_after_two_dashes(run: Run) -> None:
    assert items(run, "--", "-rf") == []
    result = run("search -- -rf")
    assert (result.code, result.out) == (0, "")
    assert run("search -rf").code == 2


def test_the_snippet_is_as_typed(run: Run) -> None:
    hits = {each["item"]: each for each in run("search strasse --json").json}
    assert hits["1.n1"]["match"] == "Straße"
    assert hits["3.c1"]["match"] == "STRASSE"
    assert (hits["3.c1"]["found_in"], hits["3.c1"]["on"]) == ("contact", "2026-11-18")
    hits = {each["item"]: each for each in run("search großeltern --json").json}
    assert hits["1.n1"]["match"] == "Großeltern"
    long = "padding " * 100 + "the needle is here " + "padding " * 100
    run(["note", "3", long])
    (found,) = run("search needle --json").json
    assert "the needle is here" in found["snippet"]
    assert len(found["snippet"]) < 200


def test_a_phone_number_brings_its_safe_contact_words(run: Run) -> None:
    assert "555-0100 (safe contact: evenings only)" in run("search 0100").out
    for width in (40, 80, 120):
        screen = " ".join(run("search 0100", width=width).out.split())
        assert "555-0100 (safe contact: evenings only)" in screen
    assert run("search 0100 --json").json[0]["safe_contact"] == "evenings only"


def test_nothing_found_is_said_on_standard_error(run: Run) -> None:
    result = run("search nobody")
    assert (result.code, result.out) == (0, "")
    assert "nothing found for 'nobody'" in result.err
    assert run("search nobody", width=80).out == ""
    assert run("search nobody --json").json == []


@pytest.mark.parametrize("words", [[""], ["   "], ["x" * 201], ["a", "--limit", "0"], []])
def test_bad_values(run: Run, words: list[str]) -> None:
    result = run(["search", *words])
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)


def test_many_words_are_no_trouble(run: Run) -> None:
    assert items(run, " ".join(f"w{n:02}" for n in range(50))) == []


def test_the_limit(run: Run) -> None:
    for number in range(5):
        run(["note", "3", f"apple {number}"])
    assert items(run, "apple", "--limit", "2") == ["3.n5", "3.n4"]
    assert "There are more" in run("search apple --limit 2", width=80).out
    assert "There are more" not in run("search apple --limit 5", width=80).out


def test_what_was_undone_or_edited_is_no_longer_found(run: Run) -> None:
    run("note 3 'a pineapple'")
    assert items(run, "pineapple") == ["3.n1"]
    run("undo")
    assert items(run, "pineapple") == []
    run("edit 1 --name 'Ana Otero'")
    assert items(run, "garcía") == ["3.c1"]
    assert items(run, "otero") == ["1"]


def test_a_megabyte_is_searched_and_shown_shortly(run: Run) -> None:
    run(["note", "3", "住" * 500_000 + "needle" + "\x1b[31m" * 10_000])
    (hit,) = run("search needle --json").json
    assert hit["match"] == "needle"
    out = run("search needle", width=80).out
    assert "\x1b" not in out
    assert len(out) < 200
