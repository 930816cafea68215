"""Which services fit a case: in which order, why, and what keeps a near one from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casectl.core.casework import NEED, Piece
from casectl.core.resources import CAPACITIES, Resource, unverified_days, verified_words
from casectl.core.service_match import Fit, Person, ages_on, matching

TODAY = date(2026, 11, 18)
FOOD = Piece("a", "", NEED, 1, TODAY, "no food", domain="food", level=3)
HOME = Piece("b", "", NEED, 2, TODAY, "no home", domain="housing", level=1)


def service(number: int = 1, *, domains: tuple[str, ...] = ("food",), **more: Any) -> Resource:
    columns = {name: more.pop(name) for name in ("capacity", "ended_on") if name in more}
    verified = more.pop("verified_on", TODAY)
    body = {"domains": list(domains), **more}
    return Resource(f"{number}", number, "Example", f"s{number}", verified_on=verified, body=body,
                    **columns)  # fmt: skip


def best(*services: Resource, person: Person | None = None, needs: Any = (FOOD, HOME)) -> list[Fit]:
    return matching(services, needs, person or Person(), TODAY)


def numbers(fits: list[Fit]) -> list[int]:
    return [fit.resource.number for fit in fits]


def test_what_meets_more_of_the_pressing_needs_comes_first() -> None:
    fits = best(
        service(1, domains=("housing",)), service(2), service(3, domains=("housing", "food"))
    )
    assert numbers(fits) == [3, 2, 1]
    assert [each.number for each in fits[0].needs] == [1, 2]


def test_what_meets_no_need_or_was_retired_is_left_out() -> None:
    assert best(service(1, domains=("legal",)), service(2, ended_on=TODAY)) == []


def test_room_then_verification_then_the_number() -> None:
    fits = best(
        service(1, capacity="waitlist"),
        service(2, capacity="open", verified_on=None),
        service(3),
        service(4, capacity="open"),
        service(5, capacity="open"),
    )
    assert numbers(fits) == [4, 5, 2, 3, 1]
    assert fits[2].unverified == "NEVER VERIFIED"
    assert fits[3].ask == ("whether it has room",)


def test_a_full_one_is_a_near_miss_however_much_it_meets() -> None:
    fits = best(service(1, domains=("food", "housing"), capacity="full"), service(2))
    assert numbers(fits) == [2, 1]
    assert fits[1].is_near and fits[1].against == ("full",)
    closed = best(service(1, status="temporarily closed"))
    assert closed[0].against == ("temporarily closed",)


@pytest.mark.parametrize(
    ("said", "fits", "words"),
    [
        ({"languages": [{"name": "Spanish"}]}, True, "Spanish is spoken"),
        ({"languages": [{"name": "es"}]}, True, "Spanish is spoken"),
        ({"languages": [{"name": "English, Español"}]}, True, "Spanish is spoken"),
        ({"interpretation_services": "Urdu, Spanish and Polish"}, True, "Spanish is spoken"),
        ({"phones": [{"languages": [{"name": "spa"}]}]}, True, "Spanish is spoken"),
        ({"languages": [{"name": "English"}]}, False, "no Spanish: speaks English"),
        ({"interpretation_services": "Urdu"}, False, "no Spanish: interpreters: Urdu"),
    ],
)
def test_the_client_s_language(said: dict[str, Any], fits: bool, words: str) -> None:
    (fit,) = best(service(**said), person=Person("Spanish"))
    assert fit.is_near is not fits
    assert words in (fit.why if fits else fit.against)


def test_a_language_that_nobody_asked_about_is_asked_about_and_rules_nothing_out() -> None:
    (fit,) = best(service(), person=Person("Spanish"))
    assert not fit.is_near and "whether Spanish is spoken" in fit.ask


@pytest.mark.parametrize(
    ("born", "against", "ask"),
    [
        ("1990-05-01", None, None),
        ("2010", "for ages from 18, and the client is 15 or 16", None),
        ("2010-11-18", "for ages from 18, and the client is 16", None),
        ("2008", None, "how old the client is exactly (for ages from 18)"),
        ("2008-11-18", None, None),  # eighteen today
        ("2008-11-19", "for ages from 18, and the client is 17", None),
        (None, None, "how old the client is (for ages from 18)"),
    ],
)
def test_the_client_s_age(born: str | None, against: str | None, ask: str | None) -> None:
    (fit,) = best(service(minimum_age=18), person=Person(born=born))
    assert fit.against == ((against,) if against else ())
    assert [each for each in fit.ask if "old" in each] == ([ask] if ask else [])


def test_where_they_live_is_compared_word_by_word() -> None:
    area: dict[str, Any] = {"service_areas": [{"name": "Springfield"}]}
    assert best(service(**area), person=Person(places=("1 Main St, Springfield",)))[0].why
    (far,) = best(service(**area), person=Person(places=("Spring Valley",)))
    assert far.against == ("serves Springfield",)
    (unknown,) = best(service(**area))
    assert "where the client lives (it serves Springfield)" in unknown.ask
    everywhere = service(service_areas=[{"name": "Statewide"}])
    assert not best(everywhere, person=Person(places=("Nowhere",)))[0].is_near


@pytest.mark.parametrize(
    ("born", "between"),
    [
        ("2000-11-18", (26, 26)), ("2000-11-19", (25, 25)), ("2000-11", (25, 26)),
        ("2000", (25, 26)), ("2026-12", (0, 0)), ("unknown", None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_an_age_is_known_as_far_as_the_birth_date_is(
    born: str | None, between: tuple[int, int] | None
) -> None:
    assert ages_on(born, TODAY) == between


def test_verified_counts_for_180_days() -> None:
    assert unverified_days(service(verified_on=date(2026, 5, 22)), TODAY) is None  # 180 days
    late = service(verified_on=date(2026, 5, 21))
    assert verified_words(late, TODAY) == "NOT VERIFIED for 181 days"
    assert verified_words(service(verified_on=None), TODAY) == "NEVER VERIFIED"


SERVICES = st.builds(
    lambda number, domains, capacity, days, languages, low: service(
        number,
        domains=tuple(domains),
        capacity=capacity,
        verified_on=None if days is None else date.fromordinal(TODAY.toordinal() - days),
        languages=[{"name": each} for each in languages],
        **({} if low is None else {"minimum_age": low}),
    ),
    st.integers(1, 99),
    st.lists(st.sampled_from(("food", "housing", "legal")), unique=True),
    st.sampled_from((None, *CAPACITIES)),
    st.sampled_from((None, 0, 180, 181)),
    st.lists(st.sampled_from(("es", "English")), unique=True),
    st.sampled_from((None, 18, 65)),
)


@given(st.lists(SERVICES, max_size=8, unique_by=lambda each: each.number), st.randoms())
def test_the_order_is_of_the_services_and_not_of_their_rows(
    services: list[Resource], dice: Any
) -> None:
    person = Person("Spanish", "1990", ("Springfield",))
    fits = best(*services, person=person)
    dice.shuffle(services)
    assert best(*services, person=person) == fits
    near = [fit.is_near for fit in fits]
    assert near == sorted(near), "no near miss stands before what fits"
    for fit in fits:
        late = unverified_days(fit.resource, TODAY) is not None
        assert bool(fit.unverified) is late, "one that is not verified is never without a word"
    assert {each.number for each in services if {"food", "housing"} & set(each.domains)} == set(
        numbers(fits)
    )
