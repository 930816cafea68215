"""What a command takes, read off its parameters, for a prompt that takes typed lines apart.

How many words a value is, and whether it names a case, is read off the metavar that ``--help``
shows for it: a person who reads the help knows as much.
"""

from __future__ import annotations

from collections.abc import Sequence

from typer._click.core import Command, Parameter
from typer.core import TyperArgument, TyperGroup

from casectl.core.typed import FLAG, ITEMS, ITEMS_WHEN, MANY, ONE, REST, WHEN, WORD, WORDS, Shape

DAYS = frozenset({"WHEN", "DAY"})
MANY_WORDS = frozenset(
    {"TEXT", "NAME", "CASE", "NUMBER", "ADDRESS", "TIME", "DOMAIN=TEXT", "KIND=LEVEL", "PART=TEXT"}
)
CASES = frozenset({"CASE", "ITEM", "CASE|ITEM", "CASE|NOTE", "A", "B", "JOT"})
SEVERAL_ITEMS = "ITEM..."
SEVERAL_NOTES = "NOTE..."
MOST_ITEMS = 100  # that are offered one after another


def shape_of_group(group: TyperGroup, help_names: Sequence[str]) -> Shape:
    about = {name: each.get_short_help_str() for name, each in group.commands.items()}
    return Shape(dict.fromkeys(help_names, FLAG), below=tuple(about), about=about)


def shape_of_command(command: Command, help_names: Sequence[str]) -> Shape:
    options = dict.fromkeys(help_names, FLAG)
    about: dict[str, str] = {}
    arguments: list[str] = []
    many = False
    for param in command.params:
        if isinstance(param, TyperArgument):
            if param.hidden:  # no person types one, so the text before it is the last
                continue
            arguments.append((param.metavar or "").strip("[]"))
            many = param.nargs != 1
            continue
        names = [*param.opts, *param.secondary_opts]
        options.update(dict.fromkeys(names, _taken_by(param)))
        about.update(dict.fromkeys(names, getattr(param, "help", None) or ""))
    cases = sum(_cases_in(each) for each in arguments)
    return Shape(
        options,
        _arguments(arguments, many=many),
        cases,
        jot_first=arguments[:1] == ["JOT"],
        about=about,
        metavars=tuple(arguments),
    )


def _taken_by(option: Parameter) -> str:
    if getattr(option, "is_flag", False):
        return FLAG
    metavar = (option.metavar or "TEXT").removesuffix("|-")  # Typer's, where nothing is said
    return WHEN if metavar in DAYS else WORDS if metavar in MANY_WORDS else WORD


def _arguments(metavars: Sequence[str], *, many: bool) -> tuple[str, ...]:
    """One word each, but for the last, which takes what is left."""
    if not metavars:
        return ()
    last = MANY if many else REST
    if _is_items(metavars[-1]):
        last = ITEMS_WHEN if "WHEN" in metavars[-1] else ITEMS
    return (*[ONE] * (len(metavars) - 1), last)


def _cases_in(metavar: str) -> int:
    """How many words of an argument name a case or something of one."""
    several = _is_items(metavar) or metavar == SEVERAL_NOTES
    return MOST_ITEMS if several else metavar in CASES


def _is_items(metavar: str) -> bool:
    return metavar.startswith(SEVERAL_ITEMS)
