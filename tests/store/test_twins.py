"""Who may be on file already: one at a time and in bulk, the same birth dates say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from conftest import Run
from hypothesis import given, settings
from hypothesis import strategies as st

from casectl.core.intake import NAME, Twin, told_apart
from casectl.core.model import ACTIVE, Author, Case, Client, Load
from casectl.core.text import fold
from casectl.store import Caseload, bulk, create_caseload, twins

TODAY = date(2026, 11, 18)
AUTHOR = Author("kim", TODAY.isoformat(), "2026-11-18T08:00:00Z")

Settle = Callable[[Load, Sequence[Twin]], Load | None]


def load(
    name: str = "Maria Example",
    born: str | None = None,
    ref: str | None = None,
    case_ref: str | None = None,
) -> Load:
    case = Case("", 0, "", "", name, ACTIVE, 2, None, TODAY, TODAY, external_id=case_ref)
    return Load(Client("", name, birth_date=born, external_id=ref), case)


def watching(found: list[list[tuple[str, int]]]) -> Settle:
    def settle(each: Load, twins: Sequence[Twin]) -> Load:
        found.append([(twin.why, twin.number) for twin in twins])
        return each

    return settle


PAIRS = [
    (None, None, True),
    ("1978-03-29", None, True),
    (None, "1978-03-29", True),
    (None, "1978", True),
    ("1978", "1978-03-29", True),
    ("1978-03", "1978", True),
    ("1978-03-29", "1978-03", True),
    ("1978-03-29", "1978-03-29", True),
    ("1978-03-29", "1978-03-28", False),
    ("1978-03", "1978-04-01", False),
    ("1978", "1979", False),
]


@pytest.mark.parametrize(("first", "second", "twins"), PAIRS)
@pytest.mark.parametrize("batch", [1, 100])
def test_birth_dates_that_agree_make_twins_of_namesakes(
    store: Caseload,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    first: str | None,
    second: str | None,
    twins: bool,
) -> None:
    """Within a batch and across batches, and as one at a time is asked about."""
    monkeypatch.setattr(bulk, "BATCH", batch)
    found: list[list[tuple[str, int]]] = []
    loads = [load(born=first), load("MARÍA  Example", born=second)]
    store.intake.load_many(loads, settle=watching(found))
    assert found == [[], [(NAME, 1)] if twins else []]
    on_file = store.intake.possible_duplicates("maria example", second)
    assert (1 in [case.number for case in on_file]) == twins


@pytest.mark.parametrize(("first", "second", "twins"), PAIRS)
def test_a_row_and_a_flag_are_told_the_same(
    run: Run, caseload: None, first: str | None, second: str | None, twins: bool
) -> None:
    born = f"--dob {first}" if first else ""
    assert run(f"intake 'Maria Example' {born}").code == 0
    code = 4 if twins else 0
    result = run("intake --from -", stdin=f"name,dob\nmaria example,{second or ''}\n")
    assert result.code == code, result.err
    if not code:
        run("undo")
    born = f"--dob {second}" if second else ""
    assert run(f"intake 'maria example' {born}").code == code


def test_the_report_says_what_the_two_have_in_common(run: Run, caseload: None) -> None:
    stdin = "name,dob\nAnn Test,1978\nAnn Test,1978-03\nBo Test,1990\nBo Test,\nC,1970\nC,1970\n"
    result = run("intake --from -", stdin=stdin)
    assert result.err.splitlines()[:-1] == [
        "row 3: the same name, and a birth date that agrees, as row 2",
        "row 5: the same name as row 4",
        "row 7: the same name and birth date as row 6",
    ]


def test_numbers_tell_namesakes_apart_while_a_birth_date_is_missing(store: Caseload) -> None:
    found: list[list[tuple[str, int]]] = []
    loads = [
        load(born="1978", ref="P1"),
        load(ref="P2"),  # another system's number for each, and one birth date is not known
        load(born="1978-03", ref="P3"),  # both are known, and agree
        load(ref="P4"),
        load(),
        load(ref="P5"),  # the one before may be anybody
    ]
    store.intake.load_many(loads, settle=watching(found))
    assert found == [[], [], [(NAME, 1)], [], [(NAME, 1)], [(NAME, 5)]]


def test_who_is_left_out_is_nobody_s_twin(store: Caseload) -> None:
    found: list[list[tuple[str, int]]] = []
    watch = watching(found)

    def settle(each: Load, twins: Sequence[Twin]) -> Load | None:
        watch(each, twins)
        return None if each.client.birth_date == "1978" else each

    store.intake.load_many([load(born="1978"), load(), load(born="1990")], settle=settle)
    assert found == [[], [], [(NAME, 1)]]


@pytest.mark.parametrize("batch", [30, 1_000])
def test_many_birth_dates_under_one_name(
    store: Caseload, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(bulk, "BATCH", batch)
    days = [f"19{year}-0{month}-15" for year in range(50, 90) for month in (1, 2, 3)]
    assert len(days) > twins.MANY_BIRTH_DATES
    found: list[list[tuple[str, int]]] = []
    loads = [load("Redacted", born) for born in [*days, *days[:3], "1950-01"]]
    store.intake.load_many(loads, settle=watching(found))
    last = [[(NAME, number)] for number in (1, 2, 3, 1)]
    assert found == [[]] * len(days) + last


some_loads = st.lists(
    st.builds(
        load,
        st.sampled_from(("Ann Test", "ánn  TEST", "Bo Test")),
        st.sampled_from((None, "1978", "1978-03", "1978-03-29", "1978-03-30", "1990-01-01")),
        st.sampled_from((None, None, "P1", "P2")),
        st.sampled_from((None, None, "C1", "C2")),
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=80, deadline=None)
@given(some_loads, st.sampled_from((1, 2, 100)))
def test_it_finds_what_looking_at_everybody_finds(loads: Sequence[Load], batch: int) -> None:
    """A namesake is passed over only where a number has found the same person already."""
    before: list[Load] = []

    def settle(each: Load, twins: Sequence[Twin]) -> Load:
        named = [other for other in before if may_be(each, other)]
        assert bool(twins) or not named
        for twin in twins:
            if twin.why == NAME:
                assert before[twin.number - 1] in named
        before.append(each)
        return each

    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(bulk, "BATCH", batch)
        store = create_caseload(Path(folder) / "caseload.db", AUTHOR)
        store.intake.load_many(loads, settle=settle)
        store.close()


def may_be(one: Load, other: Load) -> bool:
    mine, theirs = one.client.birth_date or "", other.client.birth_date or ""
    client, case = other.client, other.case
    namesake = Twin(
        NAME, 0, "", "", client.name, client.birth_date, client.external_id, case.external_id
    )
    return (
        fold(one.client.name) == fold(client.name)
        and (mine.startswith(theirs) or theirs.startswith(mine))
        and not told_apart(one, namesake)
    )
