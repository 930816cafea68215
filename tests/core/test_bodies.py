"""What each kind of casework may say: all that the program writes, and nothing that it cannot."""

from __future__ import annotations

from datetime import date

from casectl.core import denials, people, planning, referrals
from casectl.core.bodies import BODIES, LEVELS, NEEDED, STAGES, misshapen
from casectl.core.casework import CLOSING, CONSENT, DENIAL, LETTERS, PERSON, REFERRAL, VERSION
from casectl.core.closing import SHEET
from casectl.core.consents import SIGNED
from casectl.core.fictitious import stories
from casectl.core.monitoring import VOICE_SCALE
from casectl.core.planning import SCALE
from casectl.core.risks import LEVELS as RISK_LEVELS
from casectl.core.standards import Standards

TODAY = date(2026, 11, 18)


def test_every_stage_that_is_named_is_known() -> None:
    after = {each for stages in referrals.AFTER.values() for each in stages} - {referrals.ASKED}
    assert after | set(referrals.AFTER) | {referrals.CANCELLED} == set(STAGES[REFERRAL])
    assert {denials.DENIED, denials.APPEALED, *denials.DECISIONS} == set(STAGES[DENIAL])
    assert set(STAGES[PERSON]) == {"", *people.KINDS}
    assert set(STAGES[VERSION]) == {planning.AGREED, planning.CHANGED}
    assert set(SIGNED) < set(STAGES[CONSENT]) and SHEET in STAGES[CLOSING]


def test_the_levels_are_those_of_their_scales() -> None:
    assert LEVELS["risk"] == (0, len(RISK_LEVELS) - 1)
    assert LEVELS["progress"] == (min(SCALE), max(SCALE))
    assert LEVELS["voice"] == (min(VOICE_SCALE), max(VOICE_SCALE))
    assert {*STAGES, *LEVELS, *BODIES, *NEEDED} <= set(LETTERS)


def test_all_that_a_whole_caseload_holds_is_sound() -> None:
    pieces = [each for load in stories(1, 200, TODAY, Standards()) for each in load.casework]
    assert len({each.kind for each in pieces}) > 15
    assert [(each.kind, why) for each in pieces if (why := misshapen(each))] == []
