"""refer, referral: a silent one is asked about until somebody answers, and nobody is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conftest import Run

from casectl.core.casework import DISCLOSURE, REFERRAL, Piece
from casectl.core.model import Case
from casectl.store import Caseload

OPEN_TODAY = "--domain food --capacity open --verified today"
OVERRIDE = "--override 'asked by phone, the client beside me'"


@pytest.fixture
def ben(run: Run, caseload: None) -> None:
    run("intake 'Ben Example' --risk low --on 2026-11-04 --next call --due '1 mar'")
    run("need add 1 'no food' --domain food --priority high")
    run(f"resource add 'Example Pantry' 'food parcels' {OPEN_TODAY}")
    run(f"resource add 'Sample Kitchen' 'hot meals' {OPEN_TODAY}")


@pytest.fixture
def sent(run: Run, ben: None) -> None:
    assert run(f"refer 1 1 --send {OVERRIDE} --by phone --who 'Ms Sample'").code == 0


@pytest.fixture
def case(ben: None, store: Caseload) -> Case:
    found = store.cases.by_number(1)
    assert found is not None
    return found


def of(store: Caseload, case: Case, kind: str = REFERRAL) -> list[Piece]:
    return store.casework.of(case, kind)


# -- sending ---------------------------------------------------------------------------------------


def test_without_a_service_a_terminal_offers_those_that_fit(
    run: Run, case: Case, store: Caseload
) -> None:
    run(f"resource add 'Full House' 'soup' {OPEN_TODAY.replace('open', 'full')}")
    run("resource add 'Sample Law' 'advice' --domain legal")
    asked = run("refer 1", answers=["2"])
    assert asked.code == 0, asked.err
    told = " ".join(asked.err.split())
    first, second, near = (told.index(name) for name in ("food parcels", "hot meals", "soup"))
    assert first < second < near
    assert "1 food parcels, Example Pantry (meets need1 no food; has room" in told
    assert "advice" not in told, "it meets none of the needs"
    assert [each.body["resource"] for each in of(store, case)] == [2]


def test_the_picker_finds_by_words_and_asks_again(run: Run, case: Case, store: Caseload) -> None:
    asked = run("refer 1", answers=["nothing such", "9", "pantry", "y"])
    assert asked.code == 0, asked.err
    assert "no resource 'nothing such'" in asked.err and "no resource 9" in asked.err
    assert [each.body["resource"] for each in of(store, case)] == [1]
    left = run("refer 1 --need 1", answers=[""])
    assert left.code != 0 and "nothing was chosen" in left.err
    assert len(of(store, case)) == 1


def test_a_script_is_told_what_lists_the_services(run: Run, case: Case, store: Caseload) -> None:
    refused = run("refer 1")
    assert refused.code == 2
    assert "SERVICE is missing" in refused.err
    assert "casectl resource match 1" in refused.err
    assert refused.err.count("\n") == 1 and of(store, case) == []


def test_the_picker_needs_a_need(run: Run, ben: None) -> None:
    run("need met 1.need1 'has enough'")
    refused = run("refer 1", answers=["1"])
    assert refused.code == 2 and "has no open need" in refused.err
    assert "Which one?" not in refused.err


def test_a_draft_asks_to_be_sent(run: Run, case: Case, store: Caseload) -> None:
    result = run("refer 1 1")
    assert result.out.splitlines() == [
        "Ben Example (example-1): 1.ref1 food parcels, Example Pantry: draft of Wed 18 Nov, "
        "not sent.",
        "To be sent by Wed 25 Nov 2026: casectl referral send 1.ref1",
    ]
    assert of(store, case, DISCLOSURE) == [], "nothing was told to anybody"
    (draft,) = of(store, case)
    assert draft.body["needs"] == [1] and draft.domain == "food"
    items = {each["item"]: each for each in run("show 1 --json", today="2026-11-25").json["due"]}
    assert items["1.ref1"]["status"] == "DUE TODAY"


def test_without_a_release_nothing_is_sent(run: Run, case: Case, store: Caseload) -> None:
    for words in ("refer 1 1 --send", "referral send 1.ref1"):
        result = run(words)
        if words.startswith("refer "):
            assert of(store, case) == [], "not even a draft"
            run("refer 1 1")
        assert (result.code, result.out) == (1, "")
        assert "no release lets 'Example Pantry' be told of example-1" in result.err
        assert "casectl consent add 1 --to 'Example Pantry' --purpose 'referral'" in result.err
    assert [each.stage for each in of(store, case)] == ["draft"]
    assert of(store, case, DISCLOSURE) == []


def test_an_override_is_logged_with_its_reason(run: Run, case: Case, store: Caseload) -> None:
    run("refer 1 1")
    result = run(f"referral send 1.ref1 {OVERRIDE} --by phone --who 'Ms Sample' --warm 'Ben and I'")
    assert result.code == 0, result.err
    (told,) = of(store, case, DISCLOSURE)
    assert (told.who, told.what) == ("Example Pantry", "referral to food parcels: no food")
    assert told.body["override"] == "asked by phone, the client beside me"
    (event,) = run("referral show 1.ref1 --json").json["log"]
    assert (event["did"], event["who"], event["by"]) == ("sent", "Ms Sample", "phone")
    assert event["there"] == "Ben and I"
    assert run(f"referral send 1.ref1 {OVERRIDE}").code == 2, "it is sent once"
    undone = run("undo --yes")
    assert undone.code == 1 and "what was told cannot be taken back" in undone.err
    assert len(of(store, case, DISCLOSURE)) == 1


def test_a_draft_is_sent_for_another_purpose(run: Run, case: Case, store: Caseload) -> None:
    run("refer 1 1")
    assert run(f"referral send 1.ref1 --purpose housing {OVERRIDE}").code == 0
    (piece,), (told,) = of(store, case), of(store, case, DISCLOSURE)
    assert (piece.body["purpose"], told.body["purpose"]) == ("housing", "housing")
    assert [each["did"] for each in piece.body["log"]] == ["sent"]


def test_a_live_release_lets_it_go(run: Run, case: Case, store: Caseload) -> None:
    from casectl.core.consents import Release, new_release
    from casectl.store.casework import add

    today = date(2026, 11, 18)
    given = Release(
        "example pantry", "referral; housing", "needs", "the agency", until=today,
        told_rights=True, signed_on=today,
    )  # fmt: skip
    with store.journal.operation("consent add") as operation:
        release = add(operation, new_release(case, given, today))
    assert run("refer 1 1 --send").code == 0
    (told,) = of(store, case, DISCLOSURE)
    assert told.parent == release.id and "override" not in told.body
    other = run("refer 1 1 --need 1 --send --purpose legal")
    assert other.code in (1, 2) and len(of(store, case)) == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("refer 1 9", 3, "no resource 9"),
        ("refer 1 nothing", 3, "no resource 'nothing'"),
        ("refer 9 1", 3, "no case '9'"),
        ("refer 1 pantry", 4, "is only words of resource 1"),
        ("refer 1 1 --need 7", 3, "example-1 has no need 7"),
        ("refer 1 1 --need legal", 3, "no open need in legal"),
        ("refer 1 1 --need fod", 2, "no domain 'fod'"),
        ("refer 1 1 --on tomorrow", 2, "is still ahead"),
        ("refer 1 1 --on '1 nov'", 2, "before the intake"),
        ("refer 1 1 --by phone", 2, "add --send"),
        ("refer 1 1 --send --by pigeon", 2, "no means 'pigeon'"),
        ("referral answer 1.ref1 accepted", 3, "no referral 1.ref1"),
        ("referral show 1", 3, "has no open referral"),
        ("referral list --all", 2, "--all is for one case"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_writes_nothing(
    run: Run, case: Case, store: Caseload, words: str, code: int, told: str
) -> None:
    result = run(words)
    assert (result.code, result.out) == (code, ""), result.err
    assert told in result.err and result.err.count("\n") == 1
    assert of(store, case) == [] and of(store, case, DISCLOSURE) == []


def test_a_closed_case_is_referred_nowhere(run: Run, ben: None) -> None:
    run("intake 'Ada Trial' --pending --risk low")
    assert run("close 2 --reason declined").code == 0
    result = run("refer 2 1")
    assert (result.code, "trial-2 is closed" in result.err) == (2, True)


def test_the_same_need_goes_to_one_service_once(run: Run, sent: None) -> None:
    assert "goes to resource 1 for that already" in run("refer 1 1").err
    assert run("refer 1 2").code == 0


def test_what_is_not_verified_or_full_is_said(run: Run, ben: None) -> None:
    run("resource add Old help --domain food --capacity full")
    out = run("refer 1 3").out
    assert "Resource 3 is NEVER VERIFIED: casectl resource verify 3" in out
    assert "Resource 3 is full, as far as is known." in out


# -- silence ---------------------------------------------------------------------------------------


def test_a_silent_referral_is_asked_about_every_interval_until_answered(
    run: Run, sent: None
) -> None:
    """Day by day for ten weeks: nothing but an answer ends it, and no day goes without it."""
    first = date(2026, 11, 18)
    asked, last = [], first
    for count in range(70):
        day = (first + timedelta(days=count)).isoformat()
        items = {each["item"]: each for each in run("show 1 --json", today=day).json["due"]}
        assert "1.ref1" in items, f"on {day} nobody would know of it"
        owed = items["1.ref1"]
        assert owed["due"] <= (last + timedelta(days=7)).isoformat()
        if owed["due"] > day:
            continue
        assert owed["status"] == "DUE TODAY"
        result = run("referral chase 1.ref1 'left a message' --by phone", today=day)
        assert result.code == 0, result.err
        last = date.fromisoformat(day)
        asked.append(count)
    assert asked == [7, 14, 21, 28, 35, 42, 49, 56, 63]
    day = (first + timedelta(days=70)).isoformat()
    made = run("referral show 1.ref1 --json", today=day).json
    assert (made["stage"], made["asked"], len(made["log"])) == ("sent", 9, 10)
    assert run("referral answer 1.ref1 accepted --by phone", today=day).code == 0
    items = {each["item"]: each for each in run("show 1 --json", today=day).json["due"]}
    assert items["1.ref1"]["what"] == "are they connected? food parcels"


def test_not_asking_leaves_it_late_and_later(run: Run, sent: None) -> None:
    late = [
        run("show 1 --json", today=day).json["due"]
        for day in ("2026-11-25", "2026-12-02", "2026-12-09")
    ]
    statuses = [next(e["status"] for e in each if e["item"] == "1.ref1") for each in late]
    assert statuses == ["DUE TODAY", "OVERDUE 7d", "OVERDUE 14d"]


def test_asking_is_logged_and_told(run: Run, sent: None) -> None:
    run("referral chase 1.ref1 'left a message' --by phone --who 'the desk'", today="2026-11-25")
    out = run("referral list", width=80, today="2026-11-26").out
    assert "silent since Wed 18 Nov, asked 1x, last Wed 25 Nov" in " ".join(out.split())
    shown = run("show 1", width=80, today="2026-11-26").out
    assert "Referred: ref1 food parcels, Example Pantry, silent since Wed 18 Nov" in shown
    assert "asked by phone with the desk: left a message" in (
        " ".join(run("referral show 1.ref1", width=100, today="2026-11-26").out.split())
    )
    assert run("referral chase 1.ref1 --on '17 nov'", today="2026-11-26").code == 2


def test_the_interval_is_the_program_s(run: Run, ben: None) -> None:
    run("config set standards.referral 3")
    run(f"refer 1 1 --send {OVERRIDE}")
    items = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    assert items["1.ref1"] == "2026-11-20"  # the 21st is a Saturday


def test_whoever_is_to_be_asked_has_their_number_wherever_one_asks(run: Run, sent: None) -> None:
    assert run("resource edit 1 --phone 555-0199").code == 0
    words = "Example Pantry: 555-0199 (casectl resource show 1)"
    assert "phone\t555" in run("referral show 1.ref1").out, "a pipe has it as it is"
    for command in ("referral show 1.ref1", "referral list --silent", "referral chase 1.ref1"):
        told = " ".join(run(command, width=80).out.split())
        assert words in told, command
    assert run("referral list --json").json[0]["phone"] == ["555-0199"]
    assert run("referral show 1.ref1 --json").json["phone"] == ["555-0199"]
    assert "555-0199" not in run("--private referral show 1.ref1", width=80).out
    run("referral answer 1.ref1 accepted")
    assert "555-0199" not in run("referral list", width=80).out, "nobody is silent"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ([], "casectl referral send 1.ref1 sends it"),
        ([f"referral send 1.ref1 {OVERRIDE}"], "casectl referral answer 1.ref1 records"),
        (
            [f"referral send 1.ref1 {OVERRIDE}", "referral answer 1.ref1 waitlisted"],
            "casectl referral connected 1.ref1 once the client says",
        ),
        (["referral cancel 1.ref1 mistaken"], "is cancelled and over"),
    ],
)
def test_what_is_no_promise_names_what_goes_on_as_it_stands(
    run: Run, ben: None, before: list[str], told: str
) -> None:
    for command in ("refer 1 1", *before):
        assert run(command).code == 0, command
    for command in ("done 1.ref1", "reached 1.ref1"):
        refused = run(command)
        assert (refused.code, refused.out) == (2, "")
        assert told in refused.err and refused.err.count("\n") == 1


# -- answers ---------------------------------------------------------------------------------------


def test_who_answered_when_and_by_which_means(run: Run, sent: None) -> None:
    words = "referral answer 1.ref1 waitlisted 'six weeks' --by email --who 'Mr Desk' --on thu"
    assert run(words, today="2026-11-20").code == 0
    event = run("referral show 1.ref1 --json").json["log"][-1]
    assert (event["did"], event["on"], event["by"]) == ("waitlisted", "2026-11-19", "email")
    assert (event["who"], event["said"]) == ("Mr Desk", "six weeks")
    items = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    assert items["1.ref1"] == "2026-12-17", "a waiting list is asked about every four weeks"


def test_the_hints_after_a_no_are_commands_that_work(run: Run, sent: None) -> None:
    out = run("referral answer 1.ref1 declined").out
    assert "casectl resource match 1" in out and "(casectl refer 1)" not in out
    refused = run("done 1.ref1")
    assert refused.code == 2 and "chase" not in refused.err
    assert "casectl referral close 1.ref1 REASON ends it" in refused.err


def test_declined_offers_the_next_and_owes_it_until_found(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    run("resource add Third far --domain food --capacity full")
    result = run("referral answer 1.ref1 declined 'no room' --by phone")
    assert "Next that fits: hot meals, Sample Kitchen (has room): casectl refer 1 2 --need 1" in (
        result.out
    )
    assert "Third" not in result.out, "a full one is no offer"
    for day in ("2026-11-18", "2026-12-18", "2027-03-01"):
        items = {each["item"]: each for each in run("show 1 --json", today=day).json["due"]}
        assert items["1.ref1"]["what"] == "refer elsewhere: food parcels"
    made = run("refer 1 2 --need 1")
    assert "It takes the place of 1.ref1, which was declined." in made.out
    first, second = of(store, case)
    assert (first.status, first.outcome) == ("done", "referred to Sample Kitchen")
    assert second.stage == "draft"
    run("undo --yes")
    assert [each.stage for each in of(store, case)] == ["declined"]
    run("referral close 1.ref1 'does not want it any more'")
    assert of(store, case)[0].status == "done"


def test_a_no_is_told_before_anybody_goes_there_again(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    run("referral answer 1.ref1 declined 'full till june'", today="2026-12-20")
    for today in ("2026-12-20", "2027-01-04"):
        first, second = run("resource match 1 --json", today=today).json
        assert (first["resource"], second["resource"]) == (2, 1)
        assert first["against"] == [] and len(second["against"]) == 1
        assert second["against"][0].replace(" 2026", "") == "declined Sun 20 Dec: full till june"
    refused = run("refer 1 1", today="2026-12-21")
    assert (refused.code, refused.out) == (4, "")
    assert "declined Sun 20 Dec: full till june" in refused.err
    assert "--yes refers there again" in refused.err and refused.err.count("\n") == 1
    hidden = run("--private refer 1 1", today="2026-12-21").err
    assert "declined before" in hidden and "full till june" not in hidden
    asked = run("refer 1", today="2026-12-21", answers=["1", "n"])
    assert "full till june" in asked.err and asked.err.index("hot meals") < asked.err.index(
        "parcel"
    )
    assert asked.code != 0 and len(of(store, case)) == 1
    assert run("refer 1 1 --yes", today="2026-12-21").code == 0
    assert [each.status for each in of(store, case)] == ["done", "open"]
    (_, second) = run("resource match 1 --json", today="2026-12-21").json
    assert second["against"] == ["open already: 1.ref2"]


def test_a_no_for_another_need_or_one_taken_back_speaks_against_nobody(
    run: Run, sent: None
) -> None:
    run("referral answer 1.ref1 declined 'full till june'")
    run("need add 1 'no bus' --domain transport")
    run("resource edit 1 --domain food --domain transport")
    (other,) = run("resource match 1 --need 2 --json").json
    assert other["against"] == [] and other["resource"] == 1
    assert run("referral answer 1.ref1 accepted 'a place came free'").code == 0
    found = {e["resource"]: e["against"] for e in run("resource match 1 --need 1 --json").json}
    assert found[1] == ["open already: 1.ref1"]


def test_when_nothing_else_fits_it_says_so(run: Run, sent: None) -> None:
    run("resource retire 2 gone")
    out = run("referral answer 1.ref1 declined").out
    assert "No other service on record fits" in out


def test_the_whole_way_with_a_warm_hand_off(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    assert run("referral answer 1.ref1 accepted --who 'Ms Sample' --by phone").code == 0
    result = run("referral schedule 1.ref1 '24 nov 10:00' 'bring papers' --by phone")
    assert "scheduled for Tue 24 Nov 10:00" in result.out
    assert run("referral schedule 1.ref1 '1 nov'").code == 2
    items = {each["item"]: each["due"] for each in run("show 1 --json").json["due"]}
    assert items["1.ref1"] == "2026-11-24"
    came = run("referral received 1.ref1 --warm 'Ms Sample, Ben and I'", today="2026-11-24")
    assert "received today" in came.out or "received Tue 24 Nov" in came.out
    (piece,) = of(store, case)
    assert piece.status == "open", "what the service says is not what the client says"


def test_the_day_there_keeps_its_hour_and_what_was_said(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    told = "10:00 Example Pantry: are they connected? ask for Ms Sample"
    scheduled = run("referral schedule 1.ref1 '24 nov 10:00' 'ask for Ms Sample'")
    assert "scheduled for Tue 24 Nov 10:00 (ask for Ms Sample)" in scheduled.out
    words = {e["item"]: e["what"] for e in run("show 1 --json", today="2026-11-24").json["due"]}
    assert words["1.ref1"] == told
    assert run("reached 1 spoke").code == 0
    for command in ("today", "week", "show 1"):
        out = " ".join(run(command, width=120, today="2026-11-24").out.split())
        assert "10:00 Example Pantry: are" in out, command
    assert run("doctor").code == 0
    # Asked the day before, the day stays; once it has gone by, the interval begins anew.
    for day, looked in (("23", "24"), ("24", "24"), ("25", "02")):
        assert run("referral chase 1.ref1 rang", today=f"2026-11-{day}").code == 0
        assert str(of(store, case)[0].due_on)[8:] == looked, day
    words = {e["item"]: e["what"] for e in run("show 1 --json", today="2026-12-02").json["due"]}
    assert words["1.ref1"] == told, "what came after it takes nothing away"
    run("referral schedule 1.ref1 '24 dec'", today="2026-12-02")
    words = {e["item"]: e["what"] for e in run("show 1 --json", today="2026-12-02").json["due"]}
    assert words["1.ref1"] == "are they connected? food parcels"
    private = run("--private today", width=120, today="2026-12-24").out
    assert "Ms Sample" not in private and "Pantry" not in private


def test_received_before_the_day_that_was_fixed_is_asked(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    run("referral schedule 1.ref1 '10 dec 10:00'")
    refused = run("referral received 1.ref1", today="2026-12-04")
    assert (refused.code, refused.out) == (4, "")
    assert "1.ref1 is scheduled for Thu 10 Dec 2026" in refused.err
    assert of(store, case)[0].stage == "scheduled"
    assert run("referral received 1.ref1", today="2026-12-04", answers=["y"]).code == 0
    assert of(store, case)[0].stage == "received"
    run("undo --yes")
    assert run("referral received 1.ref1", today="2026-12-10").code == 0, "it is the day"


def test_connected_is_what_the_client_says(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    refused = run("referral connected 1.ref1")
    assert refused.code == 2
    assert refused.err == (
        "casectl: who says that they are connected?; --by MEANS where the client told you, or "
        "--contact ITEM where it is on record\n"
    )
    assert of(store, case)[0].status == "open"
    done = run("referral connected 1.ref1 'goes every Friday' --by phone")
    assert "connected Wed 18 Nov: goes every Friday" in done.out
    assert "Recorded as reached: 1.c1." in done.out
    assert "Is the need met? 1.need1 no food: casectl need met 1.need1" in done.out
    contact = store.contacts.numbered(case, 1)
    assert contact is not None
    assert (contact.outcome, contact.by, contact.party) == ("reached", "phone", "client")
    assert contact.item == "1.ref1"
    assert run("referral chase 1.ref1").code == 2
    run("undo --yes")
    assert of(store, case)[0].status == "open"


def test_connected_by_a_contact_on_record(
    run: Run, sent: None, case: Case, store: Caseload
) -> None:
    run("tried 1 'no answer'", today="2026-11-20")
    run("contact 1 'the nurse says so' --outcome reached --with provider", today="2026-11-20")
    run("reached 1 'likes it'", today="2026-11-23")
    for contact, told in (
        ("1.c1", "did not reach the client"),
        ("1.c2", "did not reach the client"),
        ("1.c9", "has no contact 1.c9"),
        ("x", "--contact takes a contact"),
    ):
        result = run(f"referral connected 1.ref1 --contact {contact}", today="2026-11-24")
        assert result.code in (2, 3) and told in result.err
    assert run("referral connected 1.ref1 --contact 1.c3 --by phone").code == 2
    result = run("referral connected 1.ref1 --contact 1.c3", today="2026-11-24")
    assert result.code == 0, result.err
    (piece,) = of(store, case)
    assert piece.stage == "connected" and piece.ended_on == date(2026, 11, 23)
    assert store.contacts.numbered(case, 4) is None, "no contact is written twice"


def test_a_contact_from_before_it_was_sent_confirms_nothing(run: Run, ben: None) -> None:
    run("reached 1 talked", today="2026-11-16")
    run(f"refer 1 1 --send {OVERRIDE}")
    result = run("referral connected 1.ref1 --contact 1.c1")
    assert (result.code, "was before it was sent" in result.err) == (2, True)


def test_a_terminal_asks_how_the_client_said_so(run: Run, sent: None) -> None:
    result = run("referral connected 1.ref1", answers=["fone", "phone"])
    assert result.code == 0 and "connected" in result.out
    assert "no means 'fone': it is one of" in result.err


def test_a_terminal_asks_what_they_answered(run: Run, sent: None) -> None:
    result = run("referral answer 1.ref1", answers=["acepted", "accepted"])
    assert result.code == 0 and "no answer 'acepted'" in result.err
    assert run("referral answer 1.ref1 --no-input").code == 2


@pytest.mark.parametrize(
    "steps",
    [
        [], ["answer 1.ref1 accepted"], ["answer 1.ref1 waitlisted"], ["answer 1.ref1 declined"],
        ["answer 1.ref1 accepted", "schedule 1.ref1 fri"], ["received 1.ref1"],
    ],
)  # fmt: skip
def test_it_is_cancelled_from_wherever_it_is(
    run: Run, sent: None, case: Case, store: Caseload, steps: list[str]
) -> None:
    for each in steps:
        assert run(f"referral {each}").code == 0
    assert run("referral cancel 1.ref1").code == 2, "a reason is wanted"
    assert run("referral cancel 1.ref1 'moved away'").code == 0
    (piece,) = of(store, case)
    assert (piece.status, piece.stage, piece.outcome) == ("dropped", "cancelled", "moved away")
    assert run("referral cancel 1.ref1 again").code == 2
    assert "1.ref1" not in run("show 1 --json").json["due"]


def test_other_verbs_say_what_a_referral_takes(run: Run, sent: None) -> None:
    result = run("done 1.ref1")
    assert result.code == 2 and "casectl referral answer" in result.err


def test_listing(run: Run, sent: None) -> None:
    run("refer 1 2")
    assert run("referral list --fields item,stage").out == "1.ref1\tsent\n1.ref2\tdraft\n"
    assert run("referral list --silent --fields item").out == "1.ref1\n"
    run("referral cancel 1.ref2 why")
    assert run("referral list 1 --fields item").out == "1.ref1\n"
    assert run("referral list 1 --all --fields item").out.split() == ["1.ref1", "1.ref2"]
    private = run("--private referral list", width=80).out
    assert "B.E." in private and "Pantry" not in private and "silent since Wed 18 Nov" in private
