"""Whose a number is, on one screen: the client, each case and what it owes first."""

from __future__ import annotations

from collections.abc import Sequence

from casectl.core.finding import Known, surest
from casectl.core.model import CLOSED, SAFE, Client
from casectl.core.spoken import spoken_short
from casectl.core.views import Hit
from casectl.render import Output
from casectl.render.listing import found_words, hits_screen
from casectl.render.screens import NARROW, Line, Span, cell, wrapped
from casectl.render.today import first_words
from casectl.render.words import speaks, status, told_phone

# Who else it may be, below the one whom it says best.
ALSO = 5


def who_screen(
    people: Sequence[Known], hits: Sequence[Hit], words: Sequence[str], more: bool, output: Output
) -> list[Line]:
    """One client, where one is surer than the rest; else all of them, to choose from."""
    best = surest(hits)
    if len({hit.case.client_id for hit in best}) > 1:
        return _candidates(people, words, more, output)
    first = best[0]
    cases = [each for each in people if each.client.id == first.case.client_id]
    others = [hit for hit in hits if hit.case.client_id != first.case.client_id]
    lines = [*_person(cases[0].client, output), *_how(first, words, output)]
    for each in cases:
        lines += [[], *_case(each, output)]
    if others:
        lines += [[], [("Also", "head")], *hits_screen(others[:ALSO], words, False, output)]
    if more or len(others) > ALSO:
        lines += wrapped("There are more: casectl search tells them.", output.width)
    return [*lines, [], [(f"casectl show {cases[0].case.number}", "dim")]]


def _candidates(
    people: Sequence[Known], words: Sequence[str], more: bool, output: Output
) -> list[Line]:
    """Each case of everybody who was found, the surest first, and how they were found."""
    count = len({each.client.id for each in people})
    told = f"{count} clients fit{', and there are more' if more else ''}."
    lines: list[Line] = [[(told, "head")]]
    for each in people:
        hit = each.hit
        lines += _whose(each, output)
        where = f"{hit.item}: " if hit.source not in ("client", "case") else ""
        for line in found_words(hit, words, output.width - 2 - len(where)):
            lines.append([(f"  {where}", "dim"), *line])
            where = " " * len(where)
    return [*lines, [], *wrapped("casectl show CASE, or more digits or words", output.width)]


def _whose(each: Known, output: Output) -> list[Line]:
    who: list[Span] = [(each.case.handle, ""), ("  ", ""), (each.client.name, "name")]
    standing = f"  {_standing(each, output)}"
    if output.width < NARROW:
        return [who, [(standing, "")]]
    return [[*who, (standing, "")]]


def _person(client: Client, output: Output) -> list[Line]:
    pronouns = f"  {client.pronouns}" if client.pronouns else ""
    known = {
        "speaks": speaks(client.language, client.interpreter),
        "born": client.birth_date,
        "id": client.external_id,
    }
    facts = " · ".join(f"{name} {value}" for name, value in known.items() if value)
    lines: list[Line] = [[(client.name, "name"), (pronouns, "dim")]]
    lines += wrapped(told_phone(client.phone, client.safely), output.width)
    return [*lines, *(wrapped(facts[0].upper() + facts[1:], output.width) if facts else [])]


def _how(hit: Hit, words: Sequence[str], output: Output) -> list[Line]:
    """Where it was found, unless that stands above already."""
    if hit.field in ("phone", "name", "birth_date", *SAFE) or (
        hit.source == "client" and hit.field == "external_id"
    ):
        return []
    label = f"Found in {hit.item}: " if hit.source != "client" else "Found in "
    first, *rest = found_words(hit, words, output.width - len(label))
    return [[(label, "dim"), *first], *rest]


def _case(each: Known, output: Output) -> list[Line]:
    first = each.first
    head: Line = [(each.case.handle, "head"), (f"  {_standing(each, output)}", "")]
    if first is None:
        return [head]
    style = first.band.name if first.band is not None else "dim"
    word, words = status(first, output.today, output.time), first_words(first, output)
    lines: list[Line] = [head]
    if output.width < NARROW:
        lines += [
            [("  ", ""), (cell(first.item, 12), ""), (word, style)],
            *wrapped(words, output.width, "  "),
        ]
    else:
        said = max(15, len(word))
        row, *rest = wrapped(words, output.width - said - 16)
        lines += [[("  ", ""), (cell(first.item, 12), ""), (cell(word, said), style), *row]]
        lines += [[(" " * (said + 16), ""), *line] for line in rest]
    if each.more_due:
        lines.append([(f"  and {each.more_due} more due", "dim")])
    return lines


def _standing(each: Known, output: Output) -> str:
    """``high · active · Housing``; a question mark where risk is not assessed."""
    case = each.case
    words = [f"{case.level.word}{'?' if case.provisional else ''}", case.status.replace("_", " ")]
    if case.status == CLOSED:
        words = [f"closed {_day(each, output)}".rstrip()]
    return " · ".join([*words, *filter(None, [case.program])])


def _day(each: Known, output: Output) -> str:
    day = each.case.closed_on
    return spoken_short(day, output.today, output.order) if day else ""
