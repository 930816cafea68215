"""Our ``NamedTuple`` does what the standard one does."""

import copy
import pickle
import typing
from datetime import date

import pytest

from casectl.core import values


class Ours(values.NamedTuple):
    """One of ours."""

    name: str
    day: date
    note: str | None = None
    times: int = 0

    @property
    def loud(self) -> str:
        return self.name.upper()


class Standard(typing.NamedTuple):
    name: str
    day: date
    note: str | None = None
    times: int = 0


DAY = date(2026, 11, 22)
OTHER: dict[str, typing.Any] = {"other": 1}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("a", DAY), {}),
        (("a", DAY, "n", 3), {}),
        (("a",), {"day": DAY}),
        ((), {"times": 2, "day": DAY, "name": "a"}),
        (("a", DAY), {"times": 7}),
    ],
)
def test_made_with_the_same_fields(
    given: tuple[typing.Any, ...], named: dict[str, typing.Any]
) -> None:
    ours, standard = Ours(*given, **named), Standard(*given, **named)
    assert tuple(ours) == tuple(standard)
    assert ours._asdict() == standard._asdict()
    assert repr(ours) == repr(standard).replace("Standard", "Ours")
    assert (ours.name, ours.day, ours.note, ours.times) == tuple(standard)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("a",), {}),
        (("a", DAY, None, 0, 5), {}),
        (("a", DAY), {"name": "b"}),
        (("a", DAY), {"other": 1}),
    ],
)
def test_refused_as_the_standard_one_refuses(
    given: tuple[typing.Any, ...], named: dict[str, typing.Any]
) -> None:
    for kind in (Ours, Standard):
        with pytest.raises(TypeError):
            kind(*given, **named)


def test_its_fields_its_replacing_and_its_making() -> None:
    ours, standard = Ours("a", DAY), Standard("a", DAY)
    assert ours._fields == standard._fields
    assert ours._field_defaults == standard._field_defaults
    assert tuple(ours._replace(times=4)) == tuple(standard._replace(times=4))
    assert tuple(Ours._make(["a", DAY, None, 1])) == ("a", DAY, None, 1)
    for kind in (Ours, Standard):
        with pytest.raises(TypeError):
            kind._make(["a"])
        with pytest.raises((TypeError, ValueError)):
            kind("a", DAY)._replace(**OTHER)


def test_a_value_like_any_other() -> None:
    ours = Ours("a", DAY)
    assert ours.loud == "A"
    assert ours == Ours("a", DAY)
    assert hash(ours) == hash(Standard("a", DAY))
    assert Ours.__doc__ == "One of ours."
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert copy.copy(ours) == copy.deepcopy(ours) == ours
    with pytest.raises(AttributeError):
        ours.name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        ours.other = "b"  # type: ignore[attr-defined]
    match ours:
        case Ours("a", day):
            assert day == DAY
