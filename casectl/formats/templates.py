"""TOML files -> plan templates, each mistake with its line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from casectl.core.domains import BY_KEY
from casectl.core.templates import (
    INTAKE,
    STARTS,
    UNITS,
    WHO,
    After,
    Template,
    TemplateGoal,
    TemplateStep,
)
from casectl.formats.shelf import SHIPPED, Shelf
from casectl.formats.toml_document import LONG, Table, echo, parse_toml

MOST_GOALS = 50
MOST_STEPS = 100
LONGEST = {"days": 3650, "working days": 2600, "weeks": 520, "months": 120}  # ten years


Keys = Sequence[str]
KNOWN = tuple(BY_KEY)


def load_templates(folder: Path, domains: Keys = KNOWN) -> Shelf[Template]:
    """The templates that ship, and those in ``folder``; each is read when it is asked for.

    ``domains`` are the keys that they may name.
    """
    make = partial(read_template, domains=domains)
    return Shelf("plan template", SHIPPED / "plans", folder, make)


def parse_template(key: str, text: str, path: Path) -> Template:
    """Raises BadConfiguration, one line with the file and the line in it."""
    return read_template(key, parse_toml(text, path))


def read_template(key: str, table: Table, domains: Keys = KNOWN) -> Template:
    goals = tuple(_goal(each, domains) for each in table.tables("goals", MOST_GOALS))
    if not goals:
        raise table.wrong("there are no goals", "goals")
    template = Template(
        key,
        table.text("title"),
        table.text("about", limit=LONG),
        table.word("counts_from", STARTS, INTAKE),
        goals,
    )
    table.nothing_else()
    return template


def _goal(table: Table, domains: Keys) -> TemplateGoal:
    domain = table.word("domain", domains)
    goal = TemplateGoal(
        table.text("text", limit=LONG),
        table.text("measure", limit=LONG),
        _after(table, "target"),
        domain,
        tuple(_step(each, domain, domains) for each in table.tables("steps", MOST_STEPS)),
    )
    if not goal.steps:
        raise table.wrong("the goal has no steps")
    table.nothing_else()
    return goal


def _step(table: Table, domain: str, domains: Keys) -> TemplateStep:
    """A step serves its goal's domain unless it names one of its own."""
    step = TemplateStep(
        table.text("text", limit=LONG),
        table.word("who", WHO),
        _after(table, "after"),
        table.word("domain", domains, domain),
    )
    table.nothing_else()
    return step


def _after(table: Table, key: str) -> After:
    """``5 working days``, ``1 week``."""
    text = table.text(key)
    number, _, words = text.partition(" ")
    unit = words if words.endswith("s") else f"{words}s"
    digits = number.isascii() and number.isdigit() and len(number) <= 4
    if unit not in UNITS or not digits:
        raise table.wrong(
            f'{key} is like "5 working days", "2 weeks", "10 days" or "3 months", not {echo(text)}',
            key,
        )
    if int(number) > LONGEST[unit]:
        raise table.wrong(f"{key} is over ten years", key)
    return After(int(number), unit)
