"""The command tree, the root's options, and the one place where an error becomes an exit code.

One table maps a command's name to its module, and only the invoked command's parameters are
built: seventy eager signatures cost a third of start-up. A test imports every entry and compares
its help with the table.
"""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import ClickException, UsageError
from typer._click.formatting import HelpFormatter
from typer._click.shell_completion import CompletionItem
from typer._completion_classes import completion_init
from typer.core import TyperCommand, TyperGroup
from typer.main import (
    get_install_completion_arguments,
    get_params_convertors_ctx_param_name_from_function,
)

from casectl import __version__
from casectl.core.errors import BadValue, CasectlError
from casectl.core.values import NamedTuple
from casectl.session import Clock, Program, Session, Sitting

if TYPE_CHECKING:
    from casectl.core.profiles import Profile
    from casectl.core.typed import Shape

DAILY, CASEWORK, UPKEEP = "Every day", "Cases", "Upkeep"


class Entry(NamedTuple):
    """Where a command lives and the one line that ``--help`` shows for it."""

    module: str
    help: str
    section: str


COMMANDS: dict[str, Entry] = {
    "today": Entry("today", "Who needs you first today, and why.", DAILY),
    "day": Entry("day", "The same commands at a prompt, for a whole day.", DAILY),
    "intake": Entry("intake", "Take a client in, or many from a file.", DAILY),
    "reached": Entry("contact", "Record that you reached somebody.", DAILY),
    "tried": Entry("contact", "Record that you tried and did not reach them.", DAILY),
    "again": Entry("contact", "Record a case's last contact once more, for today.", DAILY),
    "log": Entry("log", "Record several contacts, a line each.", DAILY),
    "follow": Entry("follow", "Promise a follow-up by a day.", DAILY),
    "deadline": Entry("follow", "Put a hard outside date on a case.", DAILY),
    "appointment": Entry("follow", "Make an appointment.", DAILY),
    "done": Entry("done", "Mark items done, with their outcome.", DAILY),
    "kept": Entry("done", "Mark an appointment kept, which is a contact.", DAILY),
    "missed": Entry("done", "Mark an appointment missed.", DAILY),
    "snooze": Entry(
        "done", "Move follow-ups, or steps of a plan, to a later day, with a reason.", DAILY
    ),
    "cancel": Entry("done", "Cancel items, with a reason.", DAILY),
    "triage": Entry("triage", "Go through what is due by single keys, or plan days for it.", DAILY),
    "week": Entry("week", "The coming days: what has an hour, and what falls due.", DAILY),
    "away": Entry("away", "Your days away, and what falls due meanwhile.", DAILY),
    "note": Entry("note", "Write a note on a case.", DAILY),
    "sign": Entry("note", "Sign notes, so that nobody takes them back.", DAILY),
    "jot": Entry("note", "Write something down that belongs to no case yet.", DAILY),
    "jots": Entry("note", "List what was jotted down and is not filed yet.", DAILY),
    "file": Entry("note", "Make a jot a note of a case.", DAILY),
    "remind": Entry("remind", "Print what is due, for cron and mail.", DAILY),
    "show": Entry("show", "Everything on file for one case.", CASEWORK),
    "list": Entry("list", "List cases.", CASEWORK),
    "search": Entry("search", "Find text in names, notes, contacts and follow-ups.", CASEWORK),
    "whois": Entry("whois", "Who it is: by phone number, id, birth date or words.", CASEWORK),
    "assess": Entry(
        "assess", "Assess how a client stands, domain by domain, and the risk.", CASEWORK
    ),
    "screen": Entry("screen", "Ask a questionnaire, score it, and follow it over time.", CASEWORK),
    "need": Entry("need", "The needs of a case: add, met, drop, list.", CASEWORK),
    "plan": Entry("plan", "The plan of a case: show, agree, review, compare.", CASEWORK),
    "goal": Entry("goal", "Goals of a plan: what will be different for the client.", CASEWORK),
    "step": Entry("step", "Steps of a plan: who does what, by when.", CASEWORK),
    "barrier": Entry("step", "What is in the way of a goal.", CASEWORK),
    "progress": Entry("progress", "What has changed for a client over time.", CASEWORK),
    "voice": Entry("progress", "What the client says of the service, in two answers.", CASEWORK),
    "transition": Entry(
        "transition", "A discharge, release or move, and the contact it asks for.", CASEWORK
    ),
    "resource": Entry(
        "resource", "Resources: services that one can refer to, and which fit a case.", CASEWORK
    ),
    "refer": Entry("refer", "Refer a client to a service: draft it, or send it.", CASEWORK),
    "referral": Entry("refer", "Referrals, from the draft to the client who is there.", CASEWORK),
    "denial": Entry(
        "denial", "What was denied to a client, and what is done against it.", CASEWORK
    ),
    "transfer": Entry("transfer", "Hand a case over to a colleague.", CASEWORK),
    "cover": Entry("cover", "Let a colleague see to cases while you are away.", CASEWORK),
    "receive": Entry("receive", "Take in the case that a colleague handed over.", CASEWORK),
    "caseload": Entry(
        "caseload", "How many cases of which sort, and whether one can carry them.", CASEWORK
    ),
    "report": Entry("report", "Reports over a time: in time, outcomes, activity.", CASEWORK),
    "escalate": Entry("escalate", "What a supervisor should see.", CASEWORK),
    "summary": Entry("escalate", "Write what a supervisor reads at night into a file.", CASEWORK),
    "lint": Entry("lint", "What of the casework asks for a second look, and what to do.", CASEWORK),
    "meds": Entry("lists", "The medications of a client: add, stop, list.", CASEWORK),
    "provider": Entry(
        "lists", "The providers among the people around a client: add, drop, list.", CASEWORK
    ),
    "people": Entry("people", "Who is around a client: add, show, edit, end.", CASEWORK),
    "consent": Entry(
        "consent", "Releases of information: who may be told what, and until when.", CASEWORK
    ),
    "disclosures": Entry(
        "disclosures",
        "What was told of a client, to whom, and by which right: list, add.",
        CASEWORK,
    ),
    "amend": Entry("amend", "Attach what the client disagrees with.", CASEWORK),
    "copy": Entry("copy", "The client's own copy of what is on file, in plain language.", CASEWORK),
    "casefile": Entry(
        "casefile", "The case file for an audit or a court, print-ready, with its trail.", CASEWORK
    ),
    "contact": Entry("contact", "Record a contact, reached or tried.", CASEWORK),
    "correct": Entry("correct", "Correct a contact by adding the right one beside it.", CASEWORK),
    "edit": Entry("edit", "Correct a client's name, phone, address and the like.", CASEWORK),
    "set": Entry("set", "Set a case's urgency or risk, with a reason.", CASEWORK),
    "accept": Entry("status", "Take a pending referral on.", CASEWORK),
    "hold": Entry("status", "Put a case on hold until a day.", CASEWORK),
    "close": Entry("close", "Close a case: notice, checklist, and the end.", CASEWORK),
    "letter": Entry("letter", "Print a letter from a template.", CASEWORK),
    "reopen": Entry("status", "Open a closed case again, or take one off hold.", CASEWORK),
    "merge": Entry("merge", "Join two records of the same client.", CASEWORK),
    "history": Entry("history", "Who changed what, and when.", CASEWORK),
    "undo": Entry("undo", "Undo the last change, or a chosen one.", CASEWORK),
    "redo": Entry("undo", "Do again what was undone last.", CASEWORK),
    "init": Entry("init", "Create a caseload.", UPKEEP),
    "unlock": Entry("unlock", "Open the caseload for this login, until it is idle.", UPKEEP),
    "lock": Entry("unlock", "Take the key away from this login's programs.", UPKEEP),
    "key": Entry("key", "What opens the caseload, and how to change it.", UPKEEP),
    "encrypt": Entry("encrypt", "Encrypt a caseload that is not.", UPKEEP),
    "decrypt": Entry("encrypt", "Write a copy that is not encrypted.", UPKEEP),
    "demo": Entry("demo", "Make a throwaway caseload of fictitious people.", UPKEEP),
    "cron": Entry("cron", "Print crontab lines that run remind.", UPKEEP),
    "backup": Entry("backup", "Make a checked copy of the caseload, or list those made.", UPKEEP),
    "restore": Entry("restore", "Put a backup in the caseload's place.", UPKEEP),
    "audit": Entry("audit", "Prove that the record is as it was written.", UPKEEP),
    "purge": Entry("purge", "Erase closed cases for good, as the law may ask.", UPKEEP),
    "doctor": Entry("doctor", "Check the caseload and what surrounds it.", UPKEEP),
    "config": Entry("config", "Read and change settings.", UPKEEP),
    "db": Entry("db", "Where the caseload is.", UPKEEP),
}
# Functions whose command's name is a word of Python's own.
FUNCTION_NAMES = {"list": "list_", "set": "set_"}

INTERRUPTED = 130
NARROWEST = 52  # columns that Typer's help is written for at the least
HELP = ("-h", "--help")
EXIT_CODES = """\
Exit codes: 0 ok, 1 failure or declined, 2 usage or bad value, 3 not found, 4 ambiguous or \
possible duplicate, 5 bad import data, 10 something is due (remind --exit-code), 75 database \
busy, 78 bad configuration, 130 interrupted."""


def common_options(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    fields: Annotated[
        str | None,
        typer.Option("--fields", metavar="A,B", help="Print only these fields (TSV, or JSON)."),
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Answer yes to a question.")] = False,
    private: Annotated[
        bool | None,
        typer.Option("--private/--no-private", help="Others can see: numbers and initials only."),
    ] = None,
) -> None:
    """What every command accepts."""


@cache
def common_parameters() -> list[Any]:
    """The parameters that every command has, built once."""
    params, _, _ = get_params_convertors_ctx_param_name_from_function(common_options)
    return list(params)


class Fitted(HelpFormatter):
    """Help in a terminal's width. Typer writes for 50 columns at the least, and a narrower terminal
    breaks those lines inside words.
    """

    def __init__(self, *given: Any, **known: Any) -> None:
        super().__init__(*given, **known)
        import shutil

        columns = shutil.get_terminal_size().columns
        if columns < NARROWEST:
            self.width = max(columns - 2, 20)

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        narrow = self.width < NARROWEST - 2
        super().write_dl(rows, min(col_max, 12) if narrow else col_max, col_spacing)


Context.formatter_class = Fitted


class Root(TyperGroup):
    """The commands by name, each built only when it is called for."""

    def list_commands(self, ctx: Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        entry = COMMANDS.get(cmd_name)
        return built(cmd_name, entry) if entry else None

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        """Commands by name, without building one of them, then the root's options."""
        named = [
            CompletionItem(name, help=each.help)
            for name, each in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return named + Command.shell_complete(self, ctx, incomplete)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            args = [*_by_alias(args[0], ctx), *args[1:]]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        for section in (DAILY, CASEWORK, UPKEEP):
            rows = [(name, each.help) for name, each in COMMANDS.items() if each.section == section]
            with formatter.section(section):
                formatter.write_dl(rows)


def built(name: str, entry: Entry) -> Command:
    """The command itself: its module imported, its parameters and the common ones built."""
    module = import_module(f"casectl.commands.{entry.module}")
    nested: typer.Typer | None = getattr(module, f"{name}_app", None)
    if nested is not None:
        group = typer.main.get_group(nested)
        group.name = name
        for each in group.commands.values():
            assert each.callback is not None
            each.callback = _with_common(each.callback)
            each.params.extend(common_parameters())
        return group
    parameters, call = _signature(getattr(module, FUNCTION_NAMES.get(name, name)))
    if "_CASECTL_COMPLETE" in os.environ:
        _offer_values(name, parameters)
    return TyperCommand(
        name,
        callback=_with_common(call),
        params=[*parameters, *common_parameters()],
        help=call.__doc__,
        short_help=entry.help,
        rich_markup_mode=None,
    )


def _offer_values(command: str, parameters: Sequence[Any]) -> None:
    """Let a shell complete what an option takes, where that is one of a few words."""
    from casectl.core.offered import is_the_profiles, option_values

    for each in parameters:
        words = [word for option in each.opts for word in option_values(command, option)]
        if not words:
            continue

        def complete(
            ctx: Context, param: Parameter, begun: str, words: Sequence[str] = words
        ) -> list[CompletionItem]:
            for option in param.opts:
                if is_the_profiles(command, option):
                    words = option_values(command, option, _profile(ctx))
            return [CompletionItem(word) for word in dict.fromkeys(words) if word.startswith(begun)]

        each._custom_shell_complete = complete


def _profile(ctx: Context) -> "Profile | None":
    """The profile that is configured; none where it cannot be read. The caseload is not opened."""
    session = ctx.find_object(Session)
    try:
        return session.profile if session is not None else None
    except CasectlError:
        return None


def _signature(function: Callable[..., Any]) -> tuple[list[Parameter], Callable[..., Any]]:
    """A function's parameters, and how to call it with what was parsed.

    What ``typer.main.get_callback`` does, but for reading the signature a second time.
    """
    parameters, convertors, context_name = get_params_convertors_ctx_param_name_from_function(
        function
    )

    def call(**values: Any) -> Any:
        for name, convert in convertors.items():
            values[name] = convert(values[name])
        if context_name is not None:
            values[context_name] = typer_context()
        return function(**values)

    call.__doc__ = getdoc(function)
    return list(parameters), call


def _with_common(own: Callable[..., Any]) -> Callable[..., Any]:
    def callback(**values: Any) -> Any:
        session = typer_context().find_object(Session)
        assert session is not None
        session.json = values.pop("as_json")
        session.fields = _field_names(values.pop("fields"))
        session.no_input |= values.pop("no_input")  # said here, or before the command
        session.yes |= values.pop("yes")
        if (private := values.pop("private")) is not None:
            session.named_private = private
        return own(**values)

    return callback


def _field_names(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise BadValue("--fields needs names, as in --fields case,due")
    return names


def _by_alias(name: str, ctx: Context) -> list[str]:
    """The words that ``name`` stands for. Only here is the configuration read before a command."""
    session = ctx.find_object(Session)
    line = session.aliases.get(name) if session is not None else None
    if line is None:
        raise UsageError(_unknown(name), ctx)
    from casectl.core.aliases import words_of

    return words_of(line)


def _unknown(name: str) -> str:
    from difflib import get_close_matches

    if name == "help":
        return "no command 'help'; casectl --help tells of all, casectl show --help of one"
    if name.partition(".")[0].isdecimal():
        return f"no command {name[:40]!r}; casectl show {name[:40]} shows what is on file"
    close = get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else "casectl --help lists them"
    return f"no command {name[:40]!r}; {hint}"


def root(
    ctx: typer.Context,
    db: Annotated[
        str | None,
        typer.Option("--db", envvar="CASECTL_DB", metavar="FILE", help="The caseload file."),
    ] = None,
    no_color: Annotated[
        bool, typer.Option("--no-color", "--no-colour", help="Print without colour.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Answer yes to a question.")] = False,
    private: Annotated[
        bool | None,
        typer.Option("--private/--no-private", help="Others can see: numbers and initials only."),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Who needs you first today, and why.

    casectl keeps a case manager's caseload in one local file. Alone it is the morning: the day's
    list, and what is new since the last one.
    """
    if version:
        typer.echo(f"casectl {__version__}")
        raise typer.Exit
    session: Session = ctx.obj
    session.named_db = db
    session.colour = False if no_color else None
    session.no_input, session.yes = no_input, yes
    session.named_private = private
    if ctx.invoked_subcommand is None:
        session.alone = True
        command = built("today", COMMANDS["today"])
        with command.make_context("today", [], parent=ctx) as inner:
            command.invoke(inner)


def root_command(*, with_completion: bool = True) -> Root:
    """The program as a command; the options that install completion cost a millisecond."""
    parameters, call = _signature(root)
    if with_completion:
        parameters.extend(get_install_completion_arguments())
    return Root(
        name="casectl",
        callback=call,
        params=parameters,
        invoke_without_command=True,
        help=call.__doc__,
        epilog=EXIT_CODES,
        context_settings={"help_option_names": list(HELP)},
        rich_markup_mode=None,
    )


def clock() -> Clock:
    """The only place that asks what day it is. ``CASECTL_TODAY`` answers instead when set."""
    from datetime import UTC, date, datetime

    named = os.environ.get("CASECTL_TODAY")
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if not named:
        now = datetime.now()
        return Clock(now.date(), f"{now:%H:%M}", moment)
    try:
        if len(named) != 10:
            raise ValueError
        today = date.fromisoformat(named)
        if not 1900 <= today.year <= 2200:
            raise ValueError
        return Clock(today, "08:00", moment)
    except ValueError:
        raise BadValue("CASECTL_TODAY is a day like 2026-11-22, from 1900 to 2200") from None


def typer_context() -> Context:
    from typer._click.globals import get_current_context

    return get_current_context()


def program() -> Program:
    """What a command that runs others is handed: this module, so that none need import it."""
    return Program(clock, run, shape_of, {name: each.help for name, each in COMMANDS.items()})


def shape_of(words: Sequence[str]) -> "Shape | None":
    """What the command of these words takes, for a prompt; None where there is none."""
    from casectl.shapes import shape_of_command, shape_of_group

    entry = COMMANDS.get(words[0])
    if entry is None:
        return None
    command = built(words[0], entry)
    if isinstance(command, TyperGroup):
        if len(words) == 1:
            return shape_of_group(command, HELP)
        command = command.commands[words[1]]
    return shape_of_command(command, HELP)


def run(args: Sequence[str] | None = None, sitting: Sitting | None = None) -> int:
    """Run one command and return its exit code; every error is one line on standard error.

    ``sitting`` is what a program that stays open keeps from one command to the next.
    """
    words = sys.argv[1:] if args is None else list(args)
    session: Session | None = None
    try:
        _check_words(words)
        if sys.stdout is None:  # before anything is written that nobody would hear of
            raise CasectlError("standard output is closed", hint="send it to a file or /dev/null")
        session = Session(clock(), program(), sitting)
        if "_CASECTL_COMPLETE" in os.environ:
            completion_init()
        command = root_command(
            with_completion=any(word in HELP or word.endswith("-completion") for word in words)
        )
        result = command.main(words, prog_name="casectl", standalone_mode=False, obj=session)
        if result == INTERRUPTED:  # what Typer makes of Ctrl-C
            raise KeyboardInterrupt
        if sys.stdout is not None:
            sys.stdout.flush()
        session.back_up_daily()
        return result if isinstance(result, int) else 0
    except SystemExit as end:  # completion and the printing of help end so
        if isinstance(end.__context__, BrokenPipeError):
            return _reader_left()
        return end.code if isinstance(end.code, int) else 0
    except CasectlError as error:
        return _failed(_said(error, session), error.exit_code)
    except ClickException as error:
        return _failed(_usage(error, words), error.exit_code)
    except (KeyboardInterrupt, typer.Abort) as stop:
        if isinstance(stop.__cause__, EOFError):
            return _failed("the input ended before the answer; nothing was written", 1)
        return _failed(f"interrupted; {_kept(session)}", INTERRUPTED)
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        return _failed(_unheard(error, session), 1)
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a traceback
        return _failed(_bug(error, words, session), 1)
    finally:
        if session is not None:
            with suppress(Exception):  # what was committed is committed
                session.close()


def _said(error: CasectlError, session: Session | None) -> str:
    """An error in words. Where others can see the screen it names a case by its number alone."""
    try:
        private = session is not None and session.private
    except CasectlError:  # the configuration itself is wrong, and this is what it says
        private = False
    if not private:
        return str(error)
    from casectl.core.privacy import without_handles

    return without_handles(str(error))


def _check_words(words: Sequence[str]) -> None:
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise BadValue("an argument is not valid UTF-8") from None


def _usage(error: ClickException, words: Sequence[str]) -> str:
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    if message.endswith("requires an argument"):
        return _what_it_takes(str(getattr(error, "option_name", "")), message, words)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "casectl"
    if message.endswith("?") or "casectl --help" in message:
        return message
    if message.startswith("got unexpected extra argument"):
        message += "; a text of several words goes in quotes"
    return f"{message}; see {path} --help"


def _what_it_takes(option: str, message: str, words: Sequence[str]) -> str:
    """What an option wants that came without its value, in the words of the command's help."""
    name = next((word for word in words if word in COMMANDS), None)
    if name is None:
        return f"{message}; see casectl --help"
    named = (each for each in built(name, COMMANDS[name]).params if option in each.opts)
    said = getattr(next(named, None), "help", None)
    takes = f": {said.rstrip('.')}" if said else ""
    return f"{message}{takes}; see casectl {name} --help"


def _reader_left() -> int:
    """The other end of the pipe had enough (``| head``): end quietly, and stay quiet at exit."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    return 0


def _unheard(error: OSError, session: Session | None) -> str:
    """The answer could not be printed, or a file could not be used; whether anything was recorded
    decides what to do next.
    """
    said = f"cannot write the output ({error.strerror})"
    if error.filename is not None:
        said = f"cannot use {error.filename} ({error.strerror})"
    if session is not None and session.has_written:
        return f"{said}; what you recorded is kept, so do not repeat it"
    return said


def _bug(error: Exception, words: Sequence[str], session: Session | None) -> str:
    """What broke and where, without a word of anybody's record, and where more is told."""
    from casectl import crash

    place = crash.place_of(error)
    command = next((word for word in words if word in COMMANDS), None)
    report = crash.told(error, command, session.clock.moment if session is not None else "")
    return (
        f"something went wrong inside casectl ({type(error).__name__}"
        f"{f' at {place}' if place else ''}); {_kept(session)}; {report}; "
        "casectl doctor tells whether the file is sound"
    )


def _kept(session: Session | None) -> str:
    """Whether what was to be recorded was, when something else went wrong."""
    if session is not None and session.has_written:
        return "what you recorded is kept, so do not repeat it"
    return "nothing was half written"


def _failed(message: str, code: int) -> int:
    from casectl.render import tell

    with suppress(OSError):
        if code == INTERRUPTED and sys.stderr is not None and sys.stderr.isatty():
            tell("")  # the terminal shows ^C where the person was typing
        tell(f"casectl: {message}")
    return code
