"""Taking in many at once leaves what taking them in one by one would have left."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.core.casework import CLOSING, DIED, DOUBTED, SCREENING, SIGN_OFF, Piece
from casectl.core.errors import BadImport
from casectl.core.facts import earliest_by_group, facts_of
from casectl.core.fictitious import stories
from casectl.core.finding import sought
from casectl.core.intake import CASE_NUMBER, CLIENT_ID, NAME, Twin
from casectl.core.model import (
    ACTIVE,
    CLOSED,
    DEADLINE,
    DONE,
    FOLLOW_UP,
    OPEN,
    PENDING,
    REACHED,
    TRIED,
    Author,
    Case,
    Client,
    Contact,
    Load,
    Note,
    Promise,
)
from casectl.core.standards import Standards
from casectl.core.views import FAIL
from casectl.store import Caseload, bulk, create_caseload
from casectl.store.bulk import record_of
from casectl.store.identity import new_id, new_ids

TODAY = date(2026, 11, 18)
AUTHOR = Author("kim", TODAY.isoformat(), "2026-11-18T08:00:00Z")


def client(name: str = "Maria Example", **more: Any) -> Client:
    return Client("", name, **more)


def case(name: str = "Maria Example", **more: Any) -> Case:
    return Case("", 0, "", "", name, ACTIVE, 2, None, TODAY, TODAY)._replace(**more)


def load(name: str = "Maria Example", **more: Any) -> Load:
    return Load(client(name), case(name), **more)


def promise(what: str, days: int = 3, **more: Any) -> Promise:
    return Promise("", "", 0, FOLLOW_UP, what, TODAY + timedelta(days=days))._replace(**more)


def contact(days_ago: int, outcome: str = REACHED, **more: Any) -> Contact:
    day = TODAY - timedelta(days=days_ago)
    return Contact("", "", 0, day, outcome, "phone", "client")._replace(**more)


def failures(store: Caseload) -> list[str]:
    """What ``casectl doctor`` finds wrong; the machine's clock is not asked."""
    found = store.checkup.findings()
    return [f"{each.name}: {each.detail}" for each in found if each.state == FAIL]


# --- What is written ------------------------------------------------------------------------


def test_everything_comes_back_as_it_was_given(store: Caseload) -> None:
    given = Load(
        client(birth_date="2011-03", phone="555-0100", interpreter=True, external_id="P1"),
        case(program="Housing", need="a flat", external_id="C1", clock_from=TODAY),
        promises=(
            promise("call the school", 9, subject="call"),
            promise("hearing", 2, kind=DEADLINE, subject="court", due_time="09:00", lead_days=3),
            promise("form", -5, status=DONE, ended_on=TODAY, outcome="sent"),
        ),
        contacts=(contact(3, text="spoke"), contact(1, TRIED)),
        notes=(Note("", "", 0, TODAY, "a first note"),),
    )
    assert store.intake.load_many([given]) == (1, 1, 1)

    (made,) = store.cases.find("1").cases
    file = store.cases.file(made)
    assert (made.number, made.handle, made.worker) == (1, "example-1", "kim")
    assert file.client._replace(id="") == given.client
    unnumbered = made._replace(id="", number=0, handle="", client_id="", worker=None)
    assert unnumbered == given.case
    assert [(each.number, each.what, each.made_on) for each in file.promises] == [
        (2, "hearing", TODAY),
        (1, "call the school", TODAY),
        (3, "form", TODAY),
    ]
    assert [(each.number, each.worker, each.recorded_at) for each in file.contacts] == [
        (2, "kim", AUTHOR.moment),
        (1, "kim", AUTHOR.moment),
    ]
    assert [(each.number, each.text) for each in file.notes] == [(1, "a first note")]
    assert failures(store) == []


def test_what_is_signed_and_dated_stays_so(store: Caseload) -> None:
    moment = "2025-01-02T03:04:05Z"
    given = load(
        promises=[promise("call", made_on=TODAY - timedelta(days=9))],
        contacts=[contact(3, recorded_at=moment, worker="robin")],
    )
    store.intake.load_many([given._replace(case=case(worker="robin"))])
    file = store.cases.file(store.cases.find("1").cases[0])
    assert file.case.worker == "robin"
    assert file.promises[0].made_on == TODAY - timedelta(days=9)
    assert (file.contacts[0].recorded_at, file.contacts[0].worker) == (moment, "robin")


def test_later_writes_go_on_counting(store: Caseload) -> None:
    store.intake.load_many(
        [load(promises=[promise("one"), promise("two")], contacts=[contact(1)]), load("Bo Sample")]
    )
    first = store.cases.find("1").cases[0]
    assert store.promises.make(first, promise("three"), "follow").number == 3
    assert store.contacts.record(first, contact(0), command="reached").contact.number == 2
    assert store.notes.add(first, "noted", TODAY).number == 1
    assert store.intake.take_in(load("Chen Mock")).number == 3
    assert failures(store) == []


def test_many_batches_are_one_operation(store: Caseload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 10)
    loads = [load(f"Person {n}", promises=[promise("call")]) for n in range(34)]
    assert store.intake.load_many(loads, command="demo") == (34, 1, 34)
    (entry,) = store.journal.entries()
    assert (entry.command, entry.change_count) == ("demo", 3 * 34)
    assert [each.client for each in store.cases.all()] == [each.client.name for each in loads]
    assert failures(store) == []

    store.journal.undo()
    assert store.cases.all(closed=True) == []
    assert store.intake.load_many(loads[:2]) == (2, 35, 36)  # a number is never used again
    assert failures(store) == []


@pytest.mark.parametrize("count", [1, 19, 20, 21, 40, 61])
def test_rows_that_share_a_statement_are_rows_of_their_own(store: Caseload, count: int) -> None:
    loads = [load(f"Person {n}", promises=[promise("call")]) for n in range(count)]
    store.intake.load_many(loads)
    names = [each.client.name for each in loads]
    assert [each.client for each in store.cases.all()] == names
    (entry,) = store.journal.entries()
    changes = store.journal.changes(entry.id)
    assert [table for table, _, _ in changes] == [
        table for table in ("clients", "cases", "promises") for _ in loads
    ]
    assert [after and after["name"] for _, _, after in changes[:count]] == names
    assert failures(store) == []


def test_many_texts_leave_the_index_as_it_was_set(
    store: Caseload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 10)
    store.intake.load_many([load(f"Person {n}") for n in range(25)])
    store.intake.take_in(load("Ana Example"))
    kept = "SELECT v FROM search_index_config WHERE k = 'hashsize'"
    assert store.db.value(kept) == bulk.PIECE
    for words, name in (("erson 24", "Person 24"), ("example", "Ana Example")):
        wanted = sought(words, date(2026, 11, 18), None)
        assert [hit.text for hit in store.search.find(wanted, 5)] == [name]
    assert failures(store) == []


def test_nothing_to_load_is_no_operation(store: Caseload) -> None:
    assert store.intake.load_many([]).cases == 0
    assert store.journal.entries() == []


@pytest.mark.parametrize("batch", [2, 100])
def test_an_error_in_the_middle_writes_nothing(
    store: Caseload, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(bulk, "BATCH", batch)

    def loads() -> Iterator[Load]:
        yield from (load(f"Person {n}") for n in range(5))
        raise BadImport("row 7 is not for us")

    with pytest.raises(BadImport):
        store.intake.load_many(loads())
    assert store.cases.all() == []
    assert store.journal.entries() == []
    assert store.intake.take_in(load()).number == 1


def test_who_approves_last_can_take_it_all_back(store: Caseload) -> None:
    def refuse() -> None:
        raise BadImport("no")

    with pytest.raises(BadImport):
        store.intake.load_many([load()], approve=refuse)
    assert store.cases.all() == []


def test_a_closed_case_owes_nothing(store: Caseload) -> None:
    closed = case(status=CLOSED, closed_on=TODAY, close_reason="moved away")
    store.intake.load_many([load()._replace(case=closed)])
    assert store.db.value("SELECT count(*) FROM due_facts") == 0
    assert failures(store) == []


def test_memory_does_not_grow_with_the_rows(store: Caseload, monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "BATCH", 100)

    def peak_of(count: int) -> int:
        tracemalloc.start()
        store.intake.load_many(
            load(f"Person {n}", promises=[promise("call")]) for n in range(count)
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    peak_of(2_500)  # what is imported and cached once, and what tuples Python keeps to use again
    assert peak_of(1_000) < 1.5 * peak_of(200)


# --- The same facts as single writes --------------------------------------------------------

days_ago = st.integers(0, 6)
some_contacts = st.lists(
    st.builds(
        contact,
        days_ago,
        st.sampled_from((REACHED, TRIED)),
        by=st.sampled_from(("phone", "visit", "letter")),
        party=st.sampled_from(("client", "client", "guardian", "provider")),
        text=st.sampled_from((None, "spoke", "ǅemal rief an")),
    ),
    max_size=6,
)
some_promises = st.lists(
    st.builds(
        lambda days, status, kind: promise(
            "call", days, kind=kind, status=status, ended_on=None if status == OPEN else TODAY
        ),
        st.integers(-3, 3),
        st.sampled_from((OPEN, OPEN, DONE)),
        st.sampled_from((FOLLOW_UP, DEADLINE)),
    ),
    max_size=3,
)


@st.composite
def some_loads(draw: Any) -> Load:
    contacts = draw(some_contacts)
    if len(contacts) > 1 and draw(st.booleans()):
        wrong = contacts[0] = contacts[0]._replace(id=new_id())
        contacts[-1] = contacts[-1]._replace(corrects=wrong.id)
    urgency, risk = draw(st.integers(1, 4)), draw(st.sampled_from((None, "none", "imminent")))
    crisis = urgency == 4 or risk == "imminent"
    status = draw(st.sampled_from((ACTIVE, ACTIVE, PENDING, CLOSED)))
    drawn = case(
        urgency=urgency,
        risk=risk,
        status=status,
        closed_on=TODAY if status == CLOSED else None,
        close_reason="moved away" if status == CLOSED else None,
        crisis_since=TODAY - timedelta(days=2) if crisis else None,
        clock_from=draw(st.sampled_from((None, TODAY - timedelta(days=3)))),
    )
    return Load(client(), drawn, draw(some_promises), contacts)


@settings(max_examples=60, deadline=None)
@given(st.lists(some_loads(), min_size=1, max_size=4))
def test_facts_and_texts_are_those_of_the_records(loads: Sequence[Load]) -> None:
    with TemporaryDirectory() as folder:
        store = create_caseload(Path(folder) / "caseload.db", AUTHOR)
        store.intake.load_many(loads)
        assert failures(store) == []
        store.close()


def test_casework_comes_back_and_owes_what_is_read_of_it(store: Caseload) -> None:
    """Facts and texts are worked out of the loads; the check-up works them out of the rows."""
    loads = list(stories(1, 60, TODAY, Standards(), years=2))
    store.intake.load_many(loads)
    assert failures(store) == []
    made = {each.number: each for each in store.cases.all(closed=True)}
    for load in loads:
        case = made[load.case.number]
        told = [(each.kind, each.number, each.what, each.due_on) for each in load.casework]
        kept = [
            (each.kind, each.number, each.what, each.due_on) for each in store.casework.of(case)
        ]
        assert sorted(kept, key=str) == sorted(told, key=str)
        assert earliest_by_group(record_of(load)) == earliest_by_group(store.cases.record(case))


SINCE, LATER, BEFORE = "2026-11-16T10:00:00Z", "2026-11-16T10:00:01Z", "2026-11-16T09:59:59Z"
WAITS: dict[str, Any] = {
    "since": SINCE, "on": "2026-11-16", "contacts": 1, "screenings": 1,
    "level_reviewed_on": "2026-11-18",
}  # fmt: skip


@pytest.mark.parametrize("waits", [WAITS, WAITS | {"level_reviewed_on": "2026-11-02"}, None])
@pytest.mark.parametrize(
    ("contacts", "screened", "flagged"),
    [
        ((), None, 0),
        ((contact(2, by="visit", recorded_at=BEFORE),), None, 0),
        ((contact(2, recorded_at=SINCE),), None, 0),
        ((contact(3, recorded_at=BEFORE), contact(1, recorded_at=SINCE)), None, 0),
        ((contact(2, recorded_at=LATER),), None, 0),
        ((contact(3, recorded_at=LATER),), None, 0),
        ((contact(1, recorded_at=LATER, party="guardian"),), None, 0),
        ((contact(1, recorded_at=LATER, by="letter"),), None, 0),
        ((contact(1, id="c1", recorded_at=LATER),
          contact(1, TRIED, corrects="c1", recorded_at=LATER)), None, 0),
        ((), LATER, 0),
        ((), SINCE, 0),
        ((), None, 2),
        ((), None, 5),
    ],
)  # fmt: skip
def test_a_death_that_waits_is_silent_as_it_is_read(
    store: Caseload,
    contacts: tuple[Contact, ...],
    screened: str | None,
    flagged: int,
    waits: dict[str, Any] | None,
) -> None:
    died_on = TODAY - timedelta(days=2)
    body = {"said": DIED, **({} if waits is None else {"waits": waits})}
    pieces = [
        Piece("", "", CLOSING, 1, died_on, DIED, SIGN_OFF, due_on=died_on, body=body,
              recorded_at=SINCE),
    ]  # fmt: skip
    if screened is not None:
        pieces.append(
            Piece("", "", SCREENING, 1, TODAY, "PHQ-9", domain="phq9", recorded_at=screened)
        )
    flag: dict[str, Any] = (
        {"flagged_on": TODAY - timedelta(days=flagged), "crisis_since": TODAY} if flagged else {}
    )
    reviewed = TODAY if waits is WAITS else TODAY - timedelta(days=16)
    drawn = case(opened_on=TODAY - timedelta(days=16), level_reviewed_on=reviewed, **flag)
    given = Load(client(), drawn, contacts=contacts, casework=pieces)
    store.intake.load_many([given])
    (made,) = store.cases.find("1").cases
    read = store.cases.record(made)
    assert record_of(given).watches == read.watches
    facts = {fact.group.kind for fact in facts_of(read)}
    assert ("contact" in facts or "safety" in facts) is (
        any(watch.what == DOUBTED for watch in read.watches)
    )


def test_keys_are_in_order_and_all_different() -> None:
    keys = new_ids(2_000)
    assert keys == sorted(set(keys))
    assert all(len(key) == 36 and key[14] == "7" and key[19] in "89ab" for key in keys)
    assert new_ids(0) == []


# --- Who is on file already -----------------------------------------------------------------

Asked = list[list[tuple[str, str, int | None]]]


def watching(asked: Asked, *, same: bool = False) -> Callable[[Load, Sequence[Twin]], Load | None]:
    """Writes down who was found for each load; ``same`` makes the first of them the client."""

    def settle(each: Load, twins: Sequence[Twin]) -> Load | None:
        asked.append([(twin.why, twin.handle, twin.place) for twin in twins])
        return each._replace(same_client=twins[0].client_id) if same and twins else each

    return settle


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_twins_are_found_on_file_and_earlier_in_the_load(
    store: Caseload, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(bulk, "BATCH", batch)
    store.intake.take_in(Load(client("Ana Example", birth_date="1990"), case(external_id="C1")))
    asked: Asked = []
    store.intake.load_many(
        [
            Load(client("ANA  éxample", birth_date="1990"), case()),
            Load(client("Ana Example", birth_date="1991"), case()),
            Load(client("Bo Sample", external_id="P1"), case(external_id="C1")),
            Load(client("Chen Mock", external_id="P1"), case()),
        ],
        settle=watching(asked),
    )
    assert asked == [
        [(NAME, "example-1", None)],
        [],
        [(CASE_NUMBER, "example-1", None)],
        [(CLIENT_ID, "sample-4", 2)],
    ]


def test_namesakes_are_told_apart_by_their_ids(store: Caseload) -> None:
    asked: Asked = []
    store.intake.load_many(
        [
            Load(client("Ana Example", external_id="P1"), case()),
            Load(client("Ana Example", external_id="P2"), case()),
            Load(client("Ana Example"), case()),
        ],
        settle=watching(asked),
    )
    assert asked == [[], [], [(NAME, "example-1", 0)]]


def test_namesakes_need_not_be_looked_for(store: Caseload) -> None:
    asked: Asked = []
    store.intake.load_many([load(), load()], settle=watching(asked), namesakes=False)
    assert asked == [[], []]


@pytest.mark.parametrize("batch", [1, 100])
def test_a_known_person_gets_another_case(
    store: Caseload, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(bulk, "BATCH", batch)
    loads = [Load(client(external_id="P1"), case(external_id=f"C{n}")) for n in range(3)]
    store.intake.load_many(loads, settle=watching([], same=True))
    made = store.cases.all()
    assert len(made) == 3
    assert len({each.client_id for each in made}) == 1
    assert failures(store) == []


def test_a_load_that_is_left_out_takes_no_number(store: Caseload) -> None:
    loads = [load("Ana Example"), load("Bo Sample"), load("Chen Mock")]
    made = store.intake.load_many(
        loads, settle=lambda each, _: None if each.client.name == "Bo Sample" else each
    )
    assert made == (2, 1, 2)
    assert [each.handle for each in store.cases.all()] == ["example-1", "mock-2"]


def test_keys_sort_by_the_moment_they_were_made_within_a_millisecond() -> None:
    keys = [new_id() for _ in range(500)]
    assert len(set(keys)) == 500 and {key[14] for key in keys} == {"7"}
    moments = [key[:18] for key in keys]
    assert moments == sorted(moments)
