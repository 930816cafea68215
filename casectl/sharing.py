"""The one gate to other people: nothing of a client's record leaves without passing it.

A door that lets a record out asks ``permit`` before it asks or writes anything else, and hands what
it got to ``store.sharing.disclose`` inside the operation that shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.casework import CONSENT
from casectl.core.consents import Permission, permission
from casectl.core.errors import NotShared
from casectl.render import tell

if TYPE_CHECKING:
    from datetime import date

    from casectl.core.model import Case
    from casectl.session import Session


def permit(
    session: Session,
    case: Case,
    recipient: str,
    purpose: str,
    what: str,
    *,
    override: str | None,
    whole: bool = False,
    basis: str | None = None,
    on: date | None = None,
) -> Permission:
    """The right to tell ``recipient`` about ``case``, or that they were told ``on`` a day.

    A live release that names the recipient and the purpose gives it, and for the ``whole`` record
    one that says so; else ``override``, a reason,
    or ``basis``, the law or order that asks for it. Both are kept with the disclosure. Raises
    NotShared where there is none of them. What may be told of a part is said: its words are the
    client's, and whoever writes the message looks at them.
    """
    if override is not None:
        override = session.typed(override, "reason")
    releases = session.store.casework.of(case, CONSENT)
    try:
        permitted = permission(
            case,
            releases,
            recipient,
            purpose,
            what,
            on or session.today,
            whole=whole,
            override=override,
            basis=basis,
            order=session.config.date_order,
            was_told=on is not None,
        )
    except NotShared as error:
        if not session.private:
            raise
        from casectl.core.privacy import without_quotes

        raise NotShared(without_quotes(str(error))) from None
    release = session.shown(permitted.release)
    if release is not None and not whole:  # only people can judge whether the words cover it
        tell(
            f"casectl: {case.number}.{release.part} lets them be told no more than: {release.what}"
        )
    return permitted
