"""The one gate to other people: nothing of a client's record leaves without passing it.

A door that lets a record out asks ``permit`` before it asks or writes anything else, and hands what
it got to ``store.sharing.disclose`` inside the operation that shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.casework import CONSENT
from casectl.core.consents import Permission, permission
from casectl.core.errors import NotShared

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
    basis: str | None = None,
    on: date | None = None,
) -> Permission:
    """The right to tell ``recipient`` about ``case``, today or ``on`` a day that was.

    A live release that names the recipient and the purpose gives it; else ``override``, a reason,
    or ``basis``, the law or order that asks for it. Both are kept with the disclosure. Raises
    NotShared where there is none of them.
    """
    if override is not None:
        override = session.typed(override, "reason")
    releases = session.store.casework.of(case, CONSENT)
    try:
        return permission(
            case,
            releases,
            recipient,
            purpose,
            what,
            on or session.today,
            override=override,
            basis=basis,
            order=session.config.date_order,
        )
    except NotShared as error:
        if not session.private:
            raise
        from casectl.core.privacy import without_quotes

        raise NotShared(without_quotes(str(error))) from None
