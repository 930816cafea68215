"""restore: a backup in the caseload's place."""

from pathlib import Path
from typing import Annotated

import typer

from casectl.core.errors import BadValue, CasectlError
from casectl.parameters import current
from casectl.render import tell
from casectl.render.backups import counted, plan_sentences


def complete_backup(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of the backups that there are, the newest first."""
    session = current(ctx)
    session.named_db = ctx.find_root().params.get("db")
    try:
        names = [each.path.name for each in session.backups()]
    except CasectlError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def restore(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A backup: its path, or its name in casectl backup --list.",
            autocompletion=complete_backup,
        ),
    ],
) -> None:
    """Put a backup in the caseload's place.

    The backup is checked first, and you are told what would be lost. The file that is there is
    never written over: it is kept beside the caseload under another name, with its key slots. A
    caseload keeps its key; where there is none, or it is lost, the backup's own slots come along.
    What its passphrase would open, the recovery code of its day opens too.
    With --db it goes to another place. A script adds --yes.
    """
    session = current(ctx)
    if not file.strip() or "\x00" in file:
        raise BadValue("FILE is the path of a backup")
    backup = Path(file).expanduser()
    with session.restoring(backup) as restoring:
        plan = restoring.plan()
        for sentence in plan_sentences(plan, session.output):
            tell(sentence)
        if plan.there:
            session.confirm(
                "Put the backup in its place?",
                otherwise=CasectlError("nothing was restored", hint="a script adds --yes"),
            )
        restored = restoring.put_in_place(plan, session.author)
    contents = plan.contents
    kept = [
        "What was there before is kept as",
        f"  {restored.aside}",
        "It holds clients' records: remove it, and its .keys folder, once you need it no longer.",
    ]  # fmt: skip
    by_code = [
        "The recovery code opened it; the passphrase is still the one of the backup's day.",
        "casectl key recover sets another, by that code.",
    ]  # fmt: skip
    session.output.wrote(
        {
            "path": str(restored.path),
            "from": str(plan.backup),
            "cases": contents.rows.get("cases", 0),
            "operation": contents.operation,
            "lost_operations": None if plan.unreadable else plan.lost,
            "lost_day": plan.lost_day,
            "kept": str(restored.aside) if restored.aside else None,
        },
        f"Restored {counted(contents.rows.get('cases', 0), 'case')} to",
        f"  {restored.path}",
        *(kept if restored.aside else ()),
        *(by_code if session.backup_by_code and restored.other_slots else ()),
        "Next: casectl doctor, and casectl today",
    )
