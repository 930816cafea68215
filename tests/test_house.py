"""The house holds: who imports whom, what a command loads, and what every command accepts.

The arrows and the start-up budget are drawn in docs/architecture.md. Imports are read from the
source, so one that only a type checker sees, or one inside a function, counts as well.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from conftest import Run
from typer._click.core import Command
from typer.core import TyperGroup

import casectl
from casectl import cli
from casectl.__main__ import MADE_IN_C, SELDOM_CALLED, SELDOM_USED
from casectl.cli import COMMANDS, FUNCTION_NAMES, built

HOUSE = Path(casectl.__file__).parent

# A folder or file of the house, and the others it may import. Its own folder is open to it as
# well, but for commands, which never import one another.
ARROWS: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli", "crash"},
    "core": set(),
    "store": {"core", "__init__"},
    "render": {"core"},
    "formats": {"core"},
    "config": {"core", "formats"},  # a sector's profile is a file of its own
    # They need each other: a locked caseload asks in place, whichever command opened it.
    "session": {"config", "store", "render", "core", "unlocking", "keyboard"},
    # Which case or item is meant; a list that names none never loads it.
    "naming": {"session", "render", "core"},
    "keyboard": {"core"},
    "shapes": {"core"},
    "prompt": {"core"},
    "unlocking": {"session", "render", "core"},
    "crash": {"__init__"},
    "asking": {"session", "render", "core"},
    "editor": {"core", "keyboard"},
    "parameters": {"naming", "session", "render", "core"},
    "pieces": {"parameters", "naming", "session", "core"},
    "sharing": {"session", "render", "core"},
    # What goes to a colleague or comes from one: sealed, opened, and only read.
    "colleagues": {"session", "store", "render", "core"},
    "handing": {"session", "sharing", "render", "core"},
    "importing": {"session", "formats", "render", "core"},
    "commands": {
        "asking", "editor", "keyboard", "prompt", "session", "parameters", "pieces", "sharing",
        "colleagues", "handing", "importing", "naming", "unlocking", "render", "formats", "core",
    },
    # The commands come by name, through the table. What is left to import is the version and the
    # telling of an error.
    "cli": {"__init__", "crash", "session", "shapes", "render", "core"},
}  # fmt: skip
# A dependency, and the one folder that may know it.
ONLY_IN = {
    "sqlite3": "store",
    "sqlcipher3": "store",
    "pyrage": "store",
    "ctypes": "store",
    "sqlite_utils": "store",
    "rich": "render",
    "icalendar": "formats",
    "dateutil": "core",
    "prompt_toolkit": "prompt",
}
# casectl opens no network connection, and the README says so.
NETWORK = {
    "socket", "ssl", "http", "urllib.request", "ftplib", "smtplib", "imaplib", "xmlrpc", "asyncio",
    "httpx", "requests", "urllib3", "aiohttp",
}  # fmt: skip
# What asks the machine for the day or the hour. ``monotonic`` only measures.
CLOCKS = {
    "date.today", "datetime.today", "datetime.now", "datetime.utcnow", "time.time",
    "time.time_ns", "time.localtime", "time.gmtime", "time.strftime", "time.ctime",
}  # fmt: skip
MAY_ASK_THE_CLOCK = {"cli.py": CLOCKS, "store/identity.py": {"time.time_ns"}}


class Import(NamedTuple):
    """One import statement: where it stands and the module it names."""

    where: str
    module: str


def source_files() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def room_of(name: str) -> str:
    """The folder that a file stands in, or the file's own name: ``core/due.py`` is in ``core``."""
    return name.removesuffix(".py").split("/")[0]


def imports_of(path: Path) -> Iterator[Import]:
    """Every module that the file imports, anywhere in it; relative imports are refused."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(f"{name_of(path)}:{node.lineno}", alias.name)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            assert node.module
            for alias in node.names:
                # ``from casectl.render import reports`` names a module; so does the package.
                yield Import(f"{name_of(path)}:{node.lineno}", f"{node.module}.{alias.name}")


def room_imported(module: str) -> str | None:
    """The room that ``casectl.core.due.Band`` is in; None for what is not ours."""
    first, *rest = module.split(".")
    if first != "casectl":
        return None
    if rest and ((HOUSE / rest[0]).is_dir() or (HOUSE / f"{rest[0]}.py").is_file()):
        return rest[0]
    return "__init__"


# --- Who may import whom --------------------------------------------------------------------


def test_every_room_has_its_arrows() -> None:
    assert {room_of(name_of(path)) for path in source_files()} <= set(ARROWS)


@pytest.mark.parametrize("path", source_files(), ids=name_of)
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    room = room_of(name_of(path))
    wrong = []
    for each in imports_of(path):
        other = room_imported(each.module)
        if other is None or other in ARROWS[room]:
            continue
        if other == room and room != "commands":
            continue
        wrong.append(f"{each.where} imports {each.module}")
    assert not wrong, f"{room} may import {sorted(ARROWS[room]) or 'nothing of ours'}: {wrong}"


@pytest.mark.parametrize("path", source_files(), ids=name_of)
def test_a_dependency_stays_in_its_folder(path: Path) -> None:
    room = room_of(name_of(path))
    wrong = [
        f"{each.where} imports {each.module}"
        for each in imports_of(path)
        if ONLY_IN.get(each.module.split(".")[0], room) != room
    ]
    assert not wrong


@pytest.mark.parametrize("path", sorted((HOUSE / "core").rglob("*.py")), ids=name_of)
def test_core_needs_the_standard_library_and_dateutil_only(path: Path) -> None:
    known = {*sys.stdlib_module_names, "annotationlib", "casectl", "dateutil"}  # 3.14 has it
    wrong = [each for each in imports_of(path) if each.module.split(".")[0] not in known]
    assert not wrong


@pytest.mark.parametrize("path", source_files(), ids=name_of)
def test_no_module_reaches_for_the_network(path: Path) -> None:
    wrong = [
        each for each in imports_of(path) if any(_is_within(each.module, name) for name in NETWORK)
    ]
    assert not wrong


@pytest.mark.parametrize("path", source_files(), ids=name_of)
def test_only_cli_asks_what_day_it_is(path: Path) -> None:
    allowed = MAY_ASK_THE_CLOCK.get(name_of(path), set())
    asked = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            spelled = ast.unparse(node)
            for clock in CLOCKS:
                if (spelled == clock or spelled.endswith(f".{clock}")) and clock not in allowed:
                    asked.append(f"{name_of(path)}:{node.lineno} {spelled}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            asked += [
                f"{name_of(path)}:{node.lineno} from time import {alias.name}"
                for alias in node.names
                if f"time.{alias.name}" in CLOCKS - allowed
            ]
    assert not asked


@pytest.mark.parametrize(
    "path",
    [HOUSE / "cli.py", HOUSE / "parameters.py", *sorted((HOUSE / "commands").glob("*.py"))],
    ids=name_of,
)
def test_a_signature_is_not_a_string(path: Path) -> None:
    """Typer would evaluate every annotation again at each start (measured: 4 ms)."""
    assert not [each for each in imports_of(path) if each.module == "__future__.annotations"]


def test_what_is_shipped_as_data_is_read_by_formats_alone() -> None:
    """What stands in casectl/data is text; the shelf alone knows where."""
    files = [path for path in (HOUSE / "data").rglob("*") if path.is_file()]
    assert {path.suffix for path in files if path.parent.name != "letters"} == {".toml"}
    assert {path.suffix for path in files if path.parent.name == "letters"} == {".txt"}
    knows = [
        name_of(path) for path in source_files() if '"data"' in path.read_text(encoding="utf-8")
    ]
    assert [name for name in knows if name.startswith(("core/", "formats/", "commands/"))] == [
        "formats/shipped.py"
    ]


# --- What a command loads -------------------------------------------------------------------

# Loaded by no everyday command: each waits inside the function that needs it. What Typer itself
# loads (difflib, inspect, subprocess through shellingham) is not ours to spare.
HEAVY = {
    "pydantic", "rich", "pygments", "markdown_it", "sqlite_utils", "click", "dateutil",
    "icalendar", "tomlkit", "tomllib", "httpx", "json", "csv", "decimal", "tempfile", "asyncio",
    "email", "http", "logging", "multiprocessing", "unittest", "zoneinfo",
    "pyrage", "ctypes", "getpass", "hmac", "secrets", "hashlib", "prompt_toolkit",
    "casectl.store.migrations", "casectl.store.bulk", "casectl.store.slots", "casectl.unlocking",
    "casectl.core.fictitious", "casectl.formats", "casectl.core.finding", "casectl.core.sheets",
    "casectl.render.sheets", "casectl.render.who", "casectl.store.search",
    "casectl.shapes", "casectl.core.typed", "casectl.core.instruments", "casectl.core.templates",
    "casectl.core.domains", "casectl.render.sparkline", "casectl.core.planning",
    "casectl.store.planning", "casectl.render.plan", "casectl.pieces", "casectl.core.monitoring",
    "casectl.store.monitoring", "casectl.core.outcomes", "casectl.core.assessing",
    "casectl.core.screening", "casectl.core.risks", "casectl.store.assessments", "casectl.asking",
    "casectl.core.noting", "casectl.store.notes", "casectl.render.noting", "casectl.core.linting",
    "casectl.colleagues", "casectl.core.trails", "casectl.store.trails", "casectl.core.weighing",
    "casectl.core.handovers", "casectl.store.handing", "casectl.core.reporting",
    "casectl.core.phases", "casectl.store.sealed",
    "casectl.sharing", "casectl.core.consents", "casectl.store.sharing", "casectl.core.closing",
    "casectl.store.closing", "casectl.render.closing",
    "casectl.core.letters", "casectl.core.leaving",
    "casectl.core.resources", "casectl.store.resources", "casectl.render.resources",
    "casectl.core.service_match", "casectl.core.referrals", "casectl.core.denials",
    "casectl.store.referrals", "casectl.render.referrals",
}  # fmt: skip
# Of Rich a screen needs a console, a text and what these two load; nothing that reads files,
# parses Markdown or measures columns.
NOT_EVEN_ON_A_SCREEN = {
    "rich.table", "rich.markdown", "rich.syntax", "rich.traceback", "rich.progress", "rich.live",
    "rich.logging", "rich.prompt", "rich.tree",
}  # fmt: skip

PROBE = """
import os, sys
from casectl import cli
code = cli.run(sys.argv[1:])
sys.stdout.flush()
with open(os.environ["LOADED"], "w") as out:
    out.write("\\n".join(sorted(sys.modules)))
sys.exit(code)
"""


class Started(NamedTuple):
    code: int
    out: str
    loaded: frozenset[str]

    def of(self, names: set[str]) -> set[str]:
        """Which of these modules, or their parts, were loaded."""
        return {each for each in self.loaded if any(_is_within(each, name) for name in names)}


def _is_within(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


Start = Callable[..., Started]
# The demo has more cases than a list for machines has rows, unless somebody asks for all.
CUT = "casectl: these are not all; --all, or --limit N, gives more\n"


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Run a command in a process of its own, piped or on a terminal, and see what it loaded."""
    loaded = tmp_path / "loaded"

    def start(*words: str, on_a_terminal: bool = False, **environment: str) -> Started:
        environ = {**os.environ, "LOADED": str(loaded), "TERM": "xterm-256color", **environment}
        command = [sys.executable, "-c", PROBE, *words]
        run = on_a_terminal_of_its_own if on_a_terminal else piped
        code, out = run(command, environ)
        return Started(code, out, frozenset(loaded.read_text(encoding="utf-8").split("\n")))

    return start


def piped(command: list[str], environ: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.stderr in ("", CUT)
    return done.returncode, done.stdout


def on_a_terminal_of_its_own(command: list[str], environ: dict[str, str]) -> tuple[int, str]:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=environ, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            read = os.read(ours, 4096)
        except OSError:  # Linux says so when the other side has closed
            break
        if not read:
            break
        shown += read
    os.close(ours)
    return process.wait(), shown.decode()


@pytest.fixture
def demo_caseload(run: Run) -> None:
    """A caseload in which every band and every kind of due item occurs."""
    assert run(["--db", os.environ["CASECTL_DB"], "demo"]).code == 0


# What one command needs beyond the lightest: JSON only where JSON is printed.
EVERYDAY: list[tuple[list[str], set[str]]] = [
    (["today"], set()),
    (["today", "--json"], {"json"}),
    (["remind"], set()),
    (["reached", "1", "spoke about school"], set()),
    (["tried", "1", "no answer"], set()),
    (["tried", "1", "no answer; next call again fri"], set()),
    (["follow", "20", "call the clinic", "--due", "fri"], set()),
    (["list"], set()),
    (["show", "1"], {"json"}),  # what only one kind of casework has is kept as JSON
]


@pytest.mark.parametrize(("words", "needs"), EVERYDAY, ids=lambda each: " ".join(each))
def test_an_everyday_command_loads_nothing_heavy(
    demo_caseload: None, start: Start, words: list[str], needs: set[str]
) -> None:
    started = start(*words)
    assert started.code == 0
    assert started.out
    assert started.of(HEAVY - needs) == set()


# What a profile adds to a start that reads a configuration: two files of ours where it ships, and
# where it is somebody's own what checks the whole of it.
OF_A_PROFILE = {"casectl.formats", "casectl.formats.sectors", "casectl.formats.shipped"}
OF_ONES_OWN = OF_A_PROFILE | {
    "casectl.formats.profiles", "casectl.formats.toml_document", "casectl.formats.toml_lines",
    "casectl.core.profiles", "casectl.core.domains",
}  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "adds"), [("health", OF_A_PROFILE), ("ours.toml", OF_ONES_OWN)]
)
def test_a_profile_adds_little_to_a_start(
    demo_caseload: None, start: Start, tmp_path: Path, profile: str, adds: set[str]
) -> None:
    file = tmp_path / "config.toml"
    shipped = HOUSE / "data" / "profiles" / "health.toml"
    (tmp_path / "ours.toml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    file.write_text("limit = 20\n", encoding="utf-8")
    plain = start("today")
    file.write_text(f'limit = 20\nprofile = "{profile}"\n', encoding="utf-8")
    with_one = start("today")
    assert with_one.code == 0
    assert with_one.loaded - plain.loaded == adds
    assert with_one.of(HEAVY - {"tomllib", "casectl.formats", "casectl.core.domains"}) == set()


def test_a_text_without_a_next_step_loads_no_grammar(demo_caseload: None, start: Start) -> None:
    grammar = {"casectl.core.oneline", "casectl.core.dates"}
    assert start("tried", "1", "no answer; will call").of(grammar) == set()
    assert start("tried", "1", "no answer; next call again fri").of(grammar) == grammar


def test_completing_a_handle_loads_nothing_heavy(demo_caseload: None, start: Start) -> None:
    started = start(
        _CASECTL_COMPLETE="complete_bash", COMP_WORDS="casectl show inv", COMP_CWORD="2"
    )
    assert started.out.split() == ["invented-25"]
    assert started.of(HEAVY) == set()


def test_the_list_on_a_terminal_loads_a_little_of_rich(demo_caseload: None, start: Start) -> None:
    started = start("today", on_a_terminal=True)
    assert "SAFETY" in started.out
    assert "rich.cells" in started.loaded
    assert "rich.console" not in started.loaded
    assert started.of(NOT_EVEN_ON_A_SCREEN) == set()
    assert started.of(HEAVY - {"rich", "logging", "json"}) == set()


# What the morning adds to the list, all of it ours and small.
OF_THE_MORNING = {
    "casectl.core.morning", "casectl.store.mornings", "casectl.render.morning",
}  # fmt: skip


def test_the_morning_loads_what_the_list_does(demo_caseload: None, start: Start) -> None:
    start(on_a_terminal=True)  # the first sight of a day is written down
    listed, alone = start("today", on_a_terminal=True), start(on_a_terminal=True)
    more = alone.loaded - listed.loaded
    assert "SAFETY" in alone.out
    assert "casectl.core.morning" in more
    assert more <= OF_THE_MORNING


# Of what loads later, what the standard library of a later Python looks into at once.
LOOKED_INTO_SINCE_3_12 = {"fnmatch", "linecache"}
INSTALLED = """
import os, sys
from casectl.__main__ import Later, main
ended = os._exit
def end(code):
    with open(os.environ["LOADED"], "w") as out:
        waiting = [name for name, module in sys.modules.items() if type(module) is Later]
        out.write("\\n".join(waiting))
    ended(code)
os._exit = end
main()
"""


@pytest.mark.parametrize("words", [["today"], ["remind"], ["reached", "1", "spoke"]])
def test_the_installed_program_leaves_what_it_does_not_use(
    demo_caseload: None, tmp_path: Path, words: list[str]
) -> None:
    """What no everyday command looks into never loads; an import by somebody else does not."""
    loaded = tmp_path / "loaded"
    environ = {**os.environ, "LOADED": str(loaded)}
    code, out = piped([sys.executable, "-c", INSTALLED, *words], environ)
    assert code == 0 and out
    waiting = set(loaded.read_text(encoding="utf-8").split("\n"))
    put_off = {*SELDOM_USED, *SELDOM_CALLED, *MADE_IN_C}
    if sys.version_info < (3, 14):
        put_off.add("dis")
    assert waiting <= put_off
    loaded_after_all = put_off - waiting
    assert loaded_after_all <= LOOKED_INTO_SINCE_3_12
    assert not loaded_after_all or sys.version_info >= (3, 12)


def probed(*lines: str) -> None:
    """Run lines in an interpreter of their own, as an installed program begins: most of what
    loads later is loaded here already.
    """
    begun = (
        "import sys",
        "from casectl.__main__ import *",
        "for name in (*MADE_IN_C, *SELDOM_CALLED, *SELDOM_USED, 'dis', 'inspect'):",
        "    sys.modules.pop(name, None)",
        "load_what_is_used()",
    )
    probe = "\n".join([*begun, *lines])
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_function_taken_at_once_loads_its_module_when_it_is_called() -> None:
    probed(
        "from difflib import get_close_matches as near",
        "assert type(sys.modules['difflib']) is Later",
        "assert near('todya', ['today', 'show']) == ['today']",
        "assert type(sys.modules['difflib']) is not Later",
        "assert near('todya', ['today'], cutoff=0.99) == []",
    )


def test_a_class_taken_at_once_loads_its_module_when_it_is_looked_into() -> None:
    probed(
        "from traceback import StackSummary",
        "assert type(sys.modules['traceback']) is Later",
        "assert StackSummary.from_list([]) == []",
        "assert type(sys.modules['traceback']) is not Later",
    )


def test_a_class_that_something_inherits_from_hands_down_what_it_has() -> None:
    probed(
        "import inspect, ast",  # ``inspect`` has such a class, up to Python 3.12
        "class Names(ast.NodeVisitor):",
        "    def visit_Name(self, node): found.append(node.id)",
        "found = []",
        "assert type(ast) is Later",
        "Names().visit(ast.parse('first + (lambda: second)()'))",
        "assert found == ['first', 'second']",
        "class Real(ast.NodeVisitor): pass",
        "assert Real.__mro__[1] is ast.NodeVisitor",
        "from fractions import Fraction",
        "assert inspect.getsource(Fraction).startswith('class Fraction')",
    )


def test_whoever_comes_after_typer_is_given_no_stand_in() -> None:
    probed(
        "import typer",
        "give_no_more_stand_ins()",
        "for name, taken in SELDOM_CALLED.items():",
        "    for each in taken:",
        "        found = getattr(sys.modules[name], each)",
        "        assert found.__module__ == name, (name, each)",
        "    assert type(sys.modules[name]) is not Later",
    )


def test_what_is_made_in_c_is_what_the_module_itself_has() -> None:
    probed(
        "for name, (_, made) in MADE_IN_C.items():",
        "    module = __import__(name)",
        "    early = {each.lstrip('_'): getattr(module, each.lstrip('_')) for each in made}",
        "    assert type(module) is Later",
        "    assert module.__all__ and type(module) is not Later",
        "    assert all(getattr(module, each) is early[each] for each in early)",
        "from datetime import MINYEAR",
        "from threading import Thread, main_thread",
        "assert main_thread().is_alive() and MINYEAR == 1",
    )


def test_a_forward_reference_made_meanwhile_is_evaluated() -> None:
    probed(
        "import typing",
        "class Holder:",
        "    held: typing.Optional['Later']",
        "give_no_more_stand_ins()",
        "assert 'compile' not in vars(typing)",
        "assert typing.get_type_hints(Holder)['held'] == typing.Optional[Later]",
    )


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="there dis tells them itself")
def test_the_flags_are_those_of_dis() -> None:
    probed(
        "import dis, inspect",
        "assert type(dis) is Later and inspect.CO_GENERATOR == 32",
        "assert dis.opmap and type(dis) is not Later",
        "assert dis.COMPILER_FLAG_NAMES is not FLAGS and dis.COMPILER_FLAG_NAMES == FLAGS",
    )


@pytest.mark.parametrize("name", SELDOM_USED)
def test_what_was_left_loads_when_it_is_looked_into(name: str) -> None:
    probe = (
        "import sys\nfrom casectl.__main__ import Later, load_later\n"
        f"sys.modules.pop({name!r}, None)\nload_later({name!r})\nimport {name}\n"
        f"assert type({name}) is Later\n"
        f"names = {name}.__all__ if hasattr({name}, '__all__') else {name}.__doc__\n"
        f"assert names and type({name}) is not Later\n"
        f"assert [each for each in dir({name}) if each[0].islower()]\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_commands_are_built_one_at_a_time(demo_caseload: None, start: Start) -> None:
    modules = {f"casectl.commands.{entry.module}" for entry in COMMANDS.values()}
    assert start("today").of(modules) == {"casectl.commands.today"}
    assert start("--help").of(modules) == set()


# --- The table of commands ------------------------------------------------------------------


def commands_of(name: str) -> Iterator[tuple[str, Command]]:
    """``name`` as it is typed, or each command under it where it is a noun."""
    command = built(name, COMMANDS[name])
    if isinstance(command, TyperGroup):
        for word, each in command.commands.items():
            yield f"{name} {word}", each
    else:
        yield name, command


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says_of_itself(name: str) -> None:
    entry = COMMANDS[name]
    module = import_module(f"casectl.commands.{entry.module}")
    nested = getattr(module, f"{name}_app", None)
    if nested is None:
        help_text = getattr(module, FUNCTION_NAMES.get(name, name)).__doc__
    else:
        assert isinstance(nested, typer.Typer)
        help_text = built(name, entry).help
    assert help_text
    assert help_text.strip().split("\n")[0] == entry.help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_common_options(name: str) -> None:
    for words, command in commands_of(name):
        options = [option for param in command.params for option in param.opts]
        assert {"--json", "--fields", "--no-input", "--yes"} <= set(options), words
        assert len(options) == len(set(options)), f"{words} declares an option twice"


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps(run: Run, name: str, flag: str) -> None:
    for words, command in commands_of(name):
        result = run(f"{words} {flag}")
        assert result.code == 0, result.err
        assert "Usage: casectl" in result.out
        assert command.help
        assert all(getattr(param, "help", None) for param in command.params), words
    assert run(f"{name} {flag}").code == 0


def test_the_root_lists_every_command_and_the_exit_codes(run: Run) -> None:
    out = run("--help").out
    listed = " ".join(out.split())
    for name, entry in COMMANDS.items():
        assert f"{name} {entry.help}" in listed
    assert " ".join(cli.EXIT_CODES.split()) in listed


def test_what_is_tested_with_both_sorts_of_caseloads_is_there() -> None:
    from conftest import BOTH_SORTS

    there = {path.stem for path in Path(__file__).parent.rglob("test_*.py")}
    assert there >= BOTH_SORTS


# --- What comes before the command ----------------------------------------------------------


@pytest.mark.parametrize("words", ["--yes list", "--no-input list", "-y --no-input config list"])
def test_what_every_command_accepts_may_stand_before_it(run: Run, words: str) -> None:
    assert run("init --unencrypted").code == 0
    done = run(words)
    assert (done.code, done.err) == (0, "")


def test_no_before_the_command_holds_as_it_does_after_it(run: Run) -> None:
    run("init --unencrypted")
    run("intake 'Ada Example' --next call --due fri")
    done = run("--no-input close ada --reason declined", answers=["y"])
    assert done.code == 4
    assert run("--yes close ada --reason declined", answers=[]).code == 0
