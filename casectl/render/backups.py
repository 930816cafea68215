"""Backups as a list, and what making one or putting one back did, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from casectl.core.spoken import spoken, spoken_short, spoken_size
from casectl.core.views import Backup, Plan
from casectl.render import Object, Output

if TYPE_CHECKING:
    from casectl.render.screens import Line

BACKUP_COLUMNS = ("made_at", "size", "cases", "checked", "reason", "path")


def show_backups(backups: Sequence[Backup], where: str, output: Output) -> None:
    """The backups that there are, the newest first."""
    if output.draws:
        output.draw(backups_screen(backups, where, output))
    else:
        output.table([backup_object(each) for each in backups], BACKUP_COLUMNS)


def backup_object(backup: Backup) -> Object:
    """What a backup's manifest says; without one nobody knows more than its name and size."""
    manifest = backup.manifest
    contents = manifest.contents if manifest else None
    head = contents.head if contents else None
    return {
        "path": str(backup.path),
        "made_at": backup.made_at,
        "size": backup.size,
        "cases": contents.rows.get("cases") if contents else None,
        "checked": manifest is not None,
        "broken_links": manifest.broken_links if manifest else None,
        "encrypted": manifest.encrypted if manifest else None,
        "reason": manifest.reason if manifest else "restore" if backup.aside else None,
        "operation": contents.operation if contents else None,
        "last_day": contents.day if contents else None,
        "head": head.hash if head else None,
        "keyed": head.keyed if head else None,
        "schema": contents.schema if contents else None,
    }


def backups_screen(backups: Sequence[Backup], where: str, output: Output) -> list[Line]:
    from casectl.render.screens import NARROW, WIDE, cell, wrapped

    lines: list[Line] = []
    aside = [each for each in backups if each.aside]
    made_here = [each for each in backups if not each.aside]
    for each in made_here:
        made = _local(each.made_at)
        day = spoken_short(made.date(), output.today, output.order)
        manifest = each.manifest
        style = "name" if manifest else "NOW"
        checked = "checked" if manifest else "not checked"
        first: Line = [
            (cell(day, 15), style), (cell(f"{made:%H:%M}", 5), style),
            (cell(spoken_size(each.size).rjust(8), 9), ""),
        ]  # fmt: skip
        cases = counted(manifest.contents.rows.get("cases", 0), "case") if manifest else ""
        rest: Line = [
            (cell(cases, 12), ""), (cell(checked, 11), "dim" if manifest else "NOW"),
            (cell(manifest.reason if manifest else "", 10), "dim"),
        ]  # fmt: skip
        name = (each.path.name, "dim")  # which is what restore asks for
        if output.width >= WIDE:
            lines.append([*first, *rest, name])
            continue
        lines += [first, [("  ", ""), *rest]] if output.width < NARROW else [[*first, *rest]]
        lines.append([("  ", ""), name])
    if not made_here:
        lines += wrapped("There is no backup yet: casectl backup makes one.", output.width)
    else:
        copies = counted(len(made_here), "backup")
        lines += [[], *wrapped(f"{copies}, in {where}", output.width)]
    if aside:
        lines += [[], *wrapped("Kept when a backup was put in its place:", output.width)]
    for each in aside:
        lines += wrapped(f"{each.path} ({spoken_size(each.size)})", output.width, "  ")
    return lines


def made_sentences(backup: Backup, *, elsewhere: bool) -> list[str]:
    """Where a backup is, how large, and what was checked of it."""
    manifest = backup.manifest
    assert manifest is not None, "a backup that was made has one"
    contents = manifest.contents
    size, broken = spoken_size(backup.size), manifest.broken_links
    links = "is sound" if broken else "and every link in it is sound"
    said = [
        f"Backed up {counted(contents.rows.get('cases', 0), 'case')} to",
        f"  {backup.path}",
        f"{size}, encrypted as the caseload is: what opens the one opens the other."
        if manifest.encrypted
        else f"{size}, not encrypted, as the caseload is not.",
        f"Checked: it opens on its own, every page {links}, each table has as many rows, and the "
        f"journal ends where yours does (operation {contents.operation:,}).",
    ]
    if broken:
        rows = f"{counted(broken, 'row')} in it {'is' if broken == 1 else 'are'}"
        said.append(f"But {rows} of no case or client, as in the caseload: casectl doctor")
    if not elsewhere:
        said.append("It is on the caseload's own disk: casectl backup --to DIR puts one elsewhere.")
    return said


def plan_sentences(plan: Plan, output: Output) -> list[str]:
    """What the backup holds, and what putting it back would lose."""
    contents, manifest = plan.contents, plan.manifest
    has = counted(contents.rows.get("cases", 0), "case")
    last = f"its last entry is of {_day(contents.day, output)}" if contents.day else "no entry yet"
    if manifest is None:
        said = [f"{plan.backup.name} has {has}; {last}.",
                "It has no manifest, so nothing tells whether it is as it was made; it is sound "
                "in itself."]  # fmt: skip
    else:
        made = _local(manifest.made_at)
        when = spoken(made.date(), output.order, time=f"{made:%H:%M}")
        said = [f"The backup of {when} has {has}; {last}."]
    if not plan.there:
        return said
    if plan.unreadable is not None:
        said.append(
            f"The file that is there cannot be read ({plan.unreadable}), so nobody can tell what "
            "it holds beyond the backup."
        )
    elif not plan.common:
        said.append(
            f"The caseload that is there is another one: its {counted(plan.lost, 'operation')}, "
            f"the newest of {_day(plan.lost_day, output)}, would all be gone."
        )
    elif plan.lost:
        said.append(
            f"The caseload has {counted(plan.lost, 'operation')} that the backup has not, the "
            f"newest of {_day(plan.lost_day, output)}: they would be gone."
        )
    else:
        said.append("Nothing was recorded since.")
    said.append("The file that is there is kept beside it.")
    return said


def counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _day(iso: str | None, output: Output) -> str:
    return spoken(date.fromisoformat(iso), output.order) if iso else "no day"


def _local(moment: str) -> datetime:
    """A moment of UTC by this machine's clock on the wall."""
    return datetime.fromisoformat(moment).astimezone()
