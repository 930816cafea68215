"""What a profile is made of: points that add up, domains in their order, what holds without one."""

from __future__ import annotations

import pytest

from casectl.core.domains import DOMAINS, Domain, find_domain, in_order
from casectl.core.errors import BadValue
from casectl.core.model import Level
from casectl.core.profiles import BUILT_IN, PHASES, REASONS, Capacity, Profile

OWN = Domain("school_return")


def test_a_case_weighs_its_levels_points_and_its_phases() -> None:
    capacity = Capacity((1, 2, 4, 8), (3, 0, 0, 0, 1), 100)
    assert capacity.points(Level.LOW, "assessment") == 4
    assert capacity.points(Level.CRISIS, "monitoring") == 8
    assert capacity.points(Level.HIGH, "closure") == 5
    with pytest.raises(ValueError, match="not in tuple"):
        capacity.points(Level.LOW, "waiting")


def test_without_a_profile_nothing_is_too_much() -> None:
    assert BUILT_IN.name is None
    assert BUILT_IN.capacity.full_time is None
    assert BUILT_IN.asked == BUILT_IN.domains == DOMAINS
    assert BUILT_IN.closing.reasons == REASONS
    weights = [BUILT_IN.capacity.points(level, phase) for phase in PHASES for level in Level]
    assert weights == [1, 2, 4, 8] * len(PHASES)


def test_what_is_asked_comes_first_and_the_rest_may_be_named() -> None:
    housing = find_domain("housing")
    profile = Profile("ours", asked=(OWN, housing))
    assert profile.domains[:3] == (OWN, housing, find_domain("safety"))
    assert len(profile.domains) == len(DOMAINS) + 1
    assert find_domain("school", profile.domains) == OWN
    assert find_domain("School-Return", profile.domains) == OWN
    with pytest.raises(BadValue, match="no domain 'school'"):
        find_domain("school")
    with pytest.raises(BadValue, match="no domain 's': it is one of school return, housing, saf"):
        find_domain("s", profile.domains)


def test_domains_on_file_keep_their_order_and_none_is_left_out() -> None:
    keys = ["school_return", "food", "safety", "food", "tenancy"]
    assert in_order(keys) == ["safety", "food", "school_return", "tenancy"]
    assert in_order([]) == []
