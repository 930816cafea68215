"""key: what opens the caseload, and how to change it."""

from collections.abc import Sequence
from shlex import quote
from typing import Annotated

import typer

from casectl.core.errors import BadValue, CasectlError, Declined
from casectl.parameters import current
from casectl.render import tell
from casectl.session import Session, at_home
from casectl.unlocking import (
    CODE_QUESTION,
    ask_code,
    first_line,
    recover,
    say_opening,
    set_passphrase,
    set_recovery,
)

key_app = typer.Typer(
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SLOT_COLUMNS = ("opens_with", "where", "written")
NewPassphrase = Annotated[
    bool, typer.Option("--stdin", help="Read the new passphrase from standard input, one line.")
]


@key_app.callback()
def key() -> None:
    """What opens the caseload, and how to change it.

    The caseload is encrypted with a random key. Each slot beside it holds that key, wrapped: for
    your passphrase, and for a recovery code. docs/security.md tells all of it.
    """


@key_app.command("slots")
def slots(ctx: typer.Context) -> None:
    """What opens the caseload."""
    session = current(ctx)
    vault = session.vault
    _needs_encryption(session)
    made: list[dict[str, str | None]] = [
        {
            "opens_with": slot.kind,
            "where": str(vault.folder / slot.name),
            "written": slot.written.isoformat(),
        }
        for slot in vault.slots()
    ]
    found = vault.found()
    if found is not None:
        made.append({"opens_with": "nothing asked", "where": found.source, "written": None})
    output = session.output
    if output.draws:
        output.say(*(f"{each['opens_with']:<14}  {each['where']}" for each in made))
    else:
        output.table(made, SLOT_COLUMNS)


@key_app.command("passphrase")
def passphrase(ctx: typer.Context, stdin: NewPassphrase = False) -> None:
    """Set another passphrase.

    The one before opens the caseload no longer. Backups made until now keep their own.
    """
    session = current(ctx)
    with session.vault.changing():
        keys = _opened(session)
        had_recovery = session.vault.has_recovery
        _set_passphrase(session, keys, stdin=stdin)
        if not had_recovery and session.can_ask:
            set_recovery(session, keys)
    session.output.wrote(
        {"slot": "passphrase"}, "The new passphrase opens the caseload; the old one does not."
    )


@key_app.command("code")
def code(ctx: typer.Context) -> None:
    """Make another recovery code.

    It is shown once and asked back in part. The one before opens the caseload no longer.
    """
    session = current(ctx)
    with session.vault.changing():
        keys = _opened(session)
        if not session.can_ask:
            raise CasectlError("a recovery code is shown to a person", hint="run it on a terminal")
        set_recovery(session, keys)
    session.output.wrote(
        {"slot": "recovery code"}, "The new recovery code opens the caseload; the old one does not."
    )


@key_app.command("recover")
def recover_(
    ctx: typer.Context,
    stdin: Annotated[
        bool,
        typer.Option("--stdin", help="Read the code and the new passphrase, a line each."),
    ] = False,
) -> None:
    """Open it with the recovery code; set another passphrase.

    The code is typed unseen, in small letters or capitals, with or without its spaces, in one line
    or line by line. Backups made until now keep the passphrase of their day.
    """
    session = current(ctx)
    _needs_encryption(session)
    if not stdin and not session.can_ask:
        raise CasectlError("nobody can be asked for the code", hint="give it with --stdin")
    with session.vault.changing():
        keys = recover(
            session,
            (lambda: first_line(session)) if stdin else (lambda: ask_code(session, CODE_QUESTION)),
        )
        _set_passphrase(session, keys, stdin=stdin)
    session.vault.forget()
    session.vault.remember(keys)
    session.output.wrote(
        {"slot": "passphrase"},
        "The new passphrase opens the caseload. The recovery code still does;",
        "if somebody may have seen it, casectl key code makes another.",
        "A backup made until now, restored elsewhere, still asks for the passphrase of its day;",
        "the recovery code of that day opens it as well.",
    )


@key_app.command("rotate")
def rotate(
    ctx: typer.Context,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read the passphrase from standard input, one line.")
    ] = False,
) -> None:
    """Encrypt the caseload with a new key.

    For when somebody may have copied the key. The passphrase and the recovery code stay; a key file
    that is named in the settings gets the new key. The backups beside the caseload are encrypted
    with it as well; those elsewhere keep the key they were made with, so without a passphrase keep
    the old key file for them. Killed at any moment, the caseload opens as before. Refused while
    another program has the file open, and where the key file is older than the caseload: others
    may have its key.
    """
    session = current(ctx)
    vault = session.vault
    with vault.changing(vault.named_key_file):
        vault.refuse_shared(vault.named_key_file)
        words = _passphrase_of(session, stdin=stdin)
        store = session.store
        if store.key is not None and not vault.slots():
            _warn_of_other_backups(session)
        store.backups.automatic("rotation")
        unopened = vault.rotate(store, words, vault.named_key_file)
    said = ["The caseload is encrypted with a new key."]
    if vault.has_command:
        said.append("Your key command still prints the old one: give it the new one, which")
        said.append("casectl key show prints.")
    if unopened:
        said.append("Under a key that is not at hand, and as they were:")
        said.extend(f"  {each}" for each in unopened)
    session.output.wrote(
        {"rotated": True, "unopened_backups": [str(each) for each in unopened]}, *said
    )


def _passphrase_of(session: Session, *, stdin: bool) -> str | None:
    """What opens the passphrase slot, where there is one; refused before anything is written."""
    if not session.vault.has_passphrase:
        return None
    if not stdin and not session.can_ask:
        raise CasectlError("the passphrase is needed", hint="give it with --stdin")
    words = first_line(session) if stdin else session.ask_secret("Passphrase: ")
    say_opening(session, words)
    session.vault.unlock(words)
    return words


def _warn_of_other_backups(session: Session) -> None:
    """Without slots, a backup that the rotation does not reach opens with the old key alone."""
    tell("Backups in other folders and on other disks open with the key of today alone, and no")
    tell("slot beside them has it: keep a copy of the key file as it is now, as long as they are.")
    tell("So do copies of the caseload, and what was restored to another place.")
    if session.can_ask:
        session.confirm("Change the key now?", otherwise=Declined("the key was not changed"))


@key_app.command("show")
def show(ctx: typer.Context) -> None:
    """Print the key itself, for a key command's keeper.

    Whoever reads it reads the caseload. It asks first; a script says --yes.
    """
    session = current(ctx)
    keys = _opened(session)
    session.confirm(
        "Print the key that opens the caseload?",
        otherwise=CasectlError("the key is printed only on purpose", hint="add --yes"),
    )
    session.output.made_lines({"key": keys[0].hex()}, keys[0].hex())


@key_app.command("file")
def file(
    ctx: typer.Context,
    to: Annotated[
        str, typer.Argument(metavar="FILE", help="A new file, which only you can read (0600).")
    ],
) -> None:
    """Write the key into a file, for cron.

    Nobody is there at night to type a passphrase: with casectl config set key_file FILE, reminders
    and every other command find the key there. Whoever reads the file reads the caseload. It asks
    first; a script says --yes.
    """
    session = current(ctx)
    if not to.strip() or "\x00" in to:
        raise BadValue("FILE is the path of a new file")
    path = at_home(to).absolute()
    with session.vault.changing(path):
        keys = _opened(session)
        session.confirm(
            f"Write the key that opens the caseload into {path}?",
            otherwise=CasectlError("the key is written only on purpose", hint="add --yes"),
        )
        session.vault.write_key(keys[0], path)
    session.output.wrote(
        {"path": str(path)},
        f"{path} holds the key, readable by you alone.",
        f"Next: casectl config set key_file {quote(str(path))}",
    )


def _opened(session: Session) -> Sequence[bytes]:
    """The key that the file opens with, asked for where it is locked, and what goes with it."""
    key = session.store.key
    if key is None:
        raise CasectlError(f"{session.db_path} is not encrypted", hint="casectl encrypt does that")
    return session.vault.known(key)


def _needs_encryption(session: Session) -> None:
    if not session.vault.is_encrypted:
        raise CasectlError(f"{session.db_path} is not encrypted", hint="casectl encrypt does that")


def _set_passphrase(session: Session, keys: Sequence[bytes], *, stdin: bool) -> None:
    if stdin:
        session.vault.set_passphrase(keys, first_line(session))
    elif session.can_ask:
        set_passphrase(session, keys)
    else:
        raise CasectlError("nobody can be asked for it", hint="give it with --stdin")
