"""What an attacker found in closing and referring, and what was mended since."""

from __future__ import annotations

import pytest
from conftest import Run


@pytest.fixture(autouse=True)
def case(run: Run, caseload: None) -> None:
    assert run("intake 'Ann Sample' --urgency crisis --risk imminent --new").code == 0


@pytest.mark.parametrize("name", ["kim", "KIM", " me "])
def test_a_case_is_not_handed_to_whoever_closes_it(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("CASECTL_WORKER", "kim")
    result = run(["close", "1", "--reason", "declined", "--handed-to", name, "--summary", "s"])
    assert (result.code, result.out) == (2, "")
    assert "--handed-to is somebody else" in result.err
    assert run("show 1 --json").json["case_status"] == "active"


def test_attempts_of_before_the_intake_are_none(run: Run) -> None:
    run("tried 1 --by phone --on 1999-01-01")
    run("tried 1 --by visit")
    run("tried 1 --by letter")
    run("set 1 --urgency low --risk low --reason calm")
    result = run("close 1 --reason 'cannot locate'")
    assert result.code != 0
    assert "of 3" in result.err and "attempt" in result.err


def test_a_silent_referral_is_chased_or_cancelled_and_not_closed(run: Run) -> None:
    assert run("resource add 'Example Pantry' 'food parcels'").code == 0
    run("need add 1 'empty fridge' --domain food")
    assert run("refer 1 1 --need 1 --send --override 'she asked for it'").code == 0
    result = run("referral close 1.ref1 'tired of it'")
    assert (result.code, result.out) == (2, "")
    assert run("show 1 --json").code == 0
    assert run("referral answer 1.ref1 declined --who Lou").code == 0
    assert run("referral close 1.ref1 'does not want another'").code == 0
