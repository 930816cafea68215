"""A worker's day, at random: real commands that fit the caseload as it stands, most of them writes.

Every command here writes exactly one operation when it succeeds, and prints its echo. Each carries
a tag of its own, so that no two are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from casectl.store import Caseload
from torture.program import DAY

Words = list[str]

DAYS = ("tomorrow", "fri", "next tue", "in 2 weeks", "+10d", "2026-12-09", "14 jan 9:00")
LENGTHS = (10, 60, 300, 3_000, 9_000)  # of notes, in characters
# Rows of an import: enough to overflow SQLite's cache, so that it writes before it commits.
ROWS = 1_500


class Standing(NamedTuple):
    """What there is to write about: numbers of cases, and items such as 12.3."""

    active: list[int]
    pending: list[int]
    on_hold: list[int]
    closed: list[int]
    follow_ups: list[str]
    deadlines: list[str]
    appointments: list[str]  # whose day has come
    contacts: list[str]
    undoable: list[int]  # the newest operation, but for the one that made the people


def standing(store: Caseload) -> Standing:
    cases: dict[str, list[int]] = {}
    for row in store.db.rows("SELECT number, status FROM cases ORDER BY number"):
        cases.setdefault(row["status"], []).append(row["number"])

    items: dict[str, list[str]] = {}
    for row in store.db.rows(
        "SELECT p.kind, c.number || '.' || p.number AS item FROM promises p "
        "JOIN cases c ON c.id = p.case_id WHERE p.status = 'open' AND c.status <> 'closed' "
        "AND (p.kind <> 'appointment' OR p.due_on <= ?) ORDER BY c.number, p.number",
        (DAY,),
    ):
        items.setdefault(row["kind"], []).append(row["item"])
    contacts = store.db.rows(
        "SELECT c.number || '.c' || t.number FROM contacts t JOIN cases c ON c.id = t.case_id "
        "WHERE t.id NOT IN (SELECT corrects FROM contacts WHERE corrects IS NOT NULL) ORDER BY 1"
    )
    return Standing(
        cases.get("active", []),
        cases.get("pending", []),
        cases.get("on_hold", []),
        cases.get("closed", []),
        items.get("follow_up", []),
        items.get("deadline", []),
        items.get("appointment", []),
        [row[0] for row in contacts],
        [number] if (number := store.journal.last_undoable() or 0) > 1 else [],
    )


class Day:
    """Draws one command after another."""

    def __init__(self, chance: Random, folder: Path) -> None:
        self.chance = chance
        self.folder = folder  # for the files that are imported
        self.drawn = 0

    def command(self, stand: Standing) -> Words:
        """A command that can succeed as things stand, but for a guess at what an undo finds."""
        self.drawn += 1
        tag = f"t{self.drawn}"
        while True:
            (draw,) = self.chance.choices(list(COMMANDS), list(COMMANDS.values()))
            try:
                return draw(self, stand, tag)
            except (IndexError, ValueError):
                continue  # too little that it could be about: another one

    def text(self, tag: str) -> str:
        length = self.chance.choice(LENGTHS)
        return f"{tag} {'and so on ' * (length // 10)}"

    def one(self, among: list[str] | list[int]) -> str:
        return str(self.chance.choice(among))

    def any_day(self) -> str:
        return self.chance.choice(DAYS)

    def flip(self) -> bool:
        return self.chance.random() < 0.5

    # -- the commands ------------------------------------------------------------------------

    def reached(self, stand: Standing, tag: str) -> Words:
        about = stand.follow_ups if self.flip() else stand.active
        by = self.chance.choice(("phone", "visit", "office", "video"))
        return ["reached", self.one(about), self.text(tag), "--by", by, *self._next(tag)]

    def tried(self, stand: Standing, tag: str) -> Words:
        return ["tried", self.one(stand.active), f"left word {tag}", *self._next(tag)]

    def _next(self, tag: str) -> Words:
        return ["--next", f"call again {tag}", "--due", self.any_day()] if self.flip() else []

    def follow(self, stand: Standing, tag: str) -> Words:
        every = ["--every", "week"] if self.flip() else []
        words = ["follow", self.one(stand.active), f"send the form {tag}"]
        return [*words, "--due", self.any_day(), *every]

    def deadline(self, stand: Standing, tag: str) -> Words:
        return ["deadline", self.one(stand.active), f"court hearing {tag}", "--due", "14 jan 9:00"]

    def appointment(self, stand: Standing, tag: str) -> Words:
        at = self.chance.choice(("today 9:00", "tomorrow 10:00"))
        return ["appointment", self.one(stand.active), f"home visit {tag}", "--at", at]

    def done(self, stand: Standing, tag: str) -> Words:
        return ["done", *self.chance.sample(stand.follow_ups, 2), f"sent {tag}"]

    def decided(self, stand: Standing, tag: str) -> Words:
        again = ["--again", "14 jan 9:00"] if self.flip() else []
        return ["done", self.one(stand.deadlines), f"continued {tag}", *again]

    def assessed(self, stand: Standing, tag: str) -> Words:
        return ["done", f"{self.one(stand.active)}.assessment", f"done {tag}"]

    def kept(self, stand: Standing, tag: str) -> Words:
        return ["kept", self.one(stand.appointments), f"came {tag}"]

    def missed(self, stand: Standing, tag: str) -> Words:
        return ["missed", self.one(stand.appointments), f"did not come {tag}"]

    def snooze(self, stand: Standing, tag: str) -> Words:
        return ["snooze", self.one(stand.follow_ups), self.any_day(), f"on leave {tag}"]

    def cancel(self, stand: Standing, tag: str) -> Words:
        return ["cancel", self.one(stand.follow_ups), f"not needed {tag}"]

    def note(self, stand: Standing, tag: str) -> Words:
        return ["note", self.one(stand.active), self.text(tag)]

    def correct(self, stand: Standing, tag: str) -> Words:
        return ["correct", self.one(stand.contacts), f"rather {tag}"]

    def edit(self, stand: Standing, tag: str) -> Words:
        what = ["--name", f"Fictitious Person {tag}"] if self.flip() else ["--address", f"1 {tag}"]
        return ["edit", self.one(stand.active), *what, "--yes"]

    def set(self, stand: Standing, tag: str) -> Words:
        urgency = self.chance.choice(("low", "medium", "high", "crisis"))
        words = ["set", self.one(stand.active), "--urgency", urgency]
        return [*words, "--reason", f"seen {tag}", "--yes"]

    def accept(self, stand: Standing, tag: str) -> Words:
        return ["accept", self.one(stand.pending), "--next", f"first call {tag}", "--due", "fri"]

    def hold(self, stand: Standing, tag: str) -> Words:
        return ["hold", self.one(stand.active), "--until", "in 2 weeks", "--reason", f"away {tag}"]

    def close(self, stand: Standing, tag: str) -> Words:
        words = ["close", self.one(stand.active), "--reason", f"moved {tag}"]
        allowed = ["--override", f"moves today {tag}", "--approved-by", "Lee Lead"]
        return [*words, *allowed, "--handed-to", "Example Agency", "--summary", f"well {tag}"]

    def reopen(self, stand: Standing, tag: str) -> Words:
        which = stand.closed if self.flip() else stand.on_hold
        return ["reopen", self.one(which), "--reason", f"back {tag}", "--risk", "low"]

    def merge(self, stand: Standing, tag: str) -> Words:
        kept, joined = self.chance.sample(stand.active, 2)
        return ["merge", str(kept), str(joined), "--yes"]

    def intake(self, stand: Standing, tag: str) -> Words:
        words = ["intake", f"Invented Person {tag}", "--new", "--phone", "555 0100"]
        return [*words, "--need", self.text(tag)[:200], *self._next(tag)]

    def take_in_many(self, stand: Standing, tag: str) -> Words:
        path = self.folder / "rows.csv"
        lines = [f"Invented {n} {tag},high,call the school,2026-12-01" for n in range(ROWS)]
        path.write_text("\n".join(("name,urgency,next step,due", *lines)), encoding="utf-8")
        return ["intake", "--from", str(path), "--new", "--yes"]

    def undo(self, stand: Standing, tag: str) -> Words:
        return ["undo", self.one(stand.undoable)]


# How often each is drawn. What a person does every day comes most, and nothing is left out.
COMMANDS: dict[Callable[[Day, Standing, str], Words], float] = {
    Day.reached: 12,
    Day.tried: 5,
    Day.follow: 12,
    Day.deadline: 3,
    Day.appointment: 4,
    Day.done: 8,
    Day.decided: 2,
    Day.assessed: 2,
    Day.kept: 2,
    Day.missed: 1,
    Day.snooze: 6,
    Day.cancel: 2,
    Day.note: 8,
    Day.correct: 3,
    Day.edit: 5,
    Day.set: 4,
    Day.accept: 1,
    Day.hold: 2,
    Day.close: 4,
    Day.reopen: 4,
    Day.merge: 2,
    Day.intake: 8,
    Day.take_in_many: 0.3,
    Day.undo: 8,
}
