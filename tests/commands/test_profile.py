"""Profiles in use: taken and left, each value with its source, and what an assessment asks."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from casectl.core.domains import DOMAINS
from casectl.formats.profiles import load_profile
from casectl.formats.sectors import find, names

NAMES = names()
KINDS = 7  # of risk, asked behind the domains
LIST = "there are family, health, housing, legal, reentry"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A profile of somebody's own, in another folder than the configuration."""
    path = tmp_path / "elsewhere" / "ours.toml"
    path.parent.mkdir()
    path.write_text(
        'title = "Outreach"\n[words]\nclient = "young person"\n[standards]\nplan = 20\n'
        '[domains]\nasked = ["safety", "school_return"]\nown = ["school_return"]\n',
        encoding="utf-8",
    )
    return path


def sources(run: Run, command: str = "config list") -> dict[str, tuple[Any, str]]:
    rows = run(f"{command} --json").json
    return {each["key"]: (each["value"], each["source"]) for each in rows}


# --- Taking one ---------------------------------------------------------------------------------


def test_init_writes_it_beside_what_is_there(run: Run, file: Path) -> None:
    file.write_text("# mine\nlimit = 9\n\n[standards]\nplan = 5  # funder's\n", encoding="utf-8")
    result = run("init --unencrypted --profile housing")
    assert result.code == 0, result.err
    assert "Your profile is Housing; casectl config profile shows what it sets.\n" in result.out
    written = file.read_text(encoding="utf-8")
    assert 'profile = "housing"' in written
    assert all(each in written for each in ("# mine", "limit = 9", "plan = 5  # funder's"))
    assert sources(run)["standards.plan"] == (5, str(file))
    assert run("init --json --unencrypted --profile legal").code == 1, "what is there stays"
    assert 'profile = "housing"' in file.read_text(encoding="utf-8")


def test_init_says_it_in_json(run: Run) -> None:
    assert run("init --unencrypted --profile legal --json").json["profile"] == "legal"


def test_init_without_one_sets_none(run: Run, file: Path) -> None:
    assert run("init --unencrypted --json").json["profile"] is None
    assert file.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("name", ["helth", "", "nope", "../health", "gone.toml"])
def test_init_with_an_unknown_one_makes_nothing(run: Run, tmp_path: Path, name: str) -> None:
    result = run(["init", "--unencrypted", "--profile", name])
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    if name in ("helth", "nope"):
        assert LIST in result.err
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == ""
    assert [each.name for each in tmp_path.glob("caseload*")] == []


def test_init_makes_the_configuration_that_it_writes_the_profile_into(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "new" / "folder" / "mine.toml"
    monkeypatch.setenv("CASECTL_CONFIG", str(named))
    refused = run("init --unencrypted")
    assert refused.code == 78 and "which is not there" in refused.err
    wrong = run("init --unencrypted --profile helth")
    assert wrong.code == 2 and not named.exists()
    made = run("init --unencrypted --profile housing --json")
    assert made.code == 0, made.err
    assert (made.json["profile"], made.json["worker"]) == ("housing", "kim")
    assert named.read_text("utf-8") == 'profile = "housing"\n'
    assert run("config get profile").out == "housing\n"


@pytest.mark.parametrize("command", ["config profile", "config set profile"])
def test_one_is_taken_and_left(run: Run, file: Path, command: str) -> None:
    result = run(f"{command} reentry")
    assert result.code == 0, result.err
    assert "reentry" in result.out
    assert file.read_text(encoding="utf-8") == 'profile = "reentry"\n'
    assert sources(run)["standards.contact.high"] == (3, "profile reentry")
    assert run(f"{command} legal").code == 0
    assert file.read_text(encoding="utf-8") == 'profile = "legal"\n'
    assert run("config unset profile").out == "profile is now not set (default).\n"
    assert sources(run)["standards.contact.high"] == (7, "default")


@pytest.mark.parametrize("command", ["config profile", "config set profile"])
def test_an_unknown_one_is_refused_with_the_list(run: Run, file: Path, command: str) -> None:
    result = run(f"{command} helth")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"casectl: no profile 'helth'; did you mean health? {LIST}; one of your own is a file: "
        "ours.toml\n"
    )
    assert file.read_text(encoding="utf-8") == ""


def test_one_that_would_not_go_with_what_is_set_is_refused(run: Run, file: Path) -> None:
    run("config set standards.contact.medium 10")
    run("config set standards.contact.high 8")
    assert run("config unset standards.contact.medium").code == 0
    result = run("config profile reentry")  # its medium is 7, and high is 8
    assert (result.code, result.out) == (2, "")
    assert "standards: contact grows with the level" in result.err
    assert "profile" not in file.read_text(encoding="utf-8")


def test_the_profiles_are_completed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CASECTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "casectl config profile h")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert run([]).out.split() == ["health", "housing"]


def test_the_profile_s_own_reasons_to_close_are_completed_without_the_caseload(
    run: Run, ours: Path, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def completed(line: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        return run([]).out.split()

    monkeypatch.setenv("_CASECTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("CASECTL_DB", str(tmp_path / "none.db"))
    assert completed("casectl close 1 --reason m") == ["moved"]
    with ours.open("a", encoding="utf-8") as text:
        text.write(
            '[closing]\nreasons = ["declined", "died"]\n'
            'own_reasons = ["turned 21", "$(aged) out"]\n'
            'notice_means = ["by hand"]\n'
            '[closing.programs."Drop In"]\nown_reasons = ["told us to stop"]\n'
        )
    file.write_text(f'profile = "{ours}"\n', encoding="utf-8")
    offered = completed("casectl close 1 --reason ")
    assert {"declined", "turned-21", "aged-out"} <= set(offered)
    assert "told-us-to-stop" in offered and "duplicate" in offered and "moved" not in offered
    assert completed("casectl close 1 --by ") == ["by-hand"]
    file.write_text("profile = 3\n", encoding="utf-8")
    assert completed("casectl close 1 --reason m") == ["moved"], "what it cannot read it leaves out"
    assert not (tmp_path / "none.db").exists()


# --- What goes before what ----------------------------------------------------------------------


def test_built_in_then_profile_then_file(run: Run, file: Path) -> None:
    file.write_text(
        'profile = "reentry"\n[standards.contact]\nmedium = 9\n'
        "[programs.Housing]\nplan_review = 30\n[programs.Street]\n",
        encoding="utf-8",
    )
    told = sources(run)
    assert told["standards.reassessment"] == (180, "profile reentry")
    assert told["standards.contact.low"] == (30, "profile reentry")
    assert told["standards.contact.medium"] == (9, str(file))
    assert told["standards.high_review"] == (30, "default")
    assert told["profile"] == ("reentry", str(file))
    assert told["programs.Housing.plan_review"] == (30, str(file))
    assert run("config get programs.Housing.plan --json").json == {
        "key": "programs.Housing.plan", "value": 14, "source": "profile reentry",
    }  # fmt: skip


def test_the_environment_goes_before_all(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('profile = "health"\nworker = "Other"\n', encoding="utf-8")
    assert sources(run)["worker"] == ("kim", "CASECTL_WORKER")


@pytest.mark.parametrize("name", NAMES)
def test_what_a_profile_says_is_told_with_its_source(run: Run, name: str) -> None:
    profile = load_profile(find(name, Path("/nowhere"))).profile
    assert run(f"config profile {name}").code == 0
    told = sources(run, "config profile")
    assert told["domains"] == ([each.key for each in profile.asked], f"profile {name}")
    assert told["closing.notice_means"] == (
        list(profile.closing.notice_means), f"profile {name}",
    )  # fmt: skip
    assert told["capacity.full_time"] == (profile.capacity.full_time, f"profile {name}")
    word = "words.case" if name == "legal" else "words.client"
    other = "words.client" if name == "legal" else "words.case"
    assert told[word] == (profile.words[word.partition(".")[2]], f"profile {name}")
    assert told[other] == (other.partition(".")[2], "default")


def test_without_one_everything_is_built_in(run: Run) -> None:
    told = sources(run, "config profile")
    assert {source for _, source in told.values()} == {"default"}
    assert told["profile"][0] is None
    assert told["domains"][0] == [each.key for each in DOMAINS]
    assert told["closing.tries"][0] == 3
    assert told["capacity.full_time"][0] is None


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_profile_on_a_terminal(run: Run, width: int) -> None:
    run("config profile housing")
    lines = run("config profile", width=width).out.splitlines()
    assert max(len(line) for line in lines) <= width
    assert lines[0] == "Housing"
    assert "family_and_relationships" in "".join(lines).replace(" ", "")
    assert any(line.startswith("closing.different_means") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_works_a_whole_caseload(run: Run, name: str) -> None:
    assert run(["--db", os.environ["CASECTL_DB"], "demo"]).code == 0
    before = {each["case"] for each in run("today --all --json").json if each["band"] == "SAFETY"}
    assert run(f"config profile {name}").code == 0
    rows = run("today --all --json").json
    assert {each["case"] for each in rows if each["band"] == "SAFETY"} == before
    assert run("remind").out and run("week").code == 0
    for case in rows[:3]:
        assert run(f"today --explain {case['case']}").code == 0


def test_explain_names_the_source_of_each_level(run: Run, caseload: None, file: Path) -> None:
    run("intake 'Ada Example' --urgency high --risk high --new --no-input")
    run("intake 'Bo Example' --urgency low --risk low --new --no-input")
    for case in (1, 2):
        assert run(f"reached {case} spoke").code == 0
    file.write_text('profile = "reentry"\n[standards.contact]\nlow = 21\n', encoding="utf-8")
    assert "(contact, profile reentry)" in run("today --explain 1").out.replace("\n    ", " ")
    assert f"(contact, {file})" in run("today --explain 2").out.replace("\n    ", " ")


# --- Words --------------------------------------------------------------------------------------


def test_words_head_lists_and_stand_in_what_is_owed(run: Run, caseload: None) -> None:
    run("intake 'Ada Example' --urgency high --new --no-input")
    run("reached 1 spoke")
    run("assess 1 --domain housing=2 --risk self-harm=low")
    owed = {each["item"]: each["what"] for each in run("show 1 --json").json["due"]}
    assert owed["1.contact"] == "reach the client"
    assert run("config profile health").code == 0
    told = run("show 1 --json").json
    owed = {each["item"]: each["what"] for each in told["due"]}
    assert owed["1.contact"] == "reach the patient"
    assert owed["1.plan"] == "agree a plan with the patient"
    assert told["client"] == "Ada Example", "a field of JSON keeps its name"
    assert run("list", width=120).out.split()[:2] == ["case", "patient"]
    run("config profile housing")
    assert run("list", width=80).out.split()[:2] == ["case", "participant"], "wider than its names"
    assert run("config profile legal").code == 0
    assert run("list", width=80).out.split()[:2] == ["matter", "client"]
    assert "reach the client" in json.dumps(run("show 1 --json").json)


# --- Domains ------------------------------------------------------------------------------------


@pytest.fixture
def ada(run: Run, caseload: None) -> None:
    assert run("intake 'Ada Example' --urgency medium --new --no-input").code == 0


def test_a_full_assessment_asks_the_profiles_domains(run: Run, ada: None, ours: Path) -> None:
    assert run(["config", "profile", str(ours)]).code == 0
    answers = ["3", "", "", "", "2", "", "no place at school", "", *[""] * (KINDS + 2), "y"]
    result = run("assess 1", answers=answers)
    assert result.code == 0, result.err
    assert "Safety, 1 to 5" in result.err and "School return, 1 to 5" in result.err
    assert result.err.index("Safety, 1") < result.err.index("School return, 1")
    assert "Housing, 1 to 5" not in result.err
    assert "To be recorded: safety 3, school return 2; 1 need." in result.err
    assert "1.need1 no place at school (school return, high priority)." in result.out
    levels = run("show 1 --json").json
    assert json.dumps(levels).count("school_return") >= 1


def test_every_profiles_walk_is_as_long_as_its_list(run: Run, ada: None) -> None:
    for name in NAMES:
        asked = load_profile(find(name, Path("/nowhere"))).profile.asked
        run(f"config profile {name}")
        result = run("assess 1", answers=[""] * (len(asked) + KINDS + 2))
        assert result.code == 1 and "nothing was assessed" in result.err
        assert result.err.count(", 1 to 5") == len(asked)


def test_own_domains_are_named_in_full_or_by_their_first_letters(
    run: Run, ada: None, ours: Path
) -> None:
    assert "no domain 'school'" in run("need add 1 'a place at school' --domain school").err
    run(["config", "profile", str(ours)])
    assert run("need add 1 'a place at school' --domain school").code == 0
    assert run("need add 1 'a stove' --domain housing").code == 0, "what is not asked may be named"
    listed = run("need list 1 --json").json
    assert {each["domain"] for each in listed} == {"school_return", "housing"}
    assert run("assess 1 --domain 'school return=2' --domain housing=3").code == 0
    refused = run("assess 1 --domain scholl=2")
    assert (refused.code, refused.out) == (2, "")
    assert "it is one of safety, school return, housing, food" in refused.err


def test_a_goal_serves_a_need_of_an_own_domain(run: Run, ada: None, ours: Path) -> None:
    run(["config", "profile", str(ours)])
    run("need add 1 'a place at school' --domain school")
    made = run("goal add 1 'back at school' --need 1.need1 --by 'feb 1 2027' --json")
    assert made.code == 0, made.err
    assert made.json["domain"] == "school_return"


def test_what_is_on_file_outlives_the_profile(run: Run, ada: None, ours: Path) -> None:
    run(["config", "profile", str(ours)])
    assert run("assess 1 --domain school=2 --domain safety=3").code == 0
    assert run("assess 1 --domain school=4 --domain safety=3", today="2026-12-18").code == 0
    assert run("config unset profile").code == 0
    compared = run("assess 1 --previous --json", today="2026-12-18").json
    moved = {each["domain"]: (each["before"], each["now"]) for each in compared["domains"]}
    assert moved == {"safety": (3, 3), "school_return": (2, 4)}
    told = run("progress 1 --json", today="2026-12-18").json
    assert [each["domain"] for each in told["domains"]] == ["safety", "school_return"]
    assert "school return" in run("assess 1 --previous", width=80, today="2026-12-18").out


def test_a_draft_of_a_domain_that_is_gone_is_not_silently_less(
    run: Run, ada: None, ours: Path
) -> None:
    run(["config", "profile", str(ours)])
    run("assess 1", answers=["3", "", "", "", "2"])  # and then the terminal goes away
    run("config unset profile")
    rest = [""] * (len(DOMAINS) - 1 + KINDS + 2)
    result = run("assess 1", answers=["y", *rest])
    assert result.code == 2
    assert "no domain 'school_return'" in result.err
    run(["config", "profile", str(ours)])
    assert "1.a1" in run("assess 1", answers=["y", *[""] * (3 + KINDS + 2), "y"]).out


def test_an_own_domains_name_is_hidden_where_names_are(run: Run, ada: None, ours: Path) -> None:
    """Nothing in the caseload says whether it is a profile's word or somebody's."""
    run(["config", "profile", str(ours)])
    run("need add 1 'a place at school' --domain school")
    told = run("need list 1 --private --json").json
    assert [(each["domain"], each["what"]) for each in told] == [("***", "***")]


def test_own_questionnaires_and_templates_may_name_an_own_domain(
    run: Run, ada: None, ours: Path, tmp_path: Path
) -> None:
    for folder, text in (
        (
            "plans",
            'title = "Back to school"\nabout = "x"\n[[goals]]\ntext = "at school"\n'
            'measure = "enrolled"\ntarget = "8 weeks"\ndomain = "school_return"\n'
            '[[goals.steps]]\ntext = "call the school"\nwho = "worker"\nafter = "3 days"\n',
        ),
        (
            "instruments",
            'title = "School"\nname = "School visit"\nversion = "1"\ncredit = "ours"\n'
            'licence = "ours"\nsource = "ours"\ndomain = "school_return"\n'
            '[[questions]]\nkey = "1"\ntext = "How many days?"\nkind = "number"\n'
            "least = 0\nmost = 5\n",
        ),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "school.toml").write_text(text, encoding="utf-8")
    refused = run("plan apply 1 school --yes")
    assert refused.code == 78 and "domain is one of safety, housing" in refused.err
    assert run("screen 1 school 1=3").code == 78
    run(["config", "profile", str(ours)])
    assert run("plan apply 1 school --yes").code == 0
    assert run("screen 1 school 1=3").code == 0, run("screen 1 school 1=3").err


# --- One of somebody's own ----------------------------------------------------------------------


def test_a_file_named_from_here_is_found_from_elsewhere(
    run: Run, ours: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ours.parent)
    result = run("config profile ours.toml")
    assert result.out.startswith(f"Outreach ({ours}) is the profile now ({file}).\n")
    monkeypatch.chdir("/")
    assert sources(run)["standards.plan"] == (20, f"profile {ours}")


def test_a_relative_path_in_the_file_counts_from_its_folder(
    run: Run, ours: Path, file: Path
) -> None:
    file.write_text('profile = "elsewhere/ours.toml"\n', encoding="utf-8")
    assert sources(run)["standards.plan"] == (20, "profile elsewhere/ours.toml")


def test_a_bad_file_is_not_taken(run: Run, ours: Path, file: Path) -> None:
    text = ours.read_text(encoding="utf-8")
    ours.write_text(text.replace("plan = 20", "plna = 20"), encoding="utf-8")
    for command in ("config profile", "config set profile", "init --unencrypted --profile"):
        result = run([*command.split(), str(ours)])
        assert (result.code, result.out) == (2, "")
        assert result.err == (
            f"casectl: {ours}, line 5: no setting 'standards.plna'; did you mean "
            "'standards.plan'?\n"
        )
    assert file.read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("plna = 20", "line 5: no setting 'standards.plna'"),
        ("plan = ", "line 5: invalid value"),
        (None, "cannot read "),
    ],
)
def test_one_that_breaks_stops_every_command_until_another_is_named(
    run: Run, caseload: None, ours: Path, file: Path, broken: str | None, words: str
) -> None:
    run("intake 'Ada Example' --new --no-input")
    assert run(["config", "profile", str(ours)]).code == 0
    if broken is None:
        ours.unlink()
    else:
        text = ours.read_text(encoding="utf-8")
        ours.write_text(text.replace("plan = 20", broken), encoding="utf-8")
    for command in (
        "today", "remind", "show 1", "list", "config list", "config get limit", "config profile",
        "config set limit 3", "config unset limit", "follow 1 x --due fri",
        "assess 1 --domain food=2",
    ):  # fmt: skip
        result = run(command)
        assert (result.code, result.out) == (78, ""), command
        assert result.err.startswith(f"casectl: {'' if broken else words}{ours}"), command
        assert words in result.err
        assert result.err.count("\n") == 1
    findings = {each["check"]: each for each in run("doctor --json").json}
    assert findings["configuration"]["state"] == "FAIL"
    assert str(ours) in findings["configuration"]["detail"]
    assert run("config path").code == 0
    assert run("config profile health").code == 0
    assert run("today").code == 0
    assert file.read_text(encoding="utf-8") == 'profile = "health"\n'


def test_one_that_breaks_may_be_taken_out(run: Run, caseload: None, ours: Path) -> None:
    run(["config", "profile", str(ours)])
    ours.write_text("title = ", encoding="utf-8")
    assert run("today").code == 78
    assert run("config unset profile").code == 0
    assert run("today").code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profile = 3", "profile is a name or path in quotes"),
        ("profile = ''", "the profile is empty"),
        ("profile = ['health']", "profile is a name or path in quotes"),
        ("profile = 'helth'", f"no profile 'helth'; did you mean health? {LIST}"),
        ("[profile]\nname = 'health'", "profile is a name or path in quotes"),
        ("profile = 'health'\n[standards.contact]\nhigh = 20", "contact grows with the level"),
        ("profile = 'reentry'\n[standards.contact]\nhigh = 8", "contact grows with the level"),
    ],
)
def test_a_bad_line_in_the_configuration(run: Run, file: Path, text: str, words: str) -> None:
    file.write_text(text, encoding="utf-8")
    result = run("config list")
    assert (result.code, result.out) == (78, "")
    assert result.err.startswith(f"casectl: {file}: ")
    assert words in result.err
    assert result.err.count("\n") == 1
