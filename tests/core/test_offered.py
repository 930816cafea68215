"""What is offered for an option's value is what that option takes."""

from __future__ import annotations

import pytest

from casectl.core.closing import DUPLICATE, Asked, checked_means, reason_of
from casectl.core.domains import DOMAINS, find_domain
from casectl.core.offered import option_values
from casectl.core.profiles import REASONS, WRITTEN_MEANS
from casectl.core.risks import KINDS, find_kind


def test_every_domain_is_offered_by_a_word_that_names_it() -> None:
    offered = option_values("need", "--domain")
    assert [find_domain(word) for word in offered] == list(DOMAINS)
    assert option_values("assess", "--need") == tuple(f"{word}=" for word in offered)


def test_every_kind_of_risk_is_offered_by_a_word_that_names_it() -> None:
    offered = option_values("assess", "--risk")
    assert [find_kind(word.removesuffix("=")) for word in offered] == list(KINDS)


def test_every_reason_and_means_of_an_end_is_offered_as_one_word() -> None:
    asked = Asked()
    reasons = [reason_of(word, asked).code for word in option_values("close", "--reason")]
    assert reasons == [*REASONS, DUPLICATE]
    means = [checked_means(word, asked) for word in option_values("close", "--by")]
    assert means == list(WRITTEN_MEANS)
    assert option_values("hold", "--reason") == ()


@pytest.mark.parametrize("command", ["set", "intake"])
def test_elsewhere_a_risk_is_a_level(command: str) -> None:
    assert "imminent" in option_values(command, "--risk")
