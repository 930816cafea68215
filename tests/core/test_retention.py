"""How long backups are kept: the schedule, and the laws that hold for any backups at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casectl.core.retention import DAYS, GUARDS, MONTHS, WEEKS, Made, kept

NEWEST = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def daily(days: int, **more: object) -> list[Made]:
    return [Made(NEWEST - timedelta(days=back), **more) for back in range(days)]  # type: ignore[arg-type]


def days_of(backups: set[Made]) -> list[str]:
    return sorted((f"{each.at:%m-%d}" for each in backups), reverse=True)


def test_nothing() -> None:
    assert kept([]) == set()


def test_a_year_and_a_half_of_days() -> None:
    stay = kept(daily(500))
    assert [f"{each:%Y-%m-%d}" for each in sorted((made.at for made in stay), reverse=True)] == [
        "2026-11-22", "2026-11-21", "2026-11-20", "2026-11-19", "2026-11-18", "2026-11-17",
        "2026-11-16", "2026-11-15", "2026-11-08", "2026-11-01", "2026-10-31", "2026-09-30",
        "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30", "2026-03-31",
        "2026-02-28", "2026-01-31", "2025-12-31",
    ]  # fmt: skip


def test_the_newest_of_a_day() -> None:
    morning, noon = Made(NEWEST), Made(NEWEST + timedelta(hours=3))
    second = Made(NEWEST + timedelta(hours=3), 2)
    assert kept([morning, noon, second]) == {second}


def test_what_was_made_before_an_import_stays_for_the_week() -> None:
    guard = Made(NEWEST - timedelta(days=3, hours=2), reason="import")
    assert guard in kept([*daily(10), guard])
    later = Made(NEWEST - timedelta(days=3, hours=1), reason="migration")
    assert kept([*daily(10), guard, later]) >= {later}
    assert guard not in kept([*daily(10), guard, later])
    old = Made(NEWEST - timedelta(days=8, hours=2), reason="rotation")
    assert old not in kept([*daily(30), old])


def test_days_off_do_not_count() -> None:
    before = [Made(each.at - timedelta(days=60)) for each in daily(6)]
    assert set(before) <= kept([Made(NEWEST), *before])


MOMENTS = st.integers(0, 800 * 24 * 60).map(lambda back: NEWEST - timedelta(minutes=back))
REASONS = st.sampled_from([None, "daily", "asked", *sorted(GUARDS)])
BACKUPS = st.sets(st.builds(Made, MOMENTS, st.integers(1, 3), REASONS), max_size=60)


@given(BACKUPS)
def test_the_newest_is_never_dropped(backups: set[Made]) -> None:
    stay = kept(backups)
    assert stay <= backups
    if backups:
        assert max(backups, key=lambda each: (each.at, each.number))[:2] in {e[:2] for e in stay}


@given(BACKUPS)
def test_keeping_what_is_kept_drops_nothing(backups: set[Made]) -> None:
    stay = kept(backups)
    assert kept(stay) == stay


@given(BACKUPS)
def test_the_schedule_is_covered(backups: set[Made]) -> None:
    stay = kept(backups)
    for period, count in (("%Y-%m-%d", DAYS), ("%G-%V", WEEKS), ("%Y-%m", MONTHS)):
        newest: dict[str, datetime] = {}
        for each in backups:
            name = each.at.strftime(period)
            newest[name] = max(each.at, newest.get(name, each.at))
        for name in sorted(newest, reverse=True)[:count]:
            assert newest[name] in {each.at for each in stay}, name


@given(BACKUPS)
def test_never_more_than_the_schedule(backups: set[Made]) -> None:
    assert len(kept(backups)) <= 2 * DAYS + WEEKS + MONTHS


@given(st.lists(MOMENTS, max_size=60))
def test_dropping_day_by_day_ends_where_dropping_at_once_does(moments: list[datetime]) -> None:
    there: set[Made] = set()
    for at in sorted(set(moments)):
        there = kept({*there, Made(at)})
    assert there == kept({Made(at) for at in moments})
