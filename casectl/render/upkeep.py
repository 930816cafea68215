"""The settings with their sources, and what doctor found, on a terminal and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from casectl.core.settings import said
from casectl.core.views import FAIL, OK, WARN, Finding
from casectl.render import Object, Output

if TYPE_CHECKING:
    from casectl.core.profiles import Profile
    from casectl.render.screens import Line

SETTING_COLUMNS = ("key", "value", "source")
FINDING_COLUMNS = ("state", "check", "detail", "do")
STYLES = {OK: "dim", WARN: "NOW", FAIL: "SAFETY"}
KEY_WIDTH = 44  # the longest standard's name
PROFILE_KEY_WIDTH = 29  # the longest of what else a profile sets
INDENT = 21  # where what was found begins: after its state and its name


def show_settings(settings: Sequence[Object], output: Output) -> None:
    """Every setting, its value and its source."""
    if output.draws:
        output.draw(settings_screen(settings, output))
    else:
        output.table(settings, SETTING_COLUMNS)


def show_profile(settings: Sequence[Object], profile: Profile, output: Output) -> None:
    """What a sector's profile sets beside its standards, each value with its source."""
    if output.draws:
        output.draw(profile_screen(settings, profile, output))
    else:
        output.table(settings, SETTING_COLUMNS)


def show_setting(setting: Object, output: Output) -> None:
    """One setting: its value, and on a terminal its source."""
    if output.draws:
        output.draw(settings_screen([setting], output))
    else:
        output.one(setting, ("value",))


def show_findings(findings: Sequence[Finding], output: Output) -> None:
    """What doctor looked at."""
    if output.draws:
        output.draw(findings_screen(findings, output))
    else:
        output.table([finding_object(each) for each in findings], FINDING_COLUMNS)


def setting_object(key: str, value: Any, source: str) -> Object:
    if isinstance(value, list):
        value = [each.isoformat() if isinstance(each, date) else each for each in value]
    return {"key": key, "value": value, "source": source}


def settings_screen(settings: Sequence[Object], output: Output) -> list[Line]:
    """One setting a line; what somebody set stands out from the defaults."""
    from casectl.render.screens import NARROW, cell

    lines: list[Line] = []
    for each in settings:
        key, source = each["key"], each["source"]
        style = "dim" if source == "default" else "name"
        value = said(each["value"]) or "not set"
        if output.width < NARROW:
            lines += [[(key, style)], [("  ", ""), (value, style), (f"  ({source})", "dim")]]
        else:
            lines.append([(cell(key, KEY_WIDTH), style), (f"{value}  ", style), (source, "dim")])
    return lines


def profile_screen(settings: Sequence[Object], profile: Profile, output: Output) -> list[Line]:
    """What it is for, then a setting a line; a long list goes on below its beginning."""
    from casectl.render.screens import NARROW, cell, wrapped

    lines: list[Line] = [[(profile.title, "head")]]
    lines += wrapped(profile.about, output.width) if profile.about else []
    lines.append([])
    narrow = output.width < NARROW
    indent = " " * (2 if narrow else PROFILE_KEY_WIDTH + 1)
    for each in settings:
        style = "dim" if each["source"] == "default" else "name"
        told = f"{said(each['value']) or 'not set'}  ({each['source']})"
        first, *more = wrapped(told, output.width, indent)
        if narrow:
            lines += [[(each["key"], style)], first, *more]
        else:
            key = (cell(each["key"], PROFILE_KEY_WIDTH), style)
            lines += [[key, (first[0][0].removeprefix(indent), style)], *more]
    return lines


def finding_object(finding: Finding) -> Object:
    return {
        "check": finding.name,
        "state": finding.state,
        "detail": finding.detail,
        "do": finding.hint,
    }


def findings_screen(findings: Sequence[Finding], output: Output) -> list[Line]:
    """A check a line, ``ok``, ``warn`` or ``FAIL`` in words; what to type stands under it."""
    from casectl.render.screens import NARROW, cell, wrapped

    lines: list[Line] = []
    indent = " " * (2 if output.width < NARROW else INDENT)
    for each in findings:
        head: Line = [(cell(each.state, 5), STYLES[each.state]), (cell(each.name, 14), "name")]
        first, *others = wrapped(each.detail, output.width, indent)
        if output.width < NARROW:
            lines += [head, first, *others]
        else:
            lines += [[*head, (first[0][0].removeprefix(indent), "")], *others]
        if each.hint:
            lines += wrapped(f"-> {each.hint}", output.width, indent)
    return [*lines, [], [(summary(findings), "head")]]


def summary(findings: Sequence[Finding]) -> str:
    failed = sum(each.state == FAIL for each in findings)
    warned = sum(each.state == WARN for each in findings)
    if not failed and not warned:
        return f"All {len(findings)} checks are well."
    parts = [f"{failed} failed"] if failed else []
    parts += [f"{warned} to look at"] if warned else []
    return f"{', '.join(parts)}, of {len(findings)} checks."
