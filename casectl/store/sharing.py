"""Disclosures on file: what was told, to whom, and by which right. None is ever taken back."""

from __future__ import annotations

from datetime import date

from casectl.core.casework import Piece
from casectl.core.consents import Permission, covers, is_live, new_disclosure
from casectl.core.errors import NotShared
from casectl.core.model import Case
from casectl.store.casework import add, read
from casectl.store.journal import Operation


def disclose(operation: Operation, case: Case, permission: Permission, day: date) -> Piece:
    """Log a disclosure inside the operation that shares. Nothing is shared without it.

    Raises NotShared where the release was revoked since it was asked for.
    """
    release = permission.release
    if release is not None:
        now = read(operation.db, release.id)
        if not (is_live(now, day) and covers(now, permission.recipient, permission.purpose)):
            raise NotShared(
                f"{case.number}.{now.part} has just ended, so nothing was shared",
                hint=f"casectl consent list {case.number}",
            )
    assert permission.case_id == case.id, "a permission is for one case"
    return add(operation, new_disclosure(permission, day))
