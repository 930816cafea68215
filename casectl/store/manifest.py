"""What a caseload's file holds, counted, and the manifest that says so beside a backup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from casectl.core.errors import CasectlError, NotFound
from casectl.core.views import Contents, Head, Manifest
from casectl.store.connection import Database
from casectl.store.private import put, read

# The moment in a backup's name, and a number where two were made in one second.
STAMP = r"(\d{4}-\d\d-\d\dT\d{6}Z)(?:-(\d{1,4}))?"
NAME = rf".+-{STAMP}\.db"
LARGEST = 100_000  # bytes; a manifest has one thousand
MOST = 2**63 - 1  # what SQLite can be asked about
# What is derived is counted as well, but for the index's own tables, which it may merge.
COUNTED = (
    "SELECT name FROM sqlite_master WHERE type = 'table' "
    "AND name NOT LIKE 'search\\_index%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "ORDER BY name"
)


class BadBackup(CasectlError):
    """A backup that cannot be relied on."""


def contents_of(db: Database) -> Contents:
    """Counted in one consistent view."""
    with db.snapshot():
        tables = [row[0] for row in db.rows(COUNTED)]
        newest = db.one("SELECT id, at, day FROM operations ORDER BY id DESC LIMIT 1")
        return Contents(
            schema=db.value("PRAGMA user_version"),
            rows={name: db.value(f'SELECT count(*) FROM "{name}"') for name in tables},
            operation=newest["id"] if newest else 0,
            at=newest["at"] if newest else None,
            day=newest["day"] if newest else None,
            head=_head(db),
        )


def _head(db: Database) -> Head | None:
    """The end of the journal's chain; schema 1 had none."""
    if not db.value("SELECT count(*) FROM sqlite_master WHERE name = 'chain'"):
        return None
    from casectl.store.audit import Audit

    return Audit(db).head()


def check(db: Database) -> int:
    """How many rows of an opened file belong to nothing. Raises BadBackup where pages are damaged.

    Such rows are a fault of the caseload, not of its copy: whoever copies says so, and copies.
    """
    said = str(db.value("PRAGMA integrity_check(1)"))
    if said != "ok":
        raise BadBackup(f"{db.path} is damaged ({said.splitlines()[0]})")
    pages = int(db.value("PRAGMA page_count")) * int(db.value("PRAGMA page_size"))
    size = db.path.stat().st_size
    if size != pages:
        raise BadBackup(f"{db.path} is damaged ({size:,} bytes instead of {pages:,})")
    return len(db.rows("PRAGMA foreign_key_check"))


def difference(found: Contents, expected: Contents) -> str | None:
    """The first thing in which two differ, in words; None where they hold the same."""
    if found.schema != expected.schema:
        return f"schema {found.schema} instead of {expected.schema}"
    for table in sorted(found.rows.keys() | expected.rows):
        one, other = found.rows.get(table, 0), expected.rows.get(table, 0)
        if one != other:
            return f"{one:,} rows of {table} instead of {other:,}"
    if (found.operation, found.at, found.day) != (expected.operation, expected.at, expected.day):
        return f"operation {found.operation} as its last instead of {expected.operation}"
    if found.head != expected.head:
        return "its journal ends in another hash"
    return None


# -- the file beside a backup ------------------------------------------------------------------


def manifest_of(backup: Path) -> Path | None:
    """Where the manifest of a backup is; None for a file that is not named as one."""
    if re.fullmatch(NAME, backup.name):
        return backup.with_suffix(".json")
    return None


def write_manifest(backup: Path, manifest: Manifest) -> None:
    import json

    contents = manifest.contents
    head = contents.head._asdict() if contents.head else None
    words = {**manifest._asdict(), "contents": {**contents._asdict(), "head": head}}
    content = f"{json.dumps(words, indent=2)}\n".encode()
    put(backup.with_suffix(".json"), content, _read)


def read_manifest(backup: Path) -> Manifest | None:
    """What was written down of a backup; None where nothing was. Raises BadBackup."""
    path = manifest_of(backup)
    try:
        manifest = _read(path) if path is not None else None
    except NotFound:
        return None
    named = re.fullmatch(NAME, backup.name)
    if manifest is not None and named and named[1] != manifest.made_at.replace(":", ""):
        raise BadBackup(
            f"{path} is of a backup made at {manifest.made_at[:20]}, and its name says otherwise",
            hint="somebody gave an older one its name; look at casectl backup --list",
        )
    return manifest


def _read(path: Path) -> Manifest:
    """What the file says; what a later casectl may have added is passed over."""
    import json

    try:
        words = json.loads(read(path, LARGEST)[0])
        contents = words["contents"]
        head = contents["head"] and Head(*_picked(contents["head"], Head._fields))
        contents = Contents(*_picked({**contents, "head": head}, Contents._fields))
        manifest = Manifest(*_picked({**words, "contents": contents}, Manifest._fields))
        _check_types(manifest)
    except NotFound:
        raise
    except (CasectlError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise BadBackup(f"{path} is not a manifest that casectl wrote") from None
    return manifest


def _picked(words: dict[str, Any], names: tuple[str, ...]) -> list[Any]:
    return [words[name] for name in names]


def _check_types(manifest: Manifest) -> None:
    """Raises TypeError where a value is of another kind than it was written as, ValueError for a
    number that no caseload counts to.
    """
    made_at, reason, version, encrypted, size, sha256, broken_links, contents = manifest
    schema, rows, operation, at, day, head = contents
    texts = [made_at, reason, version, sha256, at or "", day or "", *rows]
    numbers = [size, broken_links, schema, operation, *rows.values()]
    truths = [encrypted]
    if head is not None:
        texts.append(head.hash)
        numbers.append(head.operation)
        truths.append(head.keyed)
    for values, kind in ((texts, str), (numbers, int), (truths, bool)):
        if any(type(value) is not kind for value in values):
            raise TypeError
    if not all(0 <= number <= MOST for number in numbers):
        raise ValueError
