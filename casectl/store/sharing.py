"""Releases and disclosures on file: who may be told what, and who was. No telling is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from casectl.core.casework import CONSENT, DROPPED, OPEN, PAST, Piece
from casectl.core.consents import (
    FOLLOWS,
    SIGNED,
    SIGNED_ON,
    Permission,
    are_for_the_same,
    covers,
    is_live,
    new_disclosure,
    signed,
)
from casectl.core.errors import BadValue, NotShared
from casectl.core.model import DONE, Case, Promise
from casectl.store.casework import Casework, add, change, read
from casectl.store.connection import Database
from casectl.store.journal import Journal, Operation
from casectl.store.private import put
from casectl.store.promises import end_promise


class Sharing:
    def __init__(self, db: Database, journal: Journal) -> None:
        self.db = db
        self.journal = journal

    # -- releases ------------------------------------------------------------------------------

    def add(self, release: Piece) -> Piece:
        """A release that the client gives, signed or to be signed."""
        with self.journal.operation("consent add") as operation:
            return add(operation, release)

    def still_given(self, mine: Sequence[Case], theirs: Sequence[Case]) -> list[tuple[str, str]]:
        """Releases of one record of a client that they revoked in the other since: both by name."""
        from casectl.core.duplicates import still_given

        releases = [[(each, self._releases(each)) for each in side] for side in (mine, theirs)]
        return [
            (f"{case.number}.{release.part}", f"{other.number}.{revoked.part}")
            for here, there in (releases, releases[::-1])
            for case, stays in here
            for other, goes in there
            for release, revoked in still_given(stays, goes)
        ]

    def _releases(self, case: Case) -> list[Piece]:
        return Casework(self.db, self.journal).of(case, CONSENT)

    def sign(self, release: Piece, on: date, by: str) -> Piece:
        """The signature. Where the release renews another, that one is replaced from now on."""
        with self.journal.operation("consent sign") as operation:
            _check_open(release)
            if release.stage in SIGNED:
                raise BadValue("that is signed already")
            made = change(operation, release, **signed(release, on, by))
            _replace_former(operation, made)
            return made

    def renew(self, former: Piece, release: Piece) -> Piece:
        """A release in the place of ``former``, which goes on until the new one is signed."""
        with self.journal.operation("consent renew") as operation:
            _check_open(former)
            body: dict[str, Any] = {**release.body, FOLLOWS: former.number}
            made = add(operation, release._replace(parent=former.id, body=body))
            _replace_former(operation, made)
            return made

    def revoke(self, release: Piece, reason: str, on: date) -> Piece:
        """It covers nothing from now on. What was told before stays in the accounting."""
        with self.journal.operation("consent revoke") as operation:
            _check_open(release)
            return change(operation, release, status=DROPPED, ended_on=on, outcome=reason)

    def still_live(
        self, release: Piece, cases: Sequence[Case], day: date
    ) -> list[tuple[Case, Piece]]:
        """What lets the same recipient be told for the same purpose beside it, in these cases."""
        return [
            (case, each)
            for case in cases
            for each in self._releases(case)
            if each.id != release.id and is_live(each, day) and are_for_the_same(each, release)
        ]

    def change(self, release: Piece, command: str, **values: Any) -> Piece:
        """Whatever else is decided of a release that stands."""
        with self.journal.operation(command) as operation:
            _check_open(release)
            return change(operation, release, **values)

    # -- disclosures ---------------------------------------------------------------------------

    def record(self, case: Case, permission: Permission, day: date) -> Piece:
        """Log something told outside of casectl."""
        with self.journal.operation("disclosure") as operation:
            return disclose(operation, case, permission, day)

    def hand_out(
        self,
        command: str,
        case: Case,
        permission: Permission,
        day: date,
        paper: tuple[Path, str] | None = None,
        settles: Promise | None = None,
    ) -> Piece:
        """Log that a paper was made, and end the promise of it; whole or not at all.

        ``paper`` is the new file to write (0600, over no other) and its text. Raises CasectlError
        where it cannot be written, and nothing is logged then.
        """
        with ExitStack() as undoing:
            with self.journal.operation(command) as operation:
                made = disclose(operation, case, permission, day)
                if settles is not None:
                    end_promise(operation, self.db, settles, DONE, permission.what, on=day)
                if paper is not None:
                    path, text = paper
                    put(path, text.encode(), lambda written: None, new=True)
                    undoing.callback(path.unlink, missing_ok=True)
            undoing.pop_all()  # it is on record, so it stays
            return made

    # -- what the client disagrees with --------------------------------------------------------

    def amend(self, amendment: Piece) -> Piece:
        with self.journal.operation("amend") as operation:
            return add(operation, amendment)


# -- inside an operation ---------------------------------------------------------------------------


def disclose(operation: Operation, case: Case, permission: Permission, day: date) -> Piece:
    """Log a disclosure inside the operation that shares. Nothing is shared without it.

    Raises NotShared where the release has ended since it was asked for.
    """
    assert permission.case_id == case.id, "a permission is for one case"
    if permission.release is not None:
        release = read(operation.db, permission.release.id)
        if not (
            is_live(release, day) and covers(release, permission.recipient, permission.purpose)
        ):
            how = "does not cover that day" if release.status == OPEN else "has just ended"
            raise NotShared(
                f"{case.number}.{release.part} {how}, so nothing was shared",
                hint=f"casectl consent list {case.number} shows how it stands",
            )
    return add(operation, new_disclosure(permission, day))


def _replace_former(operation: Operation, release: Piece) -> None:
    """The one that a signed release renews covers nothing beside it."""
    if release.parent is None or release.stage not in SIGNED:
        return
    former = read(operation.db, release.parent)
    if former.status == OPEN:
        on = date.fromisoformat(release.body[SIGNED_ON])
        change(operation, former, status=PAST, ended_on=on)


def _check_open(release: Piece) -> None:
    if release.status != OPEN:
        word = {DROPPED: "revoked", PAST: "replaced"}.get(release.status, "ended")
        raise BadValue(f"that is {word} already", hint="casectl consent list CASE")
