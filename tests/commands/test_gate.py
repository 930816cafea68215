"""The gate, tried from every door by which a client's record leaves for somebody else.

Each door is asked without a release, with one that is not signed, for somebody else, for something
else, lapsed and revoked: nothing leaves and nothing is written. Under a live release it leaves, and
so it does with a reason; either way it is logged for good.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import Result, Run

import casectl
from casectl.cli import COMMANDS

TO = "Example Pantry"


class Door(NamedTuple):
    """A command that lets a record out; ``{file}`` is a new file, ``{key}`` an age recipient,
    ``{fields}`` what a letter needs."""

    command: str
    module: str
    purpose: str
    first: tuple[str, ...] = ()  # what has to be there
    to: str = TO
    what: str = "name, need"  # what the release has to name


WHOLE = "The whole record."
# What a letter needs that no record holds.
FIELDS = (
    "--field agency=Sample --field agency_address=Street --field agency_phone=1 "
    "--field referral=food --field birth_date=2001-02-03"
)
RESOURCE = f"resource add '{TO}' 'food parcels' --domain food --capacity open --verified today"
DOORS = {
    "disclosures": Door(
        f"disclosures add 1 --to '{TO}' --purpose food --what name", "disclosures", "food"
    ),
    "casefile for a court": Door(
        f"casefile 1 --for court --to '{TO}'", "casefile", "court", what=WHOLE
    ),
    "casefile in a file": Door(
        f"casefile 1 --for audit --to '{TO}' -o {{file}}", "casefile", "audit", what=WHOLE
    ),
    "refer": Door("refer 1 1 --need food --send --by phone", "refer", "referral", (RESOURCE,)),
    "referral send": Door(
        "referral send 1.ref1 --by phone", "refer", "referral",
        (RESOURCE, "refer 1 1 --need food"),
    ),
    "letter": Door(
        f"letter 1 referral --to '{TO}' --purpose food {{fields}}",
        "letter", "food",
    ),
    "letter in a file": Door(
        f"letter 1 referral --to '{TO}' --purpose food {{fields}} -o {{file}}",
        "letter", "food",
    ),
    "transfer": Door(
        "transfer 1 --to lee -o {file} --recipient {key} --purpose food", "transfer", "food",
        to="lee", what=WHOLE,
    ),
    "cover": Door(
        "cover 1 --from today --until 2026-12-02 --to lee -o {file} --recipient {key} "
        "--purpose food",
        "transfer", "food", to="lee", what=WHOLE,
    ),
}  # fmt: skip


def is_there(door: Door) -> bool:
    return door.command.split()[0] in COMMANDS


@pytest.fixture(params=[name for name, each in DOORS.items() if is_there(each)])
def door(request: pytest.FixtureRequest, run: Run, caseload: None) -> Door:
    for command in (
        "intake 'Ana Garcia' --urgency low --risk low --new --no-input --need food "
        "--next 'call the school' --due 'dec 1 2026'",
        "need add 1 'food for the week' --domain food",
    ):
        assert run(command).code == 0
    found = DOORS[str(request.param)]
    for command in found.first:
        assert run(command).code == 0, command
    return found


class Asked(NamedTuple):
    result: Result
    left: bool  # whether a file was written


@pytest.fixture
def knock(run: Run, door: Door, tmp_path: Path) -> Any:
    """Go to the door; ``more`` words behind its command."""
    from pyrage import x25519

    key = str(x25519.Identity.generate().to_public())
    path = tmp_path / "left"

    def knock(more: str = "", **known: Any) -> Asked:
        command = door.command.format(file=path, key=key, fields=FIELDS)
        result = run(f"{command} {more}", **known)
        return Asked(result, path.exists())

    return knock


def release(door: Door, **other: str) -> str:
    said = {
        "to": door.to, "purpose": door.purpose, "what": door.what, "until": "2027-05-18",
        "signed": "--told-rights --signed today", **other,
    }  # fmt: skip
    return (
        f"consent add 1 --to '{said['to']}' --purpose '{said['purpose']}' --what '{said['what']}' "
        f"--until {said['until']} {said['signed']}"
    )


def written(run: Run) -> int:
    return len(run("history --json --limit 1000").json)


def assert_refused(run: Run, knock: Any, **known: Any) -> None:
    before = written(run)
    asked = knock(**known)
    assert asked.result.code == 1, asked.result
    assert asked.result.out == "" and not asked.left
    assert asked.result.err.startswith("casectl: no release lets")
    assert "casectl consent" in asked.result.err and "--override REASON" in asked.result.err
    assert asked.result.err.count("\n") == 1
    assert run("disclosures 1 --json").json == []
    assert written(run) == before


def test_without_a_release_nothing_leaves(run: Run, knock: Any) -> None:
    assert_refused(run, knock)


@pytest.mark.parametrize(
    "other",
    [
        {"signed": ""},
        {"to": "Example"},
        {"to": "Another Agency"},
        {"purpose": "something else"},
        {"purpose": "all but food, referral, court and audit"},
    ],
    ids=["not signed", "part of the name", "somebody else", "something else", "all but this"],
)
def test_under_a_release_that_does_not_cover_it_nothing_leaves(
    run: Run, door: Door, knock: Any, other: dict[str, str]
) -> None:
    assert run(release(door, **other)).code == 0
    assert_refused(run, knock)


@pytest.mark.parametrize("what", ["name, need", "the whole record but her diagnosis"])
def test_a_part_is_not_the_whole_record(run: Run, door: Door, knock: Any, what: str) -> None:
    assert run(release(door, what=what)).code == 0
    if door.what != WHOLE:
        assert knock().result.code == 0, "people judge whether the words cover it"
        return
    assert_refused(run, knock)
    said = knock().result.err
    assert f"1.roi1 is of '{what}', not of the whole record" in said
    assert "--what 'the whole record'" in said
    run(release(door, what="all of my case file"))
    assert knock().result.code == 0


def test_under_a_lapsed_release_nothing_leaves(run: Run, door: Door, knock: Any) -> None:
    assert run(release(door, until="2026-11-18")).code == 0
    assert_refused(run, knock, today="2026-11-19")


def test_under_a_revoked_release_nothing_leaves(run: Run, door: Door, knock: Any) -> None:
    run(release(door))
    assert run("consent revoke 1.roi1 'changed her mind'").code == 0
    assert_refused(run, knock)


def test_another_cases_release_opens_no_door(run: Run, door: Door, knock: Any) -> None:
    run("intake 'Ben Sample' --urgency low --risk low --new --no-input")
    assert run(release(door).replace("consent add 1", "consent add 2")).code == 0
    assert_refused(run, knock)


def test_under_a_live_release_it_leaves_and_is_logged(run: Run, door: Door, knock: Any) -> None:
    run(release(door))
    asked = knock()
    assert asked.result.code == 0, asked.result
    (logged,) = run("disclosures 1 --json").json
    assert (logged["to"], logged["release"], logged["override"]) == (door.to, "1.roi1", None)


def test_with_a_reason_it_leaves_and_the_reason_is_kept(run: Run, door: Door, knock: Any) -> None:
    asked = knock("--override 'her life is in danger'")
    assert asked.result.code == 0, asked.result
    (logged,) = run("disclosures 1 --json").json
    assert (logged["release"], logged["override"]) == (None, "her life is in danger")


def test_an_empty_reason_opens_no_door(run: Run, knock: Any) -> None:
    before = written(run)
    asked = knock("--override ' '")
    assert asked.result.code == 2 and not asked.left
    assert written(run) == before


def test_what_left_cannot_be_undone(run: Run, door: Door, knock: Any) -> None:
    run(release(door))
    knock()
    undone = run("undo --yes")
    assert undone.code == 1
    assert "what was told cannot be taken back" in undone.err
    assert len(run("disclosures 1 --json").json) == 1


def test_where_others_see_the_screen_a_refusal_names_nobody(
    run: Run, door: Door, knock: Any
) -> None:
    if door.module == "casefile":
        pytest.skip("it refuses --private before it asks anything")
    said = knock("--private").result
    assert said.code == 1
    for word in ("Garcia", "garcia", "Pantry", "'lee'"):
        assert word not in said.err


def test_every_command_that_asks_the_gate_is_tried_here() -> None:
    folder = Path(casectl.__file__).parent / "commands"
    asking = {
        path.stem
        for path in folder.glob("*.py")
        if "casectl.sharing" in path.read_text(encoding="utf-8")
    }
    assert asking <= {door.module for door in DOORS.values()}
    assert {"casefile", "disclosures", "refer"} <= asking
