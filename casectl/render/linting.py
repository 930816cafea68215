"""What ``casectl lint`` found, case by case, each with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from casectl.core.linting import Found
from casectl.render import Object, Output

LINT_COLUMNS = ("rule", "handle", "client", "items", "says", "do")


def lint_object(found: Found) -> Object:
    """One finding; without a case it is about the worker."""
    case = found.case
    return {
        "rule": found.rule,
        "case": case.number if case is not None else None,
        "handle": case.handle if case is not None else None,
        "client": case.client if case is not None else None,
        "items": list(found.items),
        "says": found.says,
        "do": found.do,
    }


def lint_report(found: Sequence[Found], notices: Sequence[str], output: Output) -> None:
    """The findings; ``notices`` are for a person, who could take silence for all being well."""
    found = output.shown(found)
    if not output.draws:
        output.table([lint_object(each) for each in found], LINT_COLUMNS)
        return
    lines: list[str] = []
    last = None
    for each in found:
        title = f"{each.case.client} ({each.case.handle})" if each.case is not None else "You"
        if title != last:
            lines += [*([""] if lines else []), title]
            last = title
        lines += [f"  {each.says[0].upper()}{each.says[1:]}.", f"    {each.do}"]
    apart = [""] if lines and notices else []
    output.say(*(lines or ["Nothing found."]), *apart, *notices)
