"""Environment + TOML + paths -> one frozen Config, the standards included, each value's source."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, cast

from casectl.core.agenda import LIMIT
from casectl.core.dates import DateOrder
from casectl.core.errors import BadConfiguration
from casectl.core.model import DEADLINE_KINDS, Level
from casectl.core.standards import (
    BY_LEVEL_FIELDS,
    DAY_FIELDS,
    DEADLINE_LEADS,
    ByLevel,
    Intervals,
    Lead,
    Standards,
    checked,
)
from casectl.core.workdays import WorkCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEVELS = tuple(level.word for level in Level)
DEFAULT = "default"


class Config(NamedTuple):
    """What this person set, and what they left at its default."""

    path: Path
    worker: str
    date_order: DateOrder | None = None
    limit: int = LIMIT
    accessible: bool = False
    standards: Standards = Standards()
    programs: tuple[str, ...] = ()  # declared ones; empty means any name will do
    sources: Mapping[str, str] = {}

    def source(self, key: str) -> str:
        return self.sources.get(key, DEFAULT)


def config_path() -> Path:
    named = os.environ.get("CASECTL_CONFIG")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("casectl") / "config.toml"


def default_caseload_path() -> Path:
    from platformdirs import user_data_path

    return user_data_path("casectl") / "caseload.db"


def load_config() -> Config:
    """Read the configuration. Raises BadConfiguration, one line, naming the file and the key."""
    path = config_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _with_environment(_Reader(path, {}).config())
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"cannot read {path} ({type(error).__name__})") from None
    return _with_environment(parse_config(text, path))


def parse_config(text: str, path: Path) -> Config:
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{path}: {error}") from None
    return _Reader(path, document).config()


def _with_environment(config: Config) -> Config:
    worker = os.environ.get("CASECTL_WORKER")
    if worker:
        sources = {**config.sources, "worker": "CASECTL_WORKER"}
        return config._replace(worker=worker, sources=sources)
    return config


def _login() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME") or "worker"


class _Reader:
    """One pass over a configuration document; every complaint names the key."""

    def __init__(self, path: Path, document: dict[str, Any]) -> None:
        self.path = path
        self.document = document
        self.sources: dict[str, str] = {}

    def config(self) -> Config:
        document = dict(self.document)
        worker = self._text(document, "worker")
        order = self._text(document, "date_order")
        if order not in (None, "dmy", "mdy"):
            raise self._bad("date_order", "is dmy or mdy")
        limit = self._number(document, "limit", least=1)
        accessible = document.pop("accessible", False)
        if not isinstance(accessible, bool):
            raise self._bad("accessible", "is true or false")
        if accessible:
            self.sources["accessible"] = str(self.path)
        standards, programs = self._standards(document)
        if document:
            raise self._bad(next(iter(document)), "is not a setting; casectl config list shows all")
        return Config(
            path=self.path,
            worker=worker or _login(),
            date_order=cast("DateOrder | None", order),
            limit=LIMIT if limit is None else limit,
            accessible=accessible,
            standards=standards,
            programs=programs,
            sources=self.sources,
        )

    def _standards(self, document: dict[str, Any]) -> tuple[Standards, tuple[str, ...]]:
        calendar = WorkCalendar(self._weekdays(document), self._holidays(document))
        horizon = self._number(document, "horizon", least=0)
        base = self._intervals(document.pop("standards", {}), Intervals(), "standards", "")
        programs = document.pop("programs", {})
        if not isinstance(programs, dict):
            raise self._bad("programs", "is a table of programs")
        named = {
            name: self._intervals(table, base, f"programs.{name}", f"{name}.")
            for name, table in programs.items()
        }
        sources = {
            key.removeprefix("standards.").removeprefix("programs."): source
            for key, source in self.sources.items()
        }
        standards = Standards(base, named, calendar, 7 if horizon is None else horizon, sources)
        return standards, tuple(named)

    def _intervals(self, table: Any, base: Intervals, where: str, prefix: str) -> Intervals:
        if not isinstance(table, dict):
            raise self._bad(where, "is a table")
        table = dict(table)
        values: dict[str, Any] = {}
        for name in BY_LEVEL_FIELDS:
            if name in table:
                values[name] = self._by_level(
                    table.pop(name), getattr(base, name), f"{where}.{name}"
                )
        for name in DAY_FIELDS:
            if name in table:
                values[name] = self._number(table, name, least=1, where=f"{where}.{name}")
        if "guardian_counts" in table:
            counts = table.pop("guardian_counts")
            if not isinstance(counts, bool):
                raise self._bad(f"{where}.guardian_counts", "is true or false")
            values["guardian_counts"] = counts
            self.sources[f"{where}.guardian_counts"] = str(self.path)
        if "deadlines" in table:
            values["deadlines"] = self._leads(table.pop("deadlines"), base, f"{where}.deadlines")
        if table:
            raise self._bad(f"{where}.{next(iter(table))}", "is not a standard")
        return checked(base._replace(**values), f"{self.path}: {where}")

    def _by_level(self, table: Any, base: ByLevel, where: str) -> ByLevel:
        if not isinstance(table, dict):
            raise self._bad(where, f"is a table of days by level ({', '.join(LEVELS)})")
        table = dict(table)
        days = tuple(
            self._number(table, level, least=0, where=f"{where}.{level}")
            if level in table
            else base[index]
            for index, level in enumerate(LEVELS)
        )
        if table:
            raise self._bad(f"{where}.{next(iter(table))}", f"is not one of {', '.join(LEVELS)}")
        self.sources[where] = str(self.path)
        return cast("ByLevel", days)

    def _leads(self, table: Any, base: Intervals, where: str) -> Mapping[str, Lead]:
        if not isinstance(table, dict):
            raise self._bad(where, "is a table")
        leads = dict(base.deadlines)
        for subject, each in table.items():
            if subject not in DEADLINE_LEADS or not isinstance(each, dict):
                raise self._bad(f"{where}.{subject}", f"is not one of {', '.join(DEADLINE_KINDS)}")
            each = dict(each)
            old = leads[subject]
            warning = self._number(each, "warning", least=0, where=f"{where}.{subject}.warning")
            lead = self._number(each, "lead", least=0, where=f"{where}.{subject}.lead")
            if each:
                raise self._bad(f"{where}.{subject}.{next(iter(each))}", "is not warning or lead")
            leads[subject] = Lead(
                old.warning if warning is None else warning, old.lead if lead is None else lead
            )
        self.sources[where] = str(self.path)
        return leads

    def _weekdays(self, document: dict[str, Any]) -> frozenset[int]:
        if "working_days" not in document:
            return WorkCalendar().weekdays
        named = document.pop("working_days")
        if not isinstance(named, list) or not named or not set(map(str, named)) <= set(WEEKDAYS):
            raise self._bad("working_days", f"is a list of {', '.join(WEEKDAYS)}")
        self.sources["working_days"] = str(self.path)
        return frozenset(WEEKDAYS.index(name) for name in named)

    def _holidays(self, document: dict[str, Any]) -> frozenset[date]:
        if "holidays" not in document:
            return frozenset()
        listed = document.pop("holidays")
        try:
            days = frozenset(
                each if isinstance(each, date) else date.fromisoformat(each) for each in listed
            )
        except (TypeError, ValueError):
            raise self._bad("holidays", "is a list of days like 2026-12-25") from None
        self.sources["holidays"] = str(self.path)
        return days

    def _text(self, document: dict[str, Any], key: str) -> str | None:
        if key not in document:
            return None
        value = document.pop(key)
        if not isinstance(value, str) or not value.strip():
            raise self._bad(key, "is some text in quotes")
        self.sources[key] = str(self.path)
        return value

    def _number(
        self, document: dict[str, Any], key: str, *, least: int, where: str | None = None
    ) -> int | None:
        if key not in document:
            return None
        value = document.pop(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 3650:
            raise self._bad(where or key, f"is a number of days from {least} to 3650")
        self.sources[where or key] = str(self.path)
        return value

    def _bad(self, key: str, why: str) -> BadConfiguration:
        return BadConfiguration(f"{self.path}: {key} {why}")
