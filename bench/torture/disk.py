"""What a disk may hold after the power went, worked out from recorder.c's log of what was written.

The model is the most hostile that POSIX allows, short of a disk that lies about a sync:

- What was written to a file, and its being cut, may be missing until that file was synced. After a
  cut of the power, any of it is there or not, in any order; a write may be torn into sectors.
- A name that was made, removed or changed may be as it was before until *its folder* was synced;
  syncing the file does not help. Each name keeps the order of what happened to it, and nothing
  orders one name after another. Renaming happens whole or not at all.
- What was synced is there.

Most file systems keep more than this (ext4 writes its own changes in order), none of them less.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from random import Random
from typing import NamedTuple

HEAD = struct.Struct("<cQQII")
SECTOR = 512


class Record(NamedTuple):
    """One entry of the log; ``kind`` as recorder.c says."""

    kind: str
    inode: int
    offset: int
    path: str
    data: bytes

    @property
    def is_echo(self) -> bool:
        return self.kind == "O"


def read_log(path: Path) -> list[Record]:
    log = path.read_bytes()
    records = []
    at = 0
    while at < len(log):
        kind, inode, offset, path_length, data_length = HEAD.unpack_from(log, at)
        at += HEAD.size
        end_of_path = at + path_length
        name, data = log[at:end_of_path], log[end_of_path : end_of_path + data_length]
        at = end_of_path + data_length
        records.append(Record(kind.decode(), inode, offset, name.decode(), data))
    return records


class Piece(NamedTuple):
    """Something done to a file's contents: ``data`` at ``offset``; None cuts the file there."""

    offset: int
    data: bytes | None


class File:
    """A file's contents: what was synced, and what was done since."""

    def __init__(self, synced: bytes = b"") -> None:
        self.synced = bytearray(synced)
        self.since: list[Piece] = []

    def sync(self) -> None:
        for piece in self.since:
            _apply(self.synced, piece)
        self.since.clear()

    def after(self, chance: Random, keep: Keep) -> bytes:
        contents = bytearray(self.synced)
        for piece in self.since:
            for part in keep.of(piece, chance):
                _apply(contents, part)
        return bytes(contents)


class Folder:
    """A name that is a folder's."""


Held = File | Folder | None


class Change(NamedTuple):
    """Names that changed together, and what each holds from then on (None: it is gone)."""

    names: tuple[tuple[str, Held], ...]


class Keep(NamedTuple):
    """How much of what was not synced is there after a cut: of pieces, sectors and names."""

    words: str
    pieces: float  # the chance of each
    sectors: float
    names: float

    def of(self, piece: Piece, chance: Random) -> Iterator[Piece]:
        if chance.random() >= self.pieces:
            return
        if piece.data is None or self.sectors >= 1:
            yield piece
            return
        for start in range(0, len(piece.data), SECTOR):
            if chance.random() < self.sectors:
                yield Piece(piece.offset + start, piece.data[start : start + SECTOR])


KEEPS = (
    Keep("nothing unsynced is there", 0, 0, 0),
    Keep("all data is there, no name is", 1, 1, 0),
    Keep("all names are there, no data is", 0, 0, 1),
    Keep("some of everything is there", 0.5, 1, 0.5),
    Keep("writes are torn", 0.7, 0.5, 0.5),
    Keep("everything is there", 1, 1, 1),
)


class Disk:
    """One folder on a disk, as the log makes it."""

    def __init__(self, folder: Path) -> None:
        """With what ``folder`` holds now, all of it long since on the disk."""
        self.root = str(folder)
        self.synced: dict[str, Held] = {self.root: Folder()}
        self.since: list[Change] = []  # of names
        self.files: dict[int, File] = {}  # by inode, as the log names them
        for path in sorted(folder.rglob("*")):
            held: Held = Folder() if path.is_dir() else File(path.read_bytes())
            if isinstance(held, File):
                self.files[path.stat().st_ino] = held
            self.synced[str(path)] = held

    def happen(self, record: Record) -> None:
        """One entry of the log. Raises ValueError for one that this model does not know."""
        match record.kind:
            case "C":
                self.files[record.inode] = File()  # of a number that an older file may have had
                self._change((record.path, self.files[record.inode]))
            case "D":
                self._change((record.path, Folder()))
            case "U":
                self._change((record.path, None))
            case "R":
                self._change((record.path, None), (record.data.decode(), self._now(record.path)))
            case "L":
                self._change((record.data.decode(), self._now(record.path)))
            case "W":
                self.files[record.inode].since.append(Piece(record.offset, record.data))
            case "T":
                self.files[record.inode].since.append(Piece(record.offset, None))
            case "S" if record.inode in self.files and not self._is_folder(record.path):
                self.files[record.inode].sync()
            case "S":
                self._sync_folder(record.path)
            case "O":
                pass
            case _:
                raise ValueError(f"cannot replay {record.path or record.kind}")

    def after_a_cut(self, chance: Random, keep: Keep) -> dict[str, bytes | None]:
        """The files by path, None for a folder; those whose folder is missing are missing."""
        names = dict(self.synced)
        stuck: set[str] = set()  # a name whose earlier change is missing keeps no later one
        for change in self.since:
            changed = {name for name, _ in change.names}
            if changed & stuck or chance.random() >= keep.names:
                stuck |= changed
            else:
                names.update(change.names)
        there = {
            name: held
            for name, held in names.items()
            if held is not None and self._has_its_folders(name, names)
        }
        return {
            name: held.after(chance, keep) if isinstance(held, File) else None
            for name, held in sorted(there.items())
        }

    def _change(self, *names: tuple[str, Held]) -> None:
        self.since.append(Change(names))

    def _now(self, path: str) -> Held:
        for change in reversed(self.since):
            for name, held in change.names:
                if name == path:
                    return held
        return self.synced.get(path)

    def _is_folder(self, path: str) -> bool:
        return isinstance(self._now(path), Folder)

    def _sync_folder(self, folder: str) -> None:
        """What happened to names in ``folder`` is on the disk from now on."""
        later = []
        for change in self.since:
            if any(str(PurePosixPath(name).parent) == folder for name, _ in change.names):
                self.synced.update(change.names)
            else:
                later.append(change)
        self.since = later

    def _has_its_folders(self, name: str, names: dict[str, Held]) -> bool:
        return all(
            isinstance(names.get(str(parent)), Folder)
            for parent in PurePosixPath(name).parents
            if str(parent).startswith(self.root)
        )


def _apply(contents: bytearray, piece: Piece) -> None:
    """Stretched with zeros where it must be, as file systems do."""
    if piece.data is None:
        del contents[piece.offset :]
        contents.extend(bytes(piece.offset - len(contents)))
        return
    if len(contents) < piece.offset:
        contents.extend(bytes(piece.offset - len(contents)))
    contents[piece.offset : piece.offset + len(piece.data)] = piece.data
