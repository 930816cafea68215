"""Resources for people and machines. That one is not verified in time is said on every showing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casectl.core.model import Case
from casectl.core.resources import FIELDS, Resource, ages, said, unverified_days, verified_words
from casectl.core.service_match import Fit
from casectl.core.spoken import spoken, spoken_short
from casectl.render import Object, Output, tell

if TYPE_CHECKING:
    from casectl.render.screens import Line

RESOURCE_COLUMNS = (
    "resource", "organization", "service", "domains", "capacity", "verified_on", "verification",
)  # fmt: skip
FIT_COLUMNS = ("resource", "organization", "service", "fits", "needs", "why", "against", "ask",
               "verification")  # fmt: skip
# The key of each field in JSON, where HSDS has it deeper than a list of texts.
DEEPER = {"address": "locations", "access": "accessibility", "domain": "domains"}


def resource_object(resource: Resource, output: Output) -> Object:
    """A resource with the names that HSDS 3.0 has for what is on record, and the texts of lists."""
    low, high = ages(resource)
    return {
        "resource": resource.number,
        "id": resource.id,
        "organization": resource.organization,
        "service": resource.service,
        "capacity": resource.capacity,
        "verified_on": resource.verified_on.isoformat() if resource.verified_on else None,
        "verified": unverified_days(resource, output.today, output.verified_for) is None,
        "verification": verification(resource, output),
        "retired_on": resource.ended_on.isoformat() if resource.ended_on else None,
        **{
            DEEPER.get(each.key, each.path[0]): _value(resource, each.key, each.kind)
            for each in FIELDS
            if each.kind != "age"
        },
        "minimum_age": low,
        "maximum_age": high,
    }


def _value(resource: Resource, key: str, kind: str) -> list[str] | str | None:
    if key == "domain":
        return list(resource.domains)
    texts = said(resource, key)
    return texts if kind != "text" else "; ".join(texts) or None


def verification(resource: Resource, output: Output) -> str:
    """``verified Wed 18 Nov``, or that it was not, or not in time."""
    words = verified_words(resource, output.today, output.verified_for)
    if words is not None or resource.verified_on is None:
        return words or ""
    return f"verified {spoken_short(resource.verified_on, output.today, output.order)}"


def capacity_words(resource: Resource) -> str:
    return resource.capacity or "room not known"


def resource_sentence(resource: Resource, output: Output) -> str:
    """``Resource 3: food parcels, Example Pantry (open; verified today).``"""
    told = [capacity_words(resource), verification(resource, output)]
    if resource.ended_on is not None:
        told.append(f"retired {spoken(resource.ended_on, output.order)}")
    return f"Resource {resource.number}: {resource.name} ({'; '.join(told)})."


def lacking(resource: Resource) -> list[str]:
    """What a resource does not say and a referral wants to know."""
    wanted = {
        "its domains (--domain)": resource.domains,
        "a phone (--phone)": said(resource, "phone"),
        "how to apply (--apply)": said(resource, "apply"),
        "its languages (--language)": said(resource, "language"),
        "whom it serves (--eligibility)": said(resource, "eligibility"),
    }
    return [name for name, known in wanted.items() if not known]


def resources(
    found: Sequence[Resource], output: Output, empty: str, *, named: bool = False
) -> None:
    """A list: a line or two for each. ``named`` where a bare number would be read as a case's."""
    found = output.shown(found)
    if not output.draws:
        output.table([resource_object(each, output) for each in found], RESOURCE_COLUMNS)
        return
    from casectl.render.screens import cell, wrapped

    lines: list[Line] = []
    for each in found:
        told = [each.name]
        told += [", ".join(said(each, "domain"))] if each.domains else ["no domain"]
        told += [capacity_words(each), verification(each, output)]
        told += ["RETIRED"] if each.ended_on else []
        first, *more = wrapped(
            "; ".join(told), output.width - (len("resource ") if named else 0), " " * 6
        )
        number = f"resource {each.number}" if named else cell(str(each.number), 5)
        lines += [[(number, "head"), (f"{'  ' if named else ''}{first[0][0][6:]}", "")], *more]
    output.draw(lines or [[(empty, "")]])


def resource(each: Resource, output: Output) -> None:
    """Everything on record of one."""
    each = output.shown(each)
    if not output.draws:
        output.facts(resource_object(each, output))
        return
    from casectl.render.screens import wrapped

    lines: list[Line] = [[(f"{each.service}", "head"), (f"  {each.organization}", "")]]
    standing = [f"Resource {each.number}", capacity_words(each), verification(each, output)]
    if each.ended_on is not None:
        standing.append(f"retired {spoken(each.ended_on, output.order)}")
    lines += wrapped(" · ".join(standing), output.width)
    for field in FIELDS:
        texts = said(each, field.key)
        if texts:
            lines += wrapped(f"{field.words}: {'; '.join(texts)}", output.width)
    output.draw(lines)


# -- what fits a case ------------------------------------------------------------------------------


def fit_object(fit: Fit, case: Case, output: Output) -> Object:
    return {
        "case": case.number,
        "handle": case.handle,
        "client": case.client,
        **resource_object(fit.resource, output),
        "fits": not fit.is_near,
        "needs": [f"{case.number}.{each.part}" for each in fit.needs],
        "why": list(fit.why),
        "against": list(fit.against),
        "ask": list(fit.ask),
        "verification": fit.unverified or verification(fit.resource, output),
    }


def fit_words(fit: Fit, case: Case, output: Output) -> str:
    """Why it fits or does not, in words that a person can check."""
    needs = ", ".join(f"{each.part} {each.what or each.domain}" for each in fit.needs)
    told = [f"meets {needs}", *fit.why]
    told += [f"ask {each}" for each in fit.ask]
    told += [fit.unverified or verification(fit.resource, output)]
    return "; ".join(told)


def offered(fit: Fit, case: Case, output: Output) -> str:
    """One service to choose: its number and name, why it does not fit, and why it does."""
    against = f": {'; '.join(fit.against)}" if fit.is_near else ""
    words = fit_words(fit, case, output)
    return f"  {fit.resource.number:>3}  {fit.resource.name}{against} ({words})"


def fits(found: Sequence[Fit], case: Case, unmet: Sequence[str], output: Output) -> None:
    """The services for a case, the best first; those that come near stand behind, and why."""
    found, case, unmet = output.shown(found), output.shown(case), output.shown(unmet)
    if not output.draws:
        output.table([fit_object(each, case, output) for each in found], FIT_COLUMNS)
        for need in unmet:
            tell(f"casectl: nothing on record meets {need}")
        return
    from casectl.render.screens import cell, wrapped

    lines: list[Line] = [[(f"For {case.client} ({case.handle})", "head")]]
    near_told = False
    for each in found:
        if each.is_near and not near_told:
            lines += [[], [("Near, and why not", "head")]]
            near_told = True
        number = cell(str(each.resource.number), 5)
        words = each.resource.name
        if each.is_near:
            words = f"{words}: {'; '.join(each.against)}"
        first, *more = wrapped(words, output.width, " " * 6)
        lines += [[(number, "head"), (first[0][0][6:], "")], *more]
        lines += wrapped(fit_words(each, case, output), output.width, " " * 6)
    for need in unmet:
        lines += wrapped(f"Nothing on record meets {need}: casectl resource add", output.width)
    output.draw(lines)
