"""How the journal is sealed, so that nothing in it is altered unnoticed. ``audit`` reads it.

    seal of a change       salt : H(salt, its table, row and case, before, after)
    link of an operation   H(key, the link before, the operation, how many changes, their digests)

H is BLAKE2b of 256 bits. A purge blanks before, after and salt: what is left of a seal is a digest
that nobody can try guesses on, and the links still fit. The key is the caseload's own; without one
the chain is called unkeyed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from casectl.core.errors import CasectlError
from casectl.store.connection import Database, Value
from casectl.store.schema import CHAIN_KEY

try:  # hashlib takes ten times as long to load: it brings OpenSSL
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

if TYPE_CHECKING:
    from sqlite3 import Connection

SIZE = 32  # bytes of a digest
SALT = 16  # bytes, all that BLAKE2 takes
SALTS = 4096  # bytes asked of the system at once
START = ""  # the link before the first

OPERATION = "id, at, day, worker, command, undoes"
# All that a link is made of, in one question.
END = (
    f"SELECT {OPERATION}, (SELECT count(*) FROM changes WHERE operation_id = operations.id), "
    "(SELECT hash FROM chain ORDER BY operation_id DESC LIMIT 1), "
    f"(SELECT value FROM meta WHERE name = '{CHAIN_KEY}') FROM operations WHERE id = ?"
)
LINKED = "operation_id, id, table_name, row_id, case_id, seal"
NONE: tuple[None, tuple[()]] = (None, ())


# -- what is digested: texts behind their lengths, so that no two rows give the same --------------


def head_of(table: str, row_id: str, case_id: str | None) -> str:
    """What a change is about, which stays when its contents are purged."""
    case = "-" if case_id is None else f"{len(case_id)}:{case_id}"
    return f"{len(table)}:{table}{len(row_id)}:{row_id}{case}"


def digest_of(salt: bytes, head: str, before: str | None, after: str | None) -> str:
    """The digest of one change. It runs a hundred thousand times in an import."""
    was = "-" if before is None else f"{len(before)}:{before}"
    is_now = "-" if after is None else f"{len(after)}:{after}"
    return blake2b(f"{head}{was}{is_now}".encode(), digest_size=SIZE, salt=salt).hexdigest()


class Changes:
    """The changes of one operation, each digested, one after another."""

    def __init__(self, linked: Iterable[Any] = ()) -> None:
        self.count = 0
        self._hash = blake2b(digest_size=SIZE)
        for _, _, table, row_id, case_id, seal in linked:
            self.add(head_of(table, row_id, case_id), seal.rpartition(":")[2])

    def add(self, head: str, digest: str) -> None:
        self.count += 1
        self._hash.update(f"{head}{digest}".encode())

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def link_of(key: bytes, previous: str, operation: Iterable[Value], changes: Changes) -> str:
    """The link of one operation, whose columns stand in the order of ``OPERATION``."""
    values = (previous, *operation, changes.count, changes.hexdigest())
    text = "".join("-" if each is None else f"{len(str(each))}:{each}" for each in values)
    return blake2b(text.encode(), digest_size=SIZE, key=key).hexdigest()


# -- writing ---------------------------------------------------------------------------------------


class Sealer:
    """The ``seal`` that the journal's triggers call, and the link at an operation's end."""

    def __init__(self, connection: Connection) -> None:
        self.changes = Changes()
        self._salts = b""
        self._used = 0
        connection.create_function("seal", 5, self.seal)

    def begin(self) -> None:
        """A new operation; the one before may have failed half way."""
        self.changes = Changes()

    def seal(
        self, table: str, row_id: str, case_id: str | None, before: str | None, after: str | None
    ) -> str:
        """The seal of one change, as the journal keeps it."""
        if self._used == len(self._salts):
            self._salts, self._used = os.urandom(SALTS), 0
        salt = self._salts[self._used : self._used + SALT]
        self._used += SALT
        head = head_of(table, row_id, case_id)
        digest = digest_of(salt, head, before, after)
        self.changes.add(head, digest)
        return f"{salt.hex()}:{digest}"

    def close(self, db: Database, number: int) -> None:
        """Link the operation to the one before it."""
        add_link(db, number, self.changes)


def add_link(db: Database, number: int, changes: Changes) -> None:
    """Link an operation, of which ``changes`` were sealed, to the one before it."""
    row = db.one(END, (number,))
    assert row is not None, "whoever made the operation links it"
    *operation, written, previous, key = row
    if written != changes.count:  # a statement failed after its first rows, and was forgiven
        of_it = f"SELECT {LINKED} FROM changes WHERE operation_id = ? ORDER BY id"
        changes = Changes(db.rows(of_it, (number,)))
    link = link_of(_key_of(key), previous or START, operation, changes)
    db.execute("INSERT INTO chain (operation_id, hash) VALUES (?, ?)", (number, link))


def chain_key(db: Database) -> bytes:
    """What the links are keyed with; empty for an unkeyed chain. Raises CasectlError for no key."""
    return _key_of(db.value("SELECT value FROM meta WHERE name = ?", (CHAIN_KEY,)))


def _key_of(value: str | None) -> bytes:
    try:
        key = bytes.fromhex(value or "")
        blake2b(key=key)
    except (TypeError, ValueError):
        raise CasectlError(
            "the key of the journal's chain was altered", hint="restore a backup"
        ) from None
    return key


def seal_all(connection: Any) -> None:
    """Seal and link a journal that was kept without, unkeyed: the second schema's migration."""
    Sealer(connection)
    connection.execute("UPDATE changes SET seal = seal(table_name, row_id, case_id, before, after)")
    operations = connection.execute(f"SELECT {OPERATION} FROM operations ORDER BY id")
    linked = connection.execute(f"SELECT {LINKED} FROM changes ORDER BY operation_id, id")
    previous = START
    for operation, changes in by_operation(operations, linked):
        previous = link_of(b"", previous, operation, Changes(changes))
        connection.execute(
            "INSERT INTO chain (operation_id, hash) VALUES (?, ?)", (operation[0], previous)
        )


def by_operation(
    operations: Iterable[Any], changes: Iterable[Any]
) -> Iterator[tuple[Any, Iterable[Any]]]:
    """Each operation with its changes; both begin with its number and come in its order.

    Changes of no operation are passed over.
    """
    groups = groupby(changes, key=itemgetter(0))
    number, group = next(groups, NONE)
    for operation in operations:
        while number is not None and number < operation[0]:
            number, group = next(groups, NONE)
        yield operation, group if number == operation[0] else ()
