"""The calendar file: what a calendar program reads back, whatever was typed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from casectl.formats.calendar import Entry, calendar_file

MOMENT = "2026-11-18T08:00:00Z"
PLAIN = Entry("case-1.1", date(2026, 11, 20), "12.1 M.Q. call the school", "Due Fri.", "NOW")


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def written(*entries: Entry) -> tuple[str, list[Any]]:
    """The file as text, and the events that a calendar program finds in it."""
    made = calendar_file(entries, name="casectl", moment=MOMENT)
    calendar = Calendar.from_ical(made)
    assert isinstance(calendar, Calendar)
    events = calendar.walk("VEVENT")
    assert not any(event.errors for event in events)
    return made.decode(), events


def test_the_file_has_what_rfc_5545_asks_for() -> None:
    text, (event,) = written(PLAIN)
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\r\nVERSION:2.0\r\n" in text and "\r\nPRODID:" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert str(event["uid"]) == "case-1.1"
    assert event["dtstamp"].dt == datetime(2026, 11, 18, 8, tzinfo=UTC)


def test_an_item_without_an_hour_is_a_whole_day_that_stays_free() -> None:
    text, (event,) = written(PLAIN)
    assert "DTSTART;VALUE=DATE:20261120\r\n" in text
    assert event["dtstart"].dt == date(2026, 11, 20)
    assert "dtend" not in event
    assert event["transp"] == "TRANSPARENT"


@pytest.mark.parametrize(("minutes", "ends"), [(None, "200000Z"), (25, "192500Z")])
def test_an_hour_is_the_machine_s_own_as_utc(new_york: None, minutes: int, ends: str) -> None:
    text, (event,) = written(PLAIN._replace(time="14:00", minutes=minutes))
    assert "DTSTART:20261120T190000Z\r\n" in text
    assert f"DTEND:20261120T{ends}\r\n" in text
    assert "transp" not in event


def test_an_hour_that_the_clocks_skip_is_still_an_hour(new_york: None) -> None:
    _, (event,) = written(PLAIN._replace(day=date(2027, 3, 14), time="02:30"))
    assert event["dtend"].dt - event["dtstart"].dt == timedelta(hours=1)


def test_no_entries_make_an_empty_calendar() -> None:
    text, events = written()
    assert events == []
    assert text.startswith("BEGIN:VCALENDAR") and "END:VCALENDAR" in text


def test_text_is_escaped_and_comes_back() -> None:
    text, (event,) = written(PLAIN._replace(summary='a;b,c\\d"e', place="Room 2; floor 3"))
    assert 'SUMMARY:a\\;b\\,c\\\\d"e\r\n' in text
    assert str(event["summary"]) == 'a;b,c\\d"e'
    assert str(event["location"]) == "Room 2; floor 3"


def test_a_line_break_adds_no_component() -> None:
    injected = "Visit\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:injected"
    text, (event,) = written(PLAIN._replace(summary=injected, description=injected))
    assert str(event["summary"]) == injected.replace("\r\n", "\n")
    assert "\r\nSUMMARY:injected" not in text


def test_hostile_inputs(shared: Path) -> None:
    inputs = json.loads((shared / "data" / "hostile_inputs.json").read_text(encoding="utf-8"))
    texts = [each["input"].replace("\x00", "") for each in inputs]
    text, events = written(*(PLAIN._replace(summary=each, description=each) for each in texts))
    assert len(events) == len(texts)
    assert not [char for char in text.replace("\r\n", "") if ord(char) < 32 or ord(char) == 127]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=3))
def test_any_text_makes_one_event(summary: str, place: str) -> None:
    text, events = written(PLAIN._replace(summary=summary, place=place))
    assert len(events) == 1
    assert text.count("BEGIN:VEVENT\r\n") == 1
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
