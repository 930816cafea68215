"""casectl day: lines handed to the desk one by one, and a person's keys on a real terminal."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import casectl.prompt
from casectl import cli
from casectl.commands import day
from casectl.core.errors import CasectlError
from casectl.prompt import DROPPED, ENDED, IDLE, PRIVATE, TYPED, Choice, Line
from casectl.session import Session, Sitting, Unanswered
from casectl.store import Caseload
from casectl.store.intake import Intake
from casectl.store.notes import Notes

pytestmark = pytest.mark.usefixtures("caseload")
SECRET = "Marisol at 12 Elm"

# What a person does at the prompt: a line, a line that ends otherwise, or something beside it.
Step = str | Line | Callable[[], object]


class Typist:
    """In the prompt's place: takes the next step each time a line is asked for."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.remembered: list[tuple[str, bool]] = []
        self.said: list[str] = []
        self.begun: list[str] = []
        self.opened = True
        self.cleared = self.forgotten = 0

    def ask(self, message: Callable[[], str], begun: str = "", *, private: bool = False) -> Line:
        self.said.append(message())
        self.begun.append(begun)
        while self.steps and not isinstance(self.steps[0], (str, tuple)):
            step = self.steps.pop(0)
            assert callable(step)
            step()
        if not self.steps:
            return Line(ENDED)
        step = self.steps.pop(0)
        assert not callable(step)
        return Line(TYPED, step) if isinstance(step, str) else step

    def remember(self, text: str, *, private: bool = False) -> None:
        self.remembered.append((text, private))

    def forget(self) -> None:
        self.forgotten += 1
        self.remembered.clear()

    def clear(self) -> None:
        self.cleared += 1

    def wait_for_key(self, message: str) -> bool:
        return self.opened


class Told:
    def __init__(self, typist: Typist, desk: day.Desk, out: str, err: str) -> None:
        self.typist, self.desk, self.out, self.err = typist, desk, out, err


Work = Callable[..., Told]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Work:
    """``work("tried 1", …)``: a day at the desk with these steps, to its end."""
    typist = Typist()
    monkeypatch.setattr(casectl.prompt, "Prompt", lambda *given: typist)
    monkeypatch.setattr(day.Desk, "_draft", "day:/dev/test")

    def work(*steps: Step, private: bool = False, opens: bool = True) -> Told:
        typist.__init__()  # type: ignore[misc]
        typist.steps, typist.opened = list(steps), opens
        session = Session(cli.clock(), cli.program())
        session.named_db, session.named_private = os.environ["CASECTL_DB"], private
        capsys.readouterr()
        desk = day.Desk(session, cli.program())
        desk.work()
        return Told(typist, desk, *capsys.readouterr())

    return work


@pytest.fixture
def garcia(run: Run) -> None:
    assert run("intake 'Garcia, Maria' --next 'call the school' --due fri --no-input").code == 0


# --- What a line does -------------------------------------------------------------------------


def test_the_plan_is_typed_without_quotes(work: Work, garcia: None, store: Caseload) -> None:
    told = work(
        "goal add 1 she's home by spring --words I won't move again --by 1 mar",
        "step add 1 bring the lease --who client --due next fri",
        "step add 1 ask the office --due fri",
        "goal progress 1.g1 -2 lost the flat",
        "goal progress 1 +1 found another",
        "goal progress 1 1 0 as it was",
        "step done 1.s1 1.s2 both of them",
        "voice 1 4 you call when you say so",
    )
    assert told.err == ""
    case = store.cases.all()[0]
    plan = store.planning.now(case)
    (goal,) = plan.goals
    assert (goal.goal.what, goal.goal.body["words"]) == (
        "she's home by spring",
        "I won't move again",
    )
    assert [(each.level, each.what) for each in goal.progress] == [
        (-2, "lost the flat"), (1, "found another"), (0, "as it was"),
    ]  # fmt: skip
    assert [each.outcome for each in goal.steps] == ["both of them"] * 2
    assert store.casework.of(case, "voice")[0].what == "you call when you say so"


def test_lines_are_commands_without_quotes(work: Work, garcia: None, store: Caseload) -> None:
    told = work(
        "reached garcia-1 aide's coming Mon",
        'note garcia-1 she said "no"',
        "follow 1 call the aide --due next tue --kind call",
        'follow 1 "write the letter" --due "next wed"',
        "casectl tried 1",
        "Tried 1",
    )
    assert told.err == ""
    case = store.cases.by_number(1)
    assert case is not None
    promises = {each.what: each.due_on.isoformat() for each in store.promises.open_of(case)}
    assert promises == {
        "call the school": "2026-11-20",
        "call the aide": "2026-11-24",
        "write the letter": "2026-11-25",
    }
    assert told.out.count("Tried ") == 2


def test_notes_are_typed_without_quotes(work: Work, garcia: None, store: Caseload) -> None:
    told = work(
        "note 1 --kind decision --part options=wait, or answer --part choice=answer --part "
        "reason=it ends on Friday",
        "note 1 --kind ethics the brother asks",
        "note resolve 1.n2 he's told nothing",
        "sign 1.n1 1.n2",
    )
    assert told.err == ""
    case = store.cases.all()[0]
    first, second, third = (store.notes.numbered(case, number) for number in (1, 2, 3))
    assert first is not None and first.text.splitlines()[0] == "Options: wait, or answer"
    assert second is not None and second.resolved_on is not None
    assert third is not None and third.text == "he's told nothing"


def test_a_text_is_stored_as_it_was_typed(work: Work, garcia: None, run: Run) -> None:
    work('reached 1 aide\'s coming  Mon, he said "fine" --by visit', "note 1 it's\nlong")
    file = run("show 1 --json").json
    assert file["contacts"][0]["text"] == 'aide\'s coming  Mon, he said "fine"'
    assert file["contacts"][0]["by"] == "visit"
    assert file["notes"][0]["text"] == "it's\nlong"


def test_undo_inside_day(work: Work, garcia: None, run: Run) -> None:
    told = work("note 1 wrong", "undo")
    assert "Undid" in told.out
    assert run("show 1 --json").json["notes"] == []


def test_nothing_is_written_by_pasted_lines(work: Work, garcia: None, run: Run) -> None:
    told = work("tried 1\ntried 1")
    assert "several lines" in told.err
    assert run("show 1 --json").json["contacts"] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope 3", "no command 'nope'; did you mean 'note'?"),
        ("tried", "missing argument"),
        ("reached 1 ok --mintues 5", "no such option: --mintues"),
        ("follow 1 call --due someday", "cannot read 'someday' as a day"),
        ("day", "this is the prompt already"),
        ("--db /tmp/x today", "'--db' stands after a command"),
        ("config nope", "no such command 'nope'"),
    ],
)
def test_a_bad_line_is_one_line(work: Work, garcia: None, line: str, said: str) -> None:
    told = work(line)
    assert said in told.err
    assert told.err.count("\n") == 1


def test_help(work: Work) -> None:
    told = work("help", "help tried", "help config set")
    assert "Usage: casectl [OPTIONS] COMMAND" in told.out
    assert "Usage: casectl tried" in told.out
    assert "Usage: casectl config set" in told.out
    assert "Ctrl-O" in told.err


@pytest.mark.parametrize("end", ["quit", "exit", Line(ENDED)])
def test_it_ends(work: Work, end: Step) -> None:
    told = work(end, "today")
    assert told.out == ""


def test_ctrl_c_keeps_the_line_for_the_up_key(work: Work) -> None:
    told = work(Line(DROPPED, "note 1 half"))
    assert told.typist.remembered == [("note 1 half", False)]


# --- What happens around it -------------------------------------------------------------------


def test_a_crash_ends_the_command_alone(
    work: Work, garcia: None, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any, **named: Any) -> Any:
        raise RuntimeError(SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(Notes, "add", fail)
        told = work(f"note 1 {SECRET}", "tried 1")
    assert told.err.count("\n") == 1 and "RuntimeError" in told.err
    assert SECRET not in told.err
    report = re.search(r"client data is in (\S+);", told.err)
    assert report is not None
    assert SECRET not in Path(report[1]).read_text(encoding="utf-8")
    assert "Tried " in told.out


def test_a_command_that_cannot_be_built_is_told_as_a_crash(
    work: Work, garcia: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = cli.built

    def fail(name: str, entry: cli.Entry) -> Any:
        if name == "note":
            raise RuntimeError(SECRET)
        return built(name, entry)

    monkeypatch.setattr(cli, "built", fail)
    told = work("note 1 text", "tried 1")
    assert "RuntimeError" in told.err and SECRET not in told.err
    assert "Tried " in told.out


def test_ctrl_c_stops_a_command(
    work: Work, garcia: None, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    def interrupt(*given: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Notes, "add", interrupt)
    told = work("note 1 text", "tried 1")
    assert "interrupted; nothing was half written" in told.err
    assert "Tried " in told.out


def test_each_command_asks_what_day_it_is(
    work: Work, garcia: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = work(
        "note 1 today", lambda: monkeypatch.setenv("CASECTL_TODAY", "2026-11-19"), "note 1 later"
    )
    assert "1.n1, Wed 18 Nov 2026" in told.out
    assert "1.n2, Thu 19 Nov 2026" in told.out
    assert told.typist.said[0] == "Wed 18 Nov> "
    assert told.typist.said[-1] == "Thu 19 Nov> "


def test_others_writes_are_seen_and_nothing_is_held(work: Work, garcia: None, run: Run) -> None:
    def by_another() -> None:
        assert run("follow 1 'ask the aide' --due mon").code == 0

    told = work("show 1 --json", by_another, "done 1.2")
    assert "1.2 ask the aide" in told.out
    assert told.err == ""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files")
def test_between_two_commands_nothing_is_open(work: Work, garcia: None) -> None:
    found: list[str] = []
    told = work(
        "tried 1",
        lambda: found.extend(open_files()),
        Line(IDLE, "note 1 half"),
        lambda: found.extend(open_files()),
    )
    told.desk.choices("tried gar")
    assert not [each for each in [*found, *open_files()] if "caseload" in Path(each).name]


def open_files() -> Iterator[str]:
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            yield str(each.readlink())


def test_a_replaced_file_is_the_one_that_is_read(
    work: Work, garcia: None, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "caseload.db"
    before = tmp_path / "before"
    shutil.copyfile(file, before)
    told = work("note 1 gone", lambda: before.replace(file), "show 1 --json")
    shown = json.loads(told.out[told.out.index("{") :])
    assert shown["notes"] == []


def test_after_an_unanswered_question_it_locks(
    work: Work, garcia: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def left(self: Session, question: str) -> str:
        assert self.sitting is not None
        self.sitting.was_left = True
        raise Unanswered("nobody answered; nothing was written")

    monkeypatch.setattr(Session, "can_ask", True)
    monkeypatch.setattr(Session, "ask", left)
    told = work("follow 1 call", "tried 1")
    assert "nobody answered" in told.err
    assert told.typist.cleared == 1
    assert "Tried " in told.out


# --- Locking ----------------------------------------------------------------------------------


def test_a_plain_caseload_clears_the_screen_and_keeps_the_line(work: Work, encrypted: bool) -> None:
    if encrypted:
        pytest.skip("of a caseload that is not encrypted")
    told = work(Line(IDLE, "note 1 half"))
    assert (told.typist.cleared, told.typist.forgotten) == (1, 1)
    assert told.typist.remembered == [("note 1 half", False)]


@pytest.fixture
def locked(run: Run, tmp_path: Path) -> Path:
    """An encrypted caseload, opened by its key file; the test may take that away."""
    for each in tmp_path.glob("caseload.*"):
        if each.is_file():
            each.unlink()
    shutil.rmtree(tmp_path / "caseload.db.keys", ignore_errors=True)
    assert run("init").code == 0
    assert run("intake Garcia --next call --due fri --no-input").code == 0
    return tmp_path / "caseload.key"


def test_an_encrypted_one_locks_and_brings_the_line_back(
    work: Work, locked: Path, run: Run
) -> None:
    told = work("tried 1", Line(IDLE, "note 1 half"), "tried 1")
    assert (told.typist.cleared, told.typist.forgotten) == (1, 1)
    assert told.typist.begun == ["", "", "note 1 half", ""]
    assert told.typist.remembered == []
    assert told.out.count("Tried ") == 2


def test_the_line_is_in_the_caseload_while_it_is_locked(work: Work, locked: Path) -> None:
    """Whoever leaves it locked, or is cut off, finds the line at the next prompt there."""
    told = work(Line(IDLE, "note 1 half"), opens=False)
    assert told.desk.begun == ""  # not in memory
    assert work().typist.begun[0] == "note 1 half"
    assert work().typist.begun[-1] == ""


def test_a_line_that_cannot_be_kept_stays_in_memory(
    work: Work, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any) -> Any:
        raise CasectlError("no space")

    monkeypatch.setattr(Intake, "keep_draft", refuse)
    assert work(Line(IDLE, "note 1 half")).typist.begun == ["", "note 1 half"]


def test_a_key_command_is_asked_again_only_after_the_lock(
    work: Work, locked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    command = tmp_path / "command"
    command.write_text(f"#!/bin/sh\necho x >> {asked}\ncat {locked}\n", encoding="utf-8")
    command.chmod(0o700)
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setenv("CASECTL_KEY_COMMAND", str(command))

    def times() -> int:
        return len(asked.read_text(encoding="utf-8").split())

    counted: list[int] = []
    work(
        "tried 1", "tried 1", lambda: counted.append(times()), "lock",
        lambda: counted.append(times()), "tried 1", lambda: counted.append(times()),
    )  # fmt: skip
    assert counted == [1, 2, 2]


def test_a_key_that_was_changed_elsewhere_is_asked_for_anew(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = Sitting(60)
    sitting.keys = [b"\x01" * 32]
    session = Session(cli.clock(), cli.program(), sitting)
    session.named_db = os.environ["CASECTL_DB"]
    assert session.store.cases.by_number(1) is not None
    session.close()
    held: list[object] = [sitting.keys]
    assert held == [None]


# --- Private ----------------------------------------------------------------------------------


def test_private_hides_from_here_on(work: Work, garcia: None) -> None:
    told = work("list", Line(PRIVATE, "note garcia-1 half"), "list", Line(PRIVATE, "tried"), "list")
    open_list, private_list, open_again = told.out.strip().split("\n")
    assert "Garcia" in open_list and "Garcia" in open_again
    assert "arcia" not in private_list and "G.M." in private_list
    assert told.typist.cleared == 1  # others see what is on the screen, so it goes
    assert told.typist.remembered == [("note garcia-1 half", False)]
    assert told.typist.begun == ["", "", "", "", "tried", ""]
    assert [each.endswith("private> ") for each in told.typist.said] == [
        False, False, True, True, False, False,
    ]  # fmt: skip


def test_private_is_a_word_as_well(work: Work, garcia: None) -> None:
    told = work("private", "list", "private", "list")
    private_list, open_list = told.out.strip().split("\n")
    assert "arcia" not in private_list and "Garcia" in open_list


# --- Completion -------------------------------------------------------------------------------


def texts(choices: Sequence[Choice]) -> list[str]:
    return [each.text for each in choices]


def test_completion(work: Work, garcia: None, run: Run, tmp_path: Path) -> None:
    run("intake 'Gardner, Ann' --next call --due fri --no-input")
    (tmp_path / "config.toml").write_text('[aliases]\ntoo = "today --soon 3"\n', encoding="utf-8")
    desk = work().desk
    assert texts(desk.choices("to")) == ["today", "too"]
    assert texts(desk.choices("help rea")) == ["reached"]
    assert texts(desk.choices("tried gar")) == ["garcia-1", "gardner-2"]
    assert texts(desk.choices("casectl tried garc")) == ["garcia-1"]
    assert texts(desk.choices("tried 1")) == ["1"]
    assert texts(desk.choices("tried 1.")) == ["1.1", "1.contact", "1.assessment"]
    assert texts(desk.choices("done garcia-1.1 gardner-2.1")) == ["gardner-2.1"]
    assert texts(desk.choices("tried 1 call gar")) == []  # a text by now
    assert texts(desk.choices("note gar")) == ["garcia-1", "gardner-2"]
    assert texts(desk.choices("sign garc")) == ["garcia-1"]
    assert texts(desk.choices("tried mar")) == ["garcia-1"], "by another of her names"
    assert texts(desk.choices("tried 1 no answer --mi")) == ["--minutes"]
    assert texts(desk.choices("set 1 --risk m")) == ["moderate"]
    assert texts(desk.choices("set 1 --urgency ")) == ["low", "medium", "high", "crisis"]
    assert texts(desk.choices("follow 1 call --due to")) == ["today", "tomorrow"]
    assert texts(desk.choices("deadline 1 x --kind c")) == ["court"]
    assert texts(desk.choices("follow m")) == ["garcia-1", "me"]
    assert texts(desk.choices("follow 1 x --wa")) == ["--waiting-on"]
    assert texts(desk.choices("config s")) == ["set"]
    assert texts(desk.choices("nope x")) == []
    run("jot 'sister of the tall one called'")
    run("jot 'another'")
    jots = desk.choices("file ")
    assert [(each.text, each.about) for each in jots] == [
        ("1", "sister of the tall one called"),
        ("2", "another"),
    ]
    assert texts(desk.choices("file 2 gar")) == ["garcia-1", "gardner-2"]
    assert [each.about for each in desk.choices("tried garc")] == ["Garcia, Maria"]
    assert {each.replaces for each in desk.choices("tried garc")} == {4}


def test_services_and_letters_are_completed(work: Work, garcia: None, run: Run) -> None:
    for name in ("Example Pantry", "Sample Kitchen"):
        run(f"resource add '{name}' 'food parcels' --domain food")
    desk = work().desk
    for typed in ("refer 1 ", "resource show ", "resource verify 1 "):
        assert [(each.text, each.about) for each in desk.choices(typed)] == [
            ("1", "food parcels, Example Pantry"),
            ("2", "food parcels, Sample Kitchen"),
        ]
    assert texts(desk.choices("refer 1 2")) == ["2"]
    assert texts(desk.choices("refer gar")) == ["garcia-1"]
    assert texts(desk.choices("letter 1 c")) == ["cannot-reach", "closure"]
    assert texts(desk.choices("letter gar")) == ["garcia-1"]


def test_the_profile_s_reasons_to_close_are_completed(
    work: Work, garcia: None, tmp_path: Path
) -> None:
    (tmp_path / "ours.toml").write_text(
        'title = "Ours"\nabout = "a test"\n[closing]\nown_reasons = ["turned 21"]\n', "utf-8"
    )
    desk = work().desk
    assert texts(desk.choices("close 1 --reason t")) == ["transferred"]
    (tmp_path / "config.toml").write_text(f'profile = "{tmp_path}/ours.toml"\n', "utf-8")
    assert texts(desk.choices("close 1 --reason t")) == ["transferred", "turned-21"]
    assert texts(desk.choices("tried 1 --by v")) == ["visit", "video"]


def test_private_completion_tells_no_name(work: Work, garcia: None) -> None:
    desk = work(private=True).desk
    assert [(each.text, each.about) for each in desk.choices("tried ")] == [("1", "G.M.")]
    assert texts(desk.choices("tried gar")) == texts(desk.choices("tried mar")) == []
    assert [each.about for each in desk.choices("done 1.1")] == ["call ***"]


def test_completion_of_a_locked_caseload_asks_nobody(
    work: Work, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = work().desk
    monkeypatch.delenv("CASECTL_KEY_FILE")
    monkeypatch.setattr(Session, "ask_secret", lambda *given: pytest.fail("it asked"))
    assert desk.choices("tried g") == []


# --- Aliases ----------------------------------------------------------------------------------


@pytest.fixture
def aliases(tmp_path: Path) -> Callable[[str], None]:
    def aliases(lines: str) -> None:
        (tmp_path / "config.toml").write_text(f"[aliases]\n{lines}\n", encoding="utf-8")

    return aliases


def test_an_alias_at_the_prompt_and_in_the_shell(
    work: Work, garcia: None, run: Run, aliases: Callable[[str], None]
) -> None:
    aliases('l = "list --fields case"\nf = \'follow --due "next tue"\'')
    assert run("l").out == "1\n"
    assert run("--no-private l --sort name").out == "1\n"
    assert run(["f", "1", "call l"]).code == 0  # the first word only
    told = work("l", "f 1 aide's list")
    assert told.out.startswith("1\n")
    due = {each["what"]: each["due"] for each in run("show 1 --json").json["promises"]}
    assert due["call l"] == due["aide's list"] == "2026-11-24"


def test_an_alias_that_is_set_works_at_once(work: Work, garcia: None) -> None:
    told = work('config set aliases.l "list --fields case"', "l")
    assert told.out.endswith("\n1\n")


def test_aliases_are_settings(run: Run, aliases: Callable[[str], None], tmp_path: Path) -> None:
    assert run("config set aliases.t 'today --soon 3'").code == 0
    assert "aliases.t\ttoday --soon 3\t" in run("config list").out
    assert run("config get aliases.t").out == "today --soon 3\n"
    assert run("config unset aliases.t").code == 0
    assert "aliases" not in run("config list").out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('today = "list"', "aliases.today would hide the command today"),
        ('quit = "list"', "aliases.quit would hide the command quit"),
        ('t = "nope 3"', "aliases.t begins with 'nope', which is no command"),
        ('t = "l"\nl = "list"', "aliases.t begins with 'l'"),
        ('t = ""', "the aliases.t is empty"),
        ("t = 3", "aliases.t is a command line in quotes"),
        ('"-t" = "list"', "aliases.-t is not a word"),
        ('"a b" = "list"', "aliases.a b is not a word"),
        ("t.x = 1", "aliases.t.x is not a word"),
    ],
)
def test_an_alias_that_cannot_be(
    run: Run, aliases: Callable[[str], None], line: str, said: str
) -> None:
    aliases(line)
    for command in ("config list", "somethingelse"):
        done = run(command)
        assert done.code == 78
        assert said in done.err and "config.toml" in done.err
        assert done.err.count("\n") == 1


def test_an_alias_with_a_commands_name_stops_no_command(
    run: Run, garcia: None, aliases: Callable[[str], None]
) -> None:
    aliases('today = "list"')
    assert run("remind").code == 0
    assert run("config unset aliases.today").code == 0
    assert "aliases.tried would hide" in run("config set aliases.tried list").err
    assert run("config set aliases.tried list").code == 2


def test_a_command_reads_no_alias(run: Run, garcia: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "aliases", property(lambda self: pytest.fail("it was read")))
    assert run("list").code == 0


# --- Where there is no terminal ---------------------------------------------------------------


@pytest.mark.parametrize("words", ["day", "--no-input day"])
def test_no_prompt_without_a_terminal(run: Run, words: str) -> None:
    done = run(words)
    assert done.code == 2
    assert "casectl log" in done.err and done.err.count("\n") == 1


def test_day_prints_no_json(run: Run) -> None:
    assert run("day --json").code == 2
