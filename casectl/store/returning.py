"""What a colleague did of a covered case, taken into the record that it is of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from casectl.core.casework import (
    CLOSING,
    CONSENT,
    DISCLOSURE,
    DONE,
    DROPPED,
    OPEN,
    PAST,
    RISK,
    SCREENING,
    SIGN_OFF,
    VOICE,
    Piece,
)
from casectl.core.closing import death_waiting, reached_since
from casectl.core.consents import FOLLOWS, RELEASE, SIGNED, SIGNED_ON
from casectl.core.duplicates import revoked_there
from casectl.core.errors import BadValue
from casectl.core.model import CANCELLED, CLOSED, ME, REACHED, Case, Contact, Note, Promise
from casectl.core.model import OPEN as OPEN_PROMISE
from casectl.core.returning import (
    BODY,
    BOTH,
    HERE,
    LINKS,
    THERE,
    Backed,
    Clash,
    Returned,
    Row,
    Stood,
    clash_note,
    contacts_since,
    hold_undone,
    is_owed,
    left_open,
    level_fields,
    level_kept,
    name_of,
    raised_level,
    renumbered,
    settled,
    settled_client,
    sort_and_number,
)
from casectl.core.unchangeable import contradiction, refused
from casectl.store.asof import TABLES, operation_of, stood
from casectl.store.cases import FACT_OF, correct_client
from casectl.store.casework import body_json, end_unavailable
from casectl.store.casework import change as change_piece
from casectl.store.casework import read as read_piece
from casectl.store.closing import WITH_THE_CLIENT
from casectl.store.connection import Value
from casectl.store.identity import new_id
from casectl.store.journal import Operation
from casectl.store.promises import add_promise
from casectl.store.rows import columns_of, iso, read_cases

# Of these one stands of each sort at a time: the engine reads the open one.
ONE_STANDS = (RISK, SCREENING, VOICE, CLOSING)


class Taking:
    """One case's return, within the operation that takes it in."""

    def __init__(
        self, operation: Operation, case: Case, cover: Piece, returned: Returned, by: str
    ) -> None:
        self.operation = operation
        self.db = operation.db
        self.case, self.cover, self.returned, self.by = case, cover, returned, by
        self.base = stood(self.db, case.id, operation_of(self.db, cover.id))
        self.mine = stood(self.db, case.id)
        self.clashes: list[Clash] = []
        self.numbers: dict[tuple[str, int], int] = {}  # of what is new there, what it is here
        self.keys: dict[str, str] = {name_of(each): each.id for each in self.mine.rows}
        self.new: dict[str, str] = {}  # the keys of what was added, by its name there
        # What is to set of the client, and what both changed; of several cases the first has it.
        self.client: tuple[dict[str, Any], list[Clash]] = {}, []
        self.ended_with: set[str] = set()  # releases that a revocation on the other side ended

    @property
    def added(self) -> frozenset[str]:
        return frozenset(self.new.values())

    def take(self, today: date) -> Backed:
        """Raises BadValue for what no command could have done; nothing of the file stays then."""
        try:
            self._check(refused(self.base, self.returned))
        except ValueError:
            self._check("it names a row that is none")
        self._number_the_new()
        for row in self.returned.added:
            self._add(row)
        changed = [self._change(name, fields) for name, fields in self.returned.changed.items()]
        facts = self._facts()
        self._check_facts()
        now = stood(self.db, self.case.id)
        self._let_one_stand(now)
        self._let_one_correction_stand(now)
        self._let_one_series_stand(now)
        self._hold_to_revocations(stood(self.db, self.case.id))
        self._hold_the_new_to_revocations(stood(self.db, self.case.id))
        self._say_what_was_told_all_the_same(stood(self.db, self.case.id))
        self._say_who_was_reached_after_a_death(stood(self.db, self.case.id))
        if self.clashes:
            said = clash_note(self.clashes, self.case.stem, self.by)
            self.operation.add_note(self.case.id, said, today.isoformat())
        if self.returned.closed:
            said = f"Closed by {self.by} while it was covered: {self.returned.closed}"
            self.operation.add_note(self.case.id, said, today.isoformat())
        change_piece(
            self.operation, self.cover, status=DONE, ended_on=today,
            outcome=f"given back by {self.by}",
        )  # fmt: skip
        told = self._told({*filter(None, changed), *self.ended_with}, facts)
        level = None
        if told.raised is not None:
            level = "a higher level" if told.raised > self.case.level else "its level confirmed"
        owes = left_open(told.case, (*told.opened, *told.since), level, today)
        if owes is None:
            return told
        return told._replace(own=add_promise(self.operation, ME.id, owes).number)

    def _check(self, why: str | None) -> None:
        if why is not None:
            raise BadValue(
                f"case {self.returned.number}, {why}",
                hint=f"ask {self.by} to correct that; nothing was taken in",
            )

    def _check_facts(self) -> None:
        """A case contradicts itself no more than before, and an external id is one client's."""
        after = read_cases(self.db, "c.id = ?", (self.case.id,))[0]
        if contradiction(self.case) is None:
            self._check(contradiction(after))
        external_id = self.returned.client.get("external_id")
        if external_id is not None and self.db.value(
            "SELECT count(*) FROM clients WHERE external_id = ? AND id <> ?",
            (external_id, self.case.client_id),
        ):
            self._check("its external id is that of another client here")

    # -- rows ------------------------------------------------------------------------------------

    def _number_the_new(self) -> None:
        for row in self.returned.added:
            sort, number = sort_and_number(row.id)
            scope = {"contacts": "c", "notes": "n", "promises": "p"}.get(sort, sort)
            here = self.operation.next_number(f"{self.case.id}.{scope}")
            self.numbers[sort, number] = here
            self.new[row.id] = new_id()

    def _key(self, name: str | None) -> str | None:
        return None if name is None else self.new.get(name) or self.keys.get(name)

    def _add(self, row: Row) -> None:
        sort, number = sort_and_number(row.id)
        columns = columns_of(row, leave=("corrected", "body"))
        columns |= {name: self._key(getattr(row, name)) for name in LINKS if hasattr(row, name)}
        columns |= {
            "id": self.new[row.id], "case_id": self.case.id, "number": self.numbers[sort, number],
        }  # fmt: skip
        if isinstance(row, Promise):
            columns["made_on"] = iso(row.made_on) or self.operation.author.day
        else:
            columns["recorded_at"] = row.recorded_at or self.operation.author.moment
            columns["worker"] = row.worker or self.by
        if isinstance(row, Contact):
            columns["item"] = self._item(row.item)
        if isinstance(row, Piece):
            columns["body"] = body_json(renumbered(row.body, self.numbers))
        self.operation.insert(_table_of(row), columns)

    def _item(self, item: str | None) -> str | None:
        """The promise that a contact kept or tried, by its name here."""
        if not item or not item.isdigit():
            return None
        number = self.numbers.get(("promises", int(item)), int(item))
        return f"{self.case.stem}.{number}"

    def _change(self, name: str, theirs: Mapping[str, Any]) -> str:
        """Set what is other there; the row's name, or nothing where nothing was to set."""
        mine = _named(self.mine, name)
        base = _named(self.base, name)
        if mine is None or base is None:
            self.clashes.append(
                Clash(name, "a row", "not on record any more", ", ".join(theirs), HERE)
            )
            return ""
        linked = {
            field: self._key(each) if field in LINKS else _numbered_anew(field, each, self.numbers)
            for field, each in theirs.items()
        }
        values, clashes = settled(mine, base, linked)
        self.clashes += clashes
        columns: dict[str, Value] = {
            field: each.isoformat() if isinstance(each, date) else each
            for field, each in values.items()
            if not field.startswith(BODY)
        }
        body = {f[len(BODY) :]: each for f, each in values.items() if f.startswith(BODY)}
        if body and isinstance(mine, Piece):
            whole = {**mine.body, **body}
            columns["body"] = body_json({k: v for k, v in whole.items() if v is not None})
        self.operation.update(_table_of(mine), mine.id, **columns)
        return name if columns else ""

    # -- the client and the case -------------------------------------------------------------------

    def _facts(self) -> dict[str, Any]:
        client, clashes = self.client
        self.clashes += clashes
        if client:
            correct_client(self.operation, self.case.client_id, _columns(client))
        theirs, undone = self.returned.case, None
        if self.mine.case.status == CLOSED:  # it has ended here, and is not begun anew by a file
            kept = level_kept(self.mine.case, theirs)
            self.clashes += [kept] if kept is not None else []
            stays = {*level_fields(theirs), "status", "hold_until"}
            theirs = {name: each for name, each in theirs.items() if name not in stays}
        else:
            day = date.fromisoformat(self.operation.author.day)
            undone = hold_undone(self.mine.case, self.base.case, theirs, day)
        if undone is not None:
            stays = {"status", "hold_until", "resumed_on"}
            theirs = {name: each for name, each in theirs.items() if name not in stays}
        case, clashes = settled(self.mine.case, self.base.case, theirs)
        self.clashes += clashes
        if undone is not None:
            case |= undone[0]
            self.clashes.append(undone[1])
        self.operation.update("cases", self.case.id, **_columns(case))
        given = [FACT_OF[name] for name in (*client, *case) if name in FACT_OF]
        end_unavailable(self.operation, self.case, given)
        return {**client, **case}

    # -- what may not stand twice ------------------------------------------------------------------

    def _let_one_stand(self, now: Stood) -> None:
        """Both sides may have assessed the same risk: the higher one stands, else the later."""
        added = set(self.new.values())
        sorts: dict[tuple[str, str | None], list[Piece]] = {}
        for piece in now.casework:
            if piece.kind in ONE_STANDS and piece.status == OPEN:
                sorts.setdefault((piece.kind, piece.domain), []).append(piece)
        for pieces in sorts.values():
            if len(pieces) < 2 or not any(each.id in added for each in pieces):
                continue
            stands = max(pieces, key=_weight)
            for each in pieces:
                if each is stands:
                    continue
                change_piece(
                    self.operation, each, status=DROPPED if each.kind == CLOSING else PAST,
                    ended_on=max(stands.on_day, each.on_day),
                )  # fmt: skip
                what = f"{each.kind}: {each.domain}" if each.domain else each.kind
                here, there = (each, stands) if stands.id in added else (stands, each)
                self.clashes.append(
                    Clash(stands.part, what, _said(here), _said(there),
                          THERE if stands.id in added else HERE)
                )  # fmt: skip

    def _let_one_correction_stand(self, now: Stood) -> None:
        """Both sides may have corrected the same contact: the other goes before what stands.

        What owes the next contact sooner stands, that is a try, else what was said here.
        """
        rights: dict[str, list[Contact]] = {}
        for each in now.contacts:
            if each.corrects:
                rights.setdefault(each.corrects, []).append(each)
        for wrong in now.contacts:
            ours = [each for each in rights.get(wrong.id, ()) if each.id not in self.added]
            theirs = [each for each in rights.get(wrong.id, ()) if each.id in self.added]
            if not ours or not theirs:
                continue
            here, there = _counts(ours[0], rights), _counts(theirs[0], rights)
            safer = _clears(here) and not _clears(there)
            first, last = (theirs[0], here) if safer else (ours[0], there)
            self.operation.update("contacts", first.id, corrects=last.id)
            self.clashes.append(
                Clash(name_of(wrong), "its correction", _said_contact(here), _said_contact(there),
                      THERE if safer else HERE)
            )  # fmt: skip

    def _let_one_series_stand(self, now: Stood) -> None:
        """A promise that repeats, ended on both sides, is owed once more: on the earlier day."""
        before = {each.id for each in self.base.promises}
        series: dict[tuple[Any, ...], list[Promise]] = {}
        for each in now.promises:
            if each.repeats and each.id not in before and each.status == OPEN_PROMISE:
                of = each.kind, each.subject, each.what, each.repeats, each.repeats_from
                series.setdefault(of, []).append(each)
        for name in self.returned.changed:
            was, mine = _named(self.base, name), _named(self.mine, name)
            if not isinstance(was, Promise) or not isinstance(mine, Promise) or not was.repeats:
                continue
            if (was.status, mine.status == OPEN_PROMISE) != (OPEN_PROMISE, False):
                continue
            first = was.repeats_from or was.first_due_on or was.due_on
            following = series.get((was.kind, was.subject, was.what, was.repeats, first), [])
            ours = [each for each in following if each.id not in self.added]
            theirs = [each for each in following if each.id in self.added]
            if not ours or not theirs:
                continue
            stands, goes = ours[0], theirs[0]
            if goes.due_on < stands.due_on:
                stands, goes = goes, stands
            self.operation.update(
                "promises", goes.id, status=CANCELLED, ended_on=self.operation.author.day,
                outcome=f"goes on as {self.case.number}.{stands.number}",
            )  # fmt: skip
            side = HERE if stands is ours[0] else THERE
            days = ours[0].due_on.isoformat(), theirs[0].due_on.isoformat()
            self.clashes.append(Clash(name, "its next time", *days, side))

    def _hold_to_revocations(self, now: Stood) -> None:
        """A release that one side renewed, however often, while the other revoked it is revoked."""
        releases = {each.number: each for each in now.casework if each.kind == CONSENT}
        base = {each.id: each for each in self.base.casework}
        revoked_here = {e.id for e in self.mine.casework if e.status == DROPPED}
        for gone in releases.values():
            root = _line_of(gone, releases, base)[-1]
            if gone.status != DROPPED or gone.ended_on is None:
                continue
            if root.id not in base or base[root.id].status != OPEN:
                continue
            signed_since: set[int] = set()
            for each in sorted(releases.values(), key=lambda each: each.number):
                line = _line_of(each, releases, base)
                if each is root or line[-1] is not root or each.status not in (OPEN, PAST):
                    continue
                if (each.id in self.added) is not (gone.id in revoked_here):
                    continue  # of the side that revoked it
                signed = str(each.body.get(SIGNED_ON) or "")
                if signed > gone.ended_on.isoformat():
                    signed_since.add(each.number)  # the client has signed it since
                if signed_since & {former.number for former in line}:
                    continue
                how = "renews {}, which was revoked", "renewed as {}"
                self._revoke_with(gone, each, how, here=gone.id in revoked_here)

    def _hold_the_new_to_revocations(self, now: Stood) -> None:
        """A release that one side signed anew while the other revoked one for the same is revoked.

        Unless it was signed on a later day: the client wanted it after all.
        """
        base = {each.id: each for each in self.base.casework}
        revoked_here = {each.id for each in self.mine.casework if each.status == DROPPED}
        changed = self.returned.changed
        fresh = [
            each
            for each in now.casework
            if each.kind == CONSENT
            and each.status == DROPPED
            and each.part not in self.ended_with
            and (each.id not in base or base[each.id].status == OPEN)
        ]
        gone_here = [each for each in fresh if each.id in revoked_here]
        gone_there = [
            each
            for each in fresh
            if each.id in self.added or changed.get(each.part, {}).get("status") == DROPPED
        ]
        for each in now.casework:
            if each.kind != CONSENT or each.status != OPEN or each.stage not in SIGNED:
                continue
            if each.id in base and base[each.id].stage in SIGNED:
                continue  # both sides had it
            there = each.id in self.added or "stage" in changed.get(each.part, {})
            gone = revoked_there(each, gone_here if there else gone_there)
            if gone is not None:
                signed = f"signed as {{}} on {each.on_day.isoformat()}"
                how = "for the same as {}, which was revoked", signed
                self._revoke_with(gone, each, how, here=there)

    def _revoke_with(
        self, gone: Piece, release: Piece, how: tuple[str, str], *, here: bool
    ) -> None:
        """``here``: whether it was revoked here. ``how``: its outcome, and the clash in words."""
        now = read_piece(self.db, release.id)
        if now.status == DROPPED:
            return
        outcome, beside = how
        change_piece(
            self.operation, now, status=DROPPED, ended_on=gone.ended_on,
            outcome=outcome.format(gone.part),
        )  # fmt: skip
        self.ended_with.add(release.part)
        said = f"{gone.part} revoked", beside.format(release.part)
        ours, theirs = said if here else said[::-1]
        stands = HERE if here else THERE
        self.clashes.append(Clash(release.part, "the release", ours, theirs, stands))

    def _say_what_was_told_all_the_same(self, now: Stood) -> None:
        """What was told there under a release that was revoked here meanwhile."""
        added = set(self.new.values())
        gone_there = {
            name for name, fields in self.returned.changed.items()
            if fields.get("status") == DROPPED
        }  # fmt: skip
        releases = {each.number: each for each in now.casework if each.kind == CONSENT}
        for each in now.casework:
            release = releases.get(each.body.get(RELEASE, 0))
            if each.kind != DISCLOSURE or each.id not in added or release is None:
                continue
            if release.status != DROPPED or release.part in gone_there:
                continue
            if release.ended_on is not None and release.ended_on <= each.on_day:
                here = f"{release.part} revoked on {release.ended_on.isoformat()}"
                there = f"told {each.who or 'somebody'} on {each.on_day.isoformat()}"
                self.clashes.append(Clash(each.part, "a disclosure", here, there, BOTH))

    def _say_who_was_reached_after_a_death(self, now: Stood) -> None:
        """One side waits to have it signed off that the client died, and the other reached them."""
        closing = death_waiting(now.casework)
        seen = reached_since(closing, now.contacts) if closing is not None else None
        if closing is None or closing.due_on is None or seen is None:
            return
        died_here = death_waiting(self.mine.casework) is not None
        if died_here is (seen.id not in self.added):
            return
        died = f"{closing.worker or 'somebody'}: died on {closing.due_on.isoformat()}"
        reached = f"{seen.worker or 'somebody'} reached them on {seen.on_day.isoformat()}, after it"
        here, there = (died, reached) if died_here else (reached, died)
        self.clashes.append(Clash(closing.part, "the death", here, there, BOTH))

    # -- told ----------------------------------------------------------------------------------

    def _told(self, changed: Iterable[str], facts: Mapping[str, Any]) -> Backed:
        now = stood(self.db, self.case.id)
        added = set(self.new.values())
        names = set(changed)
        altered = [each for each in now.rows if name_of(each) in names and each.id not in added]
        new = [each for each in now.rows if each.id in added]
        case = read_cases(self.db, "c.id = ?", (self.case.id,))[0]
        return Backed(
            case,
            self.case,
            sum(isinstance(each, Contact) for each in new),
            sum(isinstance(each, Note) for each in new),
            tuple(e for e in altered if isinstance(e, Promise) and e.status != OPEN_PROMISE),
            tuple(each for each in new if isinstance(each, Promise)),
            tuple(each for each in new if isinstance(each, Piece)),
            tuple(e for e in altered if not (isinstance(e, Promise) and e.status != OPEN_PROMISE)),
            facts,
            now.client.safely,
            tuple(self.clashes),
            self.returned.closed,
            tuple(filter(is_owed, (*altered, *new))) if case.status == CLOSED else (),
            contacts_since(new, case.closed_on) if case.status == CLOSED else (),
            raised_level(self.returned, self.mine.case) if case.status == CLOSED else None,
        )


def settle_clients(takings: Sequence[Taking]) -> None:
    """One answer for each client, before anything of their cases is taken in."""
    cases_of: dict[str, list[Taking]] = {}
    for each in takings:
        cases_of.setdefault(each.case.client_id, []).append(each)
    for first, *others in cases_of.values():
        sides = [(each.base.client, each.returned.client) for each in (first, *others)]
        first.client = settled_client(first.mine.client, sides)


def _numbered_anew(field: str, value: Any, numbers: Mapping[tuple[str, int], int]) -> Any:
    if not field.startswith(BODY):
        return value
    key = field[len(BODY) :]
    return renumbered({key: value}, numbers)[key]


def _counts(contact: Contact, rights: Mapping[str, Sequence[Contact]]) -> Contact:
    """The contact, or what corrects it in the end."""
    while later := rights.get(contact.id):
        contact = later[0]
    return contact


def _clears(contact: Contact) -> bool:
    reached = contact.outcome == REACHED and contact.by != "letter"
    return reached and contact.party in WITH_THE_CLIENT


def _said_contact(contact: Contact) -> str:
    who = f" {contact.party}" if contact.party else ""
    said = f": {contact.text}" if contact.text else ""
    return f"{contact.outcome}{who} on {contact.on_day.isoformat()}{said}"


def _line_of(
    release: Piece, releases: Mapping[int, Piece], base: Mapping[str, Piece]
) -> list[Piece]:
    """The release and those that it renews, back to the one that was handed over."""
    line = [release]
    while line[-1].id not in base:
        former = releases.get(line[-1].body.get(FOLLOWS, 0))
        if former is None or former in line:
            break
        line.append(former)
    return line


def _named(stood: Stood, name: str) -> Row | None:
    return next((each for each in stood.rows if name_of(each) == name), None)


def _table_of(row: Row) -> str:
    return next(table for table, kind in TABLES.items() if isinstance(row, kind))


def _columns(fields: Mapping[str, Any]) -> dict[str, Value]:
    return {
        name: each.isoformat() if isinstance(each, date) else each for name, each in fields.items()
    }


def _weight(piece: Piece) -> tuple[int, date, int]:
    """A risk's level, then the later day; of a closing the one that was there first."""
    if piece.kind == CLOSING:
        return 0, date.min, -piece.number
    return (piece.level or 0) if piece.kind == RISK else 0, piece.on_day, piece.number


def _said(piece: Piece) -> str:
    level = f"level {piece.level}, " if piece.level is not None else ""
    if piece.kind == CLOSING:
        reason = piece.body.get("said") or piece.what or ""
        level = f"{reason}, {'for its sign-off' if piece.stage == SIGN_OFF else 'notice'}, "
    return f"{level}{piece.on_day.isoformat()}"
