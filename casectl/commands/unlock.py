"""unlock and lock: the key comes into this login's keyring, and goes."""

from typing import Annotated

import typer

from casectl.core.errors import CasectlError
from casectl.core.keys import WrongCode, WrongPassphrase
from casectl.parameters import current
from casectl.session import Session
from casectl.unlocking import ask_keys, first_line, note_failure


def unlock(
    ctx: typer.Context,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read the passphrase or code from standard input.")
    ] = False,
) -> None:
    """Open the caseload for this login, until it is idle.

    By the passphrase, or by the recovery code. The key goes into the login keyring (Linux), where
    your programs find it until none has asked for 60 minutes (config set lock_minutes). Elsewhere
    set a key command: docs/security.md.
    """
    session = current(ctx)
    vault = session.vault
    if not vault.is_encrypted:
        raise CasectlError(f"{vault.path} is not encrypted, so it is never locked")
    found = vault.opener()
    if found is not None:
        _said(session, "open", f"It is open already: {found.source} has the key.")
        return
    if not vault.slots():
        raise CasectlError(
            f"{vault.path} has neither a passphrase nor a recovery code: a key file alone opens it",
            hint="casectl config set key_file FILE names it, once for all",
        )
    if stdin:
        try:
            vault.remember(vault.open_by(first_line(session)))
        except (WrongPassphrase, WrongCode):
            note_failure(session)
            raise
    elif session.can_ask:
        ask_keys(session)
    else:
        raise CasectlError(
            "nobody can be asked for the passphrase", hint="give it with --stdin, or set key_file"
        )
    if vault.found() is None:
        raise CasectlError(
            "this system has no login keyring that keeps the key",
            hint="set key_file or key_command; on a terminal each command asks",
        )
    idle = session.config.lock_minutes
    minutes = f"{idle} minute{'s' if idle != 1 else ''}"
    _said(session, "open", f"Unlocked, until idle for {minutes}. casectl lock locks it.")


def lock(ctx: typer.Context) -> None:
    """Take the key away from this login's programs."""
    session = current(ctx)
    vault = session.vault
    was_open = vault.forget()
    found = vault.found() if vault.is_encrypted else None
    if not vault.is_encrypted:
        raise CasectlError(f"{vault.path} is not encrypted, so it cannot be locked")
    words = "Locked." if was_open else "It was locked."
    if found is not None:
        words = f"The login keyring has no key now, but {found.source} still opens it."
    _said(session, "open" if found else "locked", words)


def _said(session: Session, state: str, words: str) -> None:
    session.output.wrote({"path": str(session.vault.path.absolute()), "state": state}, words)
