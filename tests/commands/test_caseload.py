"""caseload, escalate, summary and report: what a worker carries, and what a supervisor sees."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

WIDTHS = (40, 80, 120)


@pytest.fixture
def three(run: Run, caseload: None) -> None:
    """Case 1 is in crisis and late, 2 is high and out of contact, 3 is low and new."""
    for command, day in (
        ("intake 'Maria Example' --urgency crisis --risk imminent --on 2026-11-12 --new "
         "--program Housing", "2026-11-12"),
        ("reached 1 'at home'", "2026-11-13"),
        ("intake 'Pavel Sample' --urgency high --risk high --on 2026-10-05 --new "
         "--program Reentry", "2026-10-05"),
        ("reached 2 'first talk' --minutes 30", "2026-10-06"),
        ("deadline 2 'court date' --kind court --due 2026-11-16", "2026-10-06"),
        ("intake 'Inez Invented' --urgency low --risk low --new --program Housing", "2026-11-18"),
        ("follow 3 'call back' --due 2026-11-20", "2026-11-18"),
    ):  # fmt: skip
        result = run(command, today=day)
        assert result.code == 0, (command, result.err)


# -- caseload --------------------------------------------------------------------------------------


def told(run: Run, *more: str) -> dict[str, Any]:
    made: dict[str, Any] = run(["caseload", "--json", *more]).json
    return made


def test_what_the_cases_weigh(run: Run, three: None) -> None:
    made = told(run)
    assert (made["cases"], made["points"], made["full_time"]) == (3, 8 + 4 + 1, None)
    assert made["by_level"]["crisis"] == {"cases": 1, "points": 8}
    assert made["by_phase"]["assessment"] == {"cases": 3, "points": 13}
    assert made["by_program"] == {
        "Housing": {"cases": 2, "points": 9},
        "Reentry": {"cases": 1, "points": 4},
    }
    assert made["by_status"] == {"active": {"cases": 3, "points": 13}}
    assert [each["opened"] for each in made["trend"]] == [0, 0, 0, 0, 0, 2]
    assert [each["points"] for each in made["trend"]] == [4, 4, 4, 4, 4, 13]
    first = made["longest_unreached"][0]
    assert (first["case"], first["reached"], first["days"]) == (2, "2026-10-06", 43)


def test_phases_follow_the_record(run: Run, caseload: None) -> None:
    assert run("intake 'Maria Example' --new").code == 0

    def phase() -> str:
        parts: dict[str, Any] = told(run)["by_phase"]
        (found,) = [name for name, each in parts.items() if each["cases"] == 1]
        return found

    assert phase() == "assessment"
    assert run("assess 1 --domain housing=3 --no-input").code == 0
    assert phase() == "planning"
    assert run("goal add 1 'Work again'").code == 0
    assert run("plan agree 1 --with client --by visit").code == 0
    assert phase() == "implementation"
    assert run("goal done 1.g1 'found work'").code == 0
    assert phase() == "monitoring"
    assert run("close 1 --notice --by letter").code == 0
    assert phase() == "closure"


def test_overload_is_said_by_caseload_escalate_and_lint(run: Run, three: None) -> None:
    assert "OVERLOADED" not in run("caseload", width=80).out
    assert run("config set full_time 13").code == 0
    assert told(run)["overloaded"] is False
    assert run("config set full_time 12").code == 0
    made = told(run)
    assert (made["overloaded"], made["percent"]) == (True, 109)
    assert "OVERLOADED" in run("caseload", width=80).out
    (row,) = [each for each in run("escalate --json").json if each["rule"] == "overloaded"]
    assert (row["points"], row["full_time"], row["case"]) == (13, 12, None)
    (found,) = [each for each in run("lint --json").json if each["rule"] == "overloaded"]
    assert found["says"] == "your cases weigh 13 points, and full-time is 12"


def test_what_was_changed_shows_in_the_trend_from_its_day_on(run: Run, three: None) -> None:
    day = "2026-11-25"
    assert run("set 3 --urgency high --reason 'lost the flat'", today=day).code == 0
    made = run("caseload --json", today=day).json
    assert [each["points"] for each in made["trend"][-2:]] == [13, 16]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_screen_is_as_wide_as_the_terminal(run: Run, three: None, width: int) -> None:
    for command in ("caseload", "escalate", "report timeliness", "report caseload --by program"):
        shown = run(command, width=width)
        assert shown.code == 0
        assert all(len(line) <= width for line in shown.out.splitlines())


def test_piped_it_is_rows(run: Run, three: None) -> None:
    rows = [line.split("\t") for line in run("caseload").out.splitlines()]
    assert rows[0] == ["kim", "level", "crisis", "1", "8", "2026-11-18"]
    assert rows[-1] == ["kim", "all", "", "3", "13", "2026-11-18"]


def test_an_empty_caseload(run: Run, caseload: None) -> None:
    assert told(run)["cases"] == 0
    for command in ("caseload", "escalate", "report activity"):
        assert run(command, width=80).code == 0


# -- escalate --------------------------------------------------------------------------------------


def test_what_a_supervisor_should_see(run: Run, three: None) -> None:
    rows = run("escalate --json").json
    assert [(each["rule"], each["item"]) for each in rows] == [
        ("safety late", "1.safety"),
        ("safety late", "1.review"),
        ("deadline missed", "2.1"),
        ("two missed intervals", "2.contact"),
    ]
    late = rows[0]
    assert (late["client"], late["level"], late["days_late"]) == ("Maria Example", "crisis", 4)


def test_what_is_late_by_less_than_two_intervals_is_the_workers(run: Run, three: None) -> None:
    assert not [e for e in run("escalate --json").json if e["case"] == 3]
    assert not [e for e in run("escalate --json", today="2026-11-27").json if e["case"] == 3]
    assert [e for e in run("escalate --json", today="2026-12-30").json if e["case"] == 3]


# -- others' caseloads and summaries ---------------------------------------------------------------


@pytest.fixture
def identity(run: Run, tmp_path: Path) -> tuple[str, str]:
    made = run(["receive", "--new-identity", str(tmp_path / "boss.key")])
    return str(tmp_path / "boss.key"), made.out.split()[-1]


def test_a_summary_tells_the_same_without_a_name(run: Run, three: None, tmp_path: Path) -> None:
    path = tmp_path / "kim.json"
    assert run(["summary", "-o", str(path)]).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    for word in ("Maria", "Example", "example", "court date", "first talk", "call back", "at home"):
        assert word not in text
    for kind in ("caseload", "timeliness", "outcomes", "activity"):
        words = ["report", kind, "--from", "2026-10-01", "--json"]
        assert run([*words, "--of", str(path)]).json == run(words).json
    own = [{**each, "client": None} for each in run("escalate --json").json]
    assert run(["escalate", "--json", "--of", str(path)]).json == own
    (seen,) = run(["caseload", "--json", "--of", str(path)]).json
    mine = told(run)
    for name in ("worker", "cases", "points", "by_level", "by_phase", "trend"):
        assert seen[name] == mine[name]
    assert seen["free_slots"] is None
    assert run(["summary", "-o", str(path)]).code == 0  # the next night writes over it


def test_several_have_a_worker_beside_each_row(
    run: Run, three: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lee = tmp_path / "lee.db"
    with monkeypatch.context() as patch:
        patch.setenv("CASECTL_WORKER", "lee")
        patch.setenv("CASECTL_DB", str(lee))
        run("init --unencrypted")
        run("intake 'Ada Specimen' --urgency crisis --on 2026-11-12 --new", today="2026-11-12")
    before = lee.read_bytes()
    summary = tmp_path / "kim.json"
    run(["summary", "-o", str(summary)])
    files = ["--of", str(lee), str(summary)]
    workers = {each["worker"] for each in run(["escalate", "--json", *files]).json}
    assert workers == {"kim", "lee"}
    assert [each["worker"] for each in run(["caseload", "--json", *files]).json] == ["lee", "kim"]
    rows = run(["report", "caseload", "--json", *files]).json
    ends = {each["worker"]: each["n"] for each in rows if each["part"] == "open at the end"}
    assert ends == {"kim": 3, "lee": 1, "all": 4}
    assert "lee" in run(["escalate", *files], width=80).out
    assert lee.read_bytes() == before  # it was only read
    log = (tmp_path / "lee.db.access.log").read_text()
    assert '"command": "escalate", "cases": [1]' in log


@pytest.mark.parametrize("words", ["escalate", "caseload", "report timeliness --from 2026-10-01"])
def test_how_old_a_summary_is_is_said(run: Run, three: None, tmp_path: Path, words: str) -> None:
    path = tmp_path / "kim.json"
    run(["summary", "-o", str(path)])
    command = [*words.split(), "--of", str(path)]
    same_day = run(command, width=80)
    assert "as of" not in same_day.out + same_day.err
    next_day = run(command, width=80, today="2026-11-19")
    assert "kim as of Wed 18 Nov, 1 day old" in next_day.out
    assert "OLD" not in next_day.err
    after_a_weekend = run(command, width=80, today="2026-11-21")
    assert "OLD" not in after_a_weekend.err, "who is warned each Monday no longer listens"
    later = run(command, width=80, today="2026-11-22")
    assert "kim as of Wed 18 Nov, 4 days old" in later.out
    assert "OLD: kim as of Wed 18 Nov, 4 days old; what happened since" in later.err
    piped = run([*command, "--json"], today="2026-11-22")
    assert "OLD: kim as of Wed 18 Nov, 4 days old" in piped.err
    told = {each.get("as_of") or each["day"] for each in piped.json}
    assert told == {"2026-11-18"}
    assert run(command, today="2026-11-22").out.splitlines()[0].endswith("\t2026-11-18")
    assert "as of" not in run(words, width=80, today="2026-11-22").out, "one's own is today's"


@pytest.mark.parametrize("words", ["escalate", "caseload", "report timeliness --from 2026-10-01"])
def test_no_caseload_counts_twice(run: Run, three: None, tmp_path: Path, words: str) -> None:
    own, copy, summary = (tmp_path / each for each in ("caseload.db", "kim.db", "kim.json"))
    copy.write_bytes(own.read_bytes())
    run(["summary", "-o", str(summary)])
    for other in (copy, summary):
        result = run([*words.split(), "--of", str(copy), str(other)])
        assert (result.code, result.out) == (2, "")
        assert (
            f"{copy} and {other} hold the same cases of kim, which would count twice" in result.err
        )


@pytest.mark.parametrize("words", ["escalate", "caseload", "report timeliness --from 2026-10-01"])
def test_how_old_a_copy_is_is_said(
    run: Run, three: None, tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was recorded last is the last that a copy knows of; one's own caseload is today's."""
    own = tmp_path / "caseload.db"
    copy = tmp_path / "kim.db"
    copy.write_bytes(own.read_bytes())
    command = [*words.split(), "--of", str(copy)]
    assert "as of" not in run(command, width=80).out
    run("reached 1 'after the copy was made'", today="2026-11-21")
    later = run(command, width=80, today="2026-11-22")
    assert "kim as of Wed 18 Nov, 4 days old" in later.out
    assert "OLD: kim as of Wed 18 Nov, 4 days old; what happened since" in later.err
    piped = run([*command, "--json"], today="2026-11-22")
    assert "OLD: kim as of Wed 18 Nov, 4 days old" in piped.err
    assert {each["as_of"] for each in piped.json} == {"2026-11-18"}
    assert run(command, today="2026-11-22").out.splitlines()[0].endswith("\t2026-11-18")
    assert "as of" not in run(words, width=80, today="2026-11-22").out, "one's own is today's"
    ahead = run(command, today="2026-11-17").err
    assert "AHEAD: kim as of Wed 18 Nov, which is still ahead" in ahead


@pytest.mark.parametrize("words", ["escalate", "caseload"])
def test_a_summary_of_a_day_ahead_is_said(
    run: Run, three: None, tmp_path: Path, words: str
) -> None:
    path = tmp_path / "kim.json"
    run(["summary", "-o", str(path)])
    for more in ([], ["--json"]):
        told = run([words, "--of", str(path), *more], today="2026-11-17").err
        assert "AHEAD: kim as of Wed 18 Nov, which is still ahead" in told


def test_everybody_is_as_old_as_the_oldest(run: Run, three: None, tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    run(["summary", "-o", str(old)])
    text = old.read_text().replace("2026-11-18", "2026-11-20").replace('"kim"', '"lee"')
    new.write_text(text, "utf-8")
    files = ["--of", str(old), str(new)]
    rows = run(["report", "caseload", "--json", *files], today="2026-11-20").json
    assert {each["worker"]: each["as_of"] for each in rows} == {
        "kim": "2026-11-18", "lee": "2026-11-20", "all": "2026-11-18",
    }  # fmt: skip


def test_nothing_to_see_of_one_caseload(run: Run, tmp_path: Path) -> None:
    run("init --unencrypted")
    path = tmp_path / "kim.json"
    run(["summary", "-o", str(path)])
    said = run(["escalate", "--of", str(path)], width=80).out
    assert said == "Nothing of that caseload for a supervisor to see.\n"
    said = run(["escalate", "--of", str(path)], width=80, today="2026-11-30").out
    assert said.splitlines()[0] == "kim as of Wed 18 Nov, 12 days old"


def test_an_encrypted_caseload_has_a_sealed_summary(
    run: Run, tmp_path: Path, identity: tuple[str, str]
) -> None:
    assert run("init").code == 0
    run("intake 'Maria Example' --urgency high --new")
    key, recipient = identity
    path = tmp_path / "s.age"
    refused = run(["summary", "-o", str(path)])
    assert (refused.code, refused.out) == (2, "") and not path.exists()
    assert run(["summary", "-o", str(path), "--recipient", recipient]).code == 0
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert run(["caseload", "--of", str(path)]).code == 2
    (made,) = run(["caseload", "--json", "--of", str(path), "--identity", key]).json
    assert made["cases"] == 1


def spoilt(made: dict[str, Any], how: str) -> dict[str, Any]:
    case = made["cases"][0]
    match how:
        case "no cases":
            del made["cases"]
        case "version":
            made["version"] = 9
        case "kind":
            made["casectl"] = "handover"
        case "level":
            case["stands"][0][2] = 9
        case "day":
            case["opened_on"] = "soon"
        case "no stands":
            case["stands"] = []
        case "text":
            case["program"] = "x" * 1000
        case "list":
            case["contacts"] = [[1]]
        case "rule":
            made["raised"][0]["rule"] = "panic"
        case "capacity":
            made["capacity"]["level"] = [1]
    return made


@pytest.mark.parametrize(
    "how",
    ["no cases", "version", "kind", "level", "day", "no stands", "text", "list", "rule",
     "capacity"],
)  # fmt: skip
def test_a_spoilt_summary_is_one_line(run: Run, three: None, tmp_path: Path, how: str) -> None:
    path = tmp_path / "kim.json"
    run(["summary", "-o", str(path)])
    path.write_text(json.dumps(spoilt(json.loads(path.read_text()), how)))
    for command in (["caseload"], ["escalate"], ["report", "activity"]):
        result = run([*command, "--of", str(path)])
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), result.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["caseload", "x.json"], 2, "files stand behind --of"),
        (["caseload", "--of", "gone.json"], 3, "is not there"),
        (["escalate", "--of", "text"], 1, "is not a casectl caseload"),
        (["summary"], 2, "-o FILE is missing"),
        (["summary", "-o", "nowhere/s"], 3, "there is no folder"),
        (["report", "weather"], 2, "no report 'weather'"),
        (["report", "activity", "--by", "shoe"], 2, "cannot be told apart by 'shoe'"),
        (["report", "activity", "--from", "2026-11-10", "--to", "2026-11-01"], 2, "comes after"),
        (["report", "activity", "--to", "2026-12-24"], 2, "is still ahead"),
        (["report", "activity", "--csv", "--json"], 2, "--csv goes with neither"),
        (["report", "activity", "--from", "1990-01-01"], 2, "more than ten years"),
    ],
)
def test_bad_input(
    run: Run,
    three: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: Sequence[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text").write_text("a shopping list, and long enough to be anything at all " * 20)
    result = run(list(words))
    assert (result.code, result.out) == (code, ""), result.err
    assert said in result.err
    assert result.err.count("\n") == 1


# -- report ----------------------------------------------------------------------------------------


def test_csv_is_for_a_spreadsheet(run: Run, three: None) -> None:
    run("edit 1 --program '=cmd|evil'")
    text = run("report caseload --csv --by program").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["measure"] == "cases"
    assert {each["group"] for each in rows} == {"'=cmd|evil", "Housing", "Reentry", "all"}


def test_json_and_fields(run: Run, three: None) -> None:
    (row,) = [
        each
        for each in run("report activity --from 2026-10-01 --json").json
        if (each["measure"], each["part"]) == ("contact", "phone, reached")
    ]
    assert (row["n"], row["value"], row["unit"], row["withheld"]) == (2, 30, "minutes", False)
    assert run("report caseload --fields part,n").out.splitlines()[0] == "open before\t1"


def test_deidentified_small_counts_are_withheld(run: Run, three: None) -> None:
    rows = run("report caseload --from 2026-11-01 --deidentify --json").json
    assert all(each["n"] in (None, 0) for each in rows)
    assert any(each["withheld"] for each in rows)
    assert run("config set withhold_under 2").code == 0
    rows = run("report caseload --from 2026-11-01 --deidentify --json").json
    assert {each["part"]: each["n"] for each in rows}["open at the end"] == 3


def test_private_hides_programs(run: Run, three: None) -> None:
    for command in ("caseload", "caseload --json", "report caseload --by program", "escalate"):
        said = run(f"--private {command}").out + run(f"--private {command}", width=80).out
        for word in ("Housing", "Reentry", "Maria", "Example", "example"):
            assert word not in said
