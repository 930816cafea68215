"""What ``casectl doctor`` looks at around the file: who can read it, and the disk that it is on."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote

from casectl.core.spoken import spoken_size
from casectl.core.views import FAIL, OK, WARN, Finding
from casectl.store.backup import folder_of

OLDEST_SQLITE = (3, 35, 0)  # RETURNING; the trigram index came one version earlier
LITTLE_SPACE = 100 * 1024 * 1024
TIMES_ITS_SIZE = 3  # the file, its rollback journal, and a backup

# Folders that another program copies elsewhere while casectl writes, as they are named.
SYNCED = {
    "Dropbox": r"dropbox( .*)?",
    "OneDrive": r"onedrive( .*)?",
    "iCloud": r"mobile documents|com~apple~clouddocs|icloud ?drive",
    "Google Drive": r"google ?drive|my drive|drivefs",
    "Nextcloud": r"nextcloud.*|owncloud.*",
    "Syncthing": r"syncthing|\.stfolder",
    "a cloud drive": r"cloudstorage|box sync|pcloud ?drive|megasync|proton ?drive",
}
# What such a program leaves in the folder that it copies.
SYNC_MARKS = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".stfolder": "Syncthing",
    ".sync.ffs_db": "FreeFileSync",
    ".owncloudsync.log": "Nextcloud",
    ".nextcloudsync.log": "Nextcloud",
}
NETWORKS = (
    "nfs", "cifs", "smb", "afp", "9p", "afs", "ceph", "gluster", "davfs", "webdav",
    "fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gvfsd", "fuse.davfs", "fuse.glusterfs",
)  # fmt: skip
IN_MEMORY = ("tmpfs", "ramfs")
MOUNTS = Path("/proc/mounts")


def surroundings(path: Path) -> Iterator[Finding]:
    """Every check that needs no open caseload; one that cannot be made says so."""
    checks: dict[str, Callable[[Path], Finding]] = {
        "file": _file,
        "permissions": _permissions,
        "folder": _folder,
        "place": _place,
        "space": _space,
        "backup folder": _backup_folder,
        "sqlite": _sqlite,
    }
    for name, check in checks.items():
        try:
            yield check(path)
        except FileNotFoundError:
            continue  # "file" said it
        except OSError as error:
            yield Finding(name, WARN, f"cannot be looked at ({error.strerror})")


def _file(path: Path) -> Finding:
    if path.is_symlink():
        target = _real(path)
        if not os.access(target, os.F_OK):
            return Finding("file", FAIL, f"{path} is a link to {target}, which is not there")
        return Finding(
            "file",
            WARN,
            f"{path} is a link to {target}",
            f"name the file itself: --db {quote(str(target))}",
        )
    if not path.exists():
        return Finding("file", FAIL, f"no caseload at {path}", "casectl init makes one")
    return Finding("file", OK, f"{path.absolute()}, {spoken_size(path.stat().st_size)}")


def _permissions(path: Path) -> Finding:
    status = path.stat()
    mode = stat.S_IMODE(status.st_mode)
    command = f"chmod 600 {quote(str(path))}"
    if mode & 0o077:
        who = "everybody on this machine" if mode & 0o007 else "others of your group"
        may = "change" if mode & 0o022 else "read"
        return Finding("permissions", FAIL, f"{who} may {may} the file ({mode:03o})", command)
    if not _mine(status):
        return Finding("permissions", WARN, "the file belongs to another user of this machine")
    if not os.access(path, os.W_OK):
        return Finding("permissions", FAIL, f"the file cannot be written ({mode:03o})", command)
    return Finding("permissions", OK, f"the file is yours alone ({mode:03o})")


def _folder(path: Path) -> Finding:
    folder = _real(path).parent
    status = folder.stat()
    mode = stat.S_IMODE(status.st_mode)
    command = f"chmod 700 {quote(str(folder))}"
    if mode & stat.S_ISVTX or not _mine(status):
        command = "keep the caseload in a folder of your own"
    if mode & 0o022 and not mode & stat.S_ISVTX:
        return Finding(
            "folder", FAIL, f"others may replace files in {folder} ({mode:03o})", command
        )
    if mode & 0o077:
        return Finding("folder", WARN, f"others may look into {folder} ({mode:03o})", command)
    if not os.access(folder, os.W_OK):
        return Finding("folder", FAIL, f"nothing can be written in {folder} ({mode:03o})", command)
    return Finding("folder", OK, f"its folder is yours alone ({mode:03o})")


def _place(path: Path) -> Finding:
    real = _real(path)
    program = _synced_by(real.parent)
    if program is not None:
        return Finding(
            "place",
            WARN,
            f"{program} copies this folder, and may copy the file half written or bring an old "
            "one back",
            "keep the caseload outside it, and put backups there",
        )
    kind = _filesystem(real)
    if kind is not None and kind.startswith(NETWORKS):
        return Finding(
            "place",
            WARN,
            f"the file is on a network disk ({kind}), where locks are not to be trusted",
            "keep the caseload on this machine's own disk",
        )
    if kind in IN_MEMORY:
        return Finding(
            "place", WARN, f"the file is in memory ({kind}) and gone after a restart", "move it"
        )
    return Finding("place", OK, f"on a disk of this machine{f' ({kind})' if kind else ''}")


def _synced_by(folder: Path) -> str | None:
    for part in folder.parts:
        for program, pattern in SYNCED.items():
            if re.fullmatch(pattern, part, re.IGNORECASE):
                return program
    for each in (folder, *folder.parents):
        for mark, program in SYNC_MARKS.items():
            if (each / mark).exists():
                return program
    return None


def _filesystem(path: Path) -> str | None:
    """The kind of file system under ``path``; None where the system does not tell."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    found: tuple[int, str] | None = None
    for line in lines:
        words = line.split(" ")
        if len(words) < 3:
            continue
        # A space in a mount point stands there as \040; a later mount hides an earlier one.
        point = Path(re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), words[1]))
        depth = len(point.parts)
        if path.is_relative_to(point) and (found is None or depth >= found[0]):
            found = depth, words[2]
    return found[1] if found else None


def _space(path: Path) -> Finding:
    free = shutil.disk_usage(_real(path).parent).free
    if free < max(LITTLE_SPACE, TIMES_ITS_SIZE * path.stat().st_size):
        return Finding(
            "space",
            WARN,
            f"only {spoken_size(free)} free on its disk, and a backup needs as much as the file",
            "make some room",
        )
    return Finding("space", OK, f"{spoken_size(free)} free on its disk")


def _backup_folder(path: Path) -> Finding:
    """Backups hold what the caseload holds, so they are to be as private, and as safe."""
    folder = folder_of(path)
    if folder.is_symlink():
        return Finding(
            "backup folder",
            FAIL,
            f"{folder} is a link, and no backup is made through one",
            f"rm {quote(str(folder))}; casectl backup --to DIR writes elsewhere",
        )
    status = folder.stat()  # where there is none, "backups" says so
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 or not _mine(status):
        return Finding(
            "backup folder",
            FAIL if mode & 0o077 else WARN,
            f"others may look into {folder} ({mode:03o})",
            f"chmod 700 {quote(str(folder))}",
        )
    loose = [each for each in folder.iterdir() if each.is_file() and each.stat().st_mode & 0o077]
    if loose:
        return Finding(
            "backup folder",
            WARN,
            f"{len(loose):,} files of {folder} are open to others ({loose[0].name})",
            f"chmod 600 {quote(str(folder))}/*.db {quote(str(folder))}/*.json",
        )
    program = _synced_by(folder)
    if program is not None:
        return Finding(
            "backup folder",
            WARN,
            f"{program} copies this folder elsewhere, with everything that the backups hold",
            "keep the caseload outside it; casectl backup --to DIR writes where you want one",
        )
    return Finding("backup folder", OK, f"the backups are yours alone ({mode:03o})")


def _sqlite(path: Path) -> Finding:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE[:2]))
        return Finding(
            "sqlite",
            FAIL,
            f"SQLite {sqlite3.sqlite_version} is too old; casectl needs {wanted}",
            "install a newer Python",
        )
    return Finding("sqlite", OK, f"SQLite {sqlite3.sqlite_version}")


def _real(path: Path) -> Path:
    """Behind every link; a link that leads in a circle stays as it is."""
    return Path(os.path.realpath(path))


def _mine(status: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()
