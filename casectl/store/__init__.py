"""Rows <-> core types. The only folder that knows SQL, a database driver or sqlite_utils."""

from __future__ import annotations

from casectl.store.caseload import Caseload, create_caseload, open_caseload

__all__ = ["Caseload", "create_caseload", "open_caseload"]
