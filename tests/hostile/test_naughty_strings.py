"""The big list of naughty strings (../shared/data/blns) through every command that takes a text.

Kept exactly or refused in one line; every export exact in JSON and harmless elsewhere. Each string
is a client's whole record and goes through one command; ``make fuzz`` sends every string through
every one.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from conftest import SHARED, Run
from terminals import acting

from casectl.formats.spreadsheet import UNSAID
from casectl.store import Caseload

FILE = SHARED / "data" / "blns" / "blns.json"
STRINGS: list[str] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
EVERY_COMMAND = bool(os.environ.get("FUZZ_EXAMPLES"))

INTAKE = (
    "intake --new --need T --phone T --email T --address T --language T --pronouns T "
    "--safe-contact T --program T --referred-by T --next T --due today -- T"
)
# On case 1; T is the string.
COMMANDS = [
    INTAKE,
    "follow 1 --due fri --waiting-on T -- T",
    "deadline 1 --on fri -- T",
    "appointment 1 --at fri --place T -- T",
    "note 1 -- T",
    "goal add 1 --words T --measure T --baseline T --target T -- T",
    "step add 1 --due fri --who T -- T",
    "barrier add 1 -- T",
    "goal progress 1.g1 +1 T",
    "plan agree 1 --with T --by visit",
    "step change 1.s1 --who T --reason T",
    "plan review 1 -- T",
    "transition add 1 move --of T",
    "meds add 1 --dose T --for T --by T -- T",
    "provider add 1 --role T --phone T --email T --note T -- T",
    "voice 1 4 -- T",
    "reached 1 --next T --due fri -- T",
    "reached 1 --seen-by T --until fri -- T",
    "tried 1 -- T",
    "contact 1 --outcome tried -- T",
    "correct 1.c1 -- T",
    "set 1 --risk low --reason T",
    "edit 1 --name T --phone T --safe-contact T --need T --program T",
    "hold 1 --until fri --reason T",
    "snooze 1.1 fri T",
    "done 1.1 T",
    "close 1 --reason T --summary T --override T --approved-by T --handed-to T",
    "search -- T",
    "show -- T",
    "list --program T",
    "follow 1 x --due T",
    "today --as-of T",
    "config set worker T",
    "undo T",
    "T",
]

pytestmark = pytest.mark.skipif(not STRINGS, reason="../shared is not beside this checkout")


def filled(command: str, text: str) -> list[str]:
    return [text if word == "T" else word for word in command.split()]


# A phone and an address for mail have a shape, which an import checks.
NAMES = ("address", "language", "pronouns", "safe contact")


def test_a_file_of_naughty_strings(run: Run, store: Caseload, tmp_path: Path) -> None:
    """Every string as a client's whole record, all at once, and what every report makes of it."""
    with (tmp_path / "naughty.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["client id", "name", *NAMES, "need", "next step", "due", "note"])
        for number, text in enumerate(STRINGS):
            rows.writerow([f"id-{number}", *[text] * 7, "2026-11-18", text])
    result = run(f"intake --from {tmp_path}/naughty.csv --skip-bad --new")
    assert result.code == 0, result
    assert not acting(result.err.encode())
    taken = store.db.rows("SELECT * FROM clients")
    assert len(taken) > 0.9 * len(STRINGS)
    by_id = {f"id-{number}": text for number, text in enumerate(STRINGS)}
    for row in taken:
        text = by_id[row["external_id"]]
        # A spreadsheet's cells have their outer spaces taken off; null is how it says nothing.
        said = {text, text.strip()} | ({""} if text.strip().lower() in UNSAID else set())
        assert {row[name.replace(" ", "_")] or "" for name in NAMES} <= said
    listed = run("list --all --json").json
    needs = {each["need"] for each in listed} - {None}  # that is what null and the like say
    assert needs <= {*STRINGS, *(each.strip() for each in STRINGS)}
    assert len(needs) > 0.9 * len(set(STRINGS))
    for words in ("today --all", "list --all", "history", "remind", "show 7", "show 8 --all"):
        assert not acting(run(words).out.encode(), keep="\n\t")
        for width in (40, 80, 120):
            assert not acting(run(words, width=width).out.encode())


@pytest.mark.parametrize("part", range(4))
def test_naughty_strings_one_by_one(run: Run, caseload: None, part: int) -> None:
    assert run("intake 'Ann Sample' --next wait --due today").code == 0
    assert run("tried 1").code == 0
    for place, text in enumerate(STRINGS):
        if place % 4 != part:
            continue
        also = COMMANDS if EVERY_COMMAND else [COMMANDS[place // 4 % len(COMMANDS)]]
        for command in also:
            told = run(filled(command, text))
            assert told.code in (0, 2, 3, 4) or told.err.count("\n") == 1, told
            assert not acting((told.out + told.err).encode(), keep="\n\t"), told
            assert "Traceback" not in told.err and "went wrong" not in told.err, told
            if command.startswith("note") and told.code == 0:
                assert run("show 1 --json").json["notes"][0]["text"] == text
