"""Our ``NamedTuple`` and ``IntEnum`` do what the standard ones do."""

import copy
import enum
import json
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


class OurSize(values.IntEnum):
    """One of ours."""

    SMALL = 1
    LARGE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class StandardSize(enum.IntEnum):
    SMALL = 1
    LARGE = 3


def test_numbers_with_names() -> None:
    for ours, standard in zip(OurSize, StandardSize, strict=True):
        assert int(ours) == int(standard) and hash(ours) == hash(standard)
        assert (ours.name, ours.value, str(ours)) == (standard.name, standard.value, str(standard))
        assert f"{ours}{ours:>3}" == f"{standard}{standard:>3}"
        assert repr(ours) == repr(standard).replace("Standard", "Our")
        assert json.dumps(ours) == json.dumps(standard)
        assert OurSize(standard.value) is ours and isinstance(ours, OurSize)
        for same in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
            assert same is ours
    assert len(OurSize) == len(StandardSize)
    assert list(OurSize) == [OurSize.SMALL, OurSize.LARGE]
    assert OurSize.SMALL < OurSize.LARGE and max(OurSize) is OurSize.LARGE
    assert OurSize.LARGE.word == "large"
    assert OurSize.__doc__ == "One of ours."
    for kind in (OurSize, StandardSize):
        with pytest.raises(ValueError, match="2 is not a valid"):
            kind(2)
    match OurSize(3):
        case OurSize.LARGE:
            pass
        case _:
            pytest.fail("not matched")
