"""Where a case is, as its record says. Nobody types a phase in, so none is ever out of date."""

from __future__ import annotations

from casectl.core.profiles import PHASES

ASSESSMENT, PLANNING, IMPLEMENTATION, MONITORING, CLOSURE = PHASES


def phase_of(*, assessed: bool, agreed: bool, at_work: bool, closing: bool) -> str:
    """The phase of an open case.

    closure          its ending was begun: a notice runs, or a sign-off is waited for
    assessment       until the first full assessment
    planning         until a plan is agreed with the client
    implementation   a goal or a step of the plan is open
    monitoring       everything on the plan is reached or dropped, and the case goes on
    """
    if closing:
        return CLOSURE
    if not assessed:
        return ASSESSMENT
    if not agreed:
        return PLANNING
    return IMPLEMENTATION if at_work else MONITORING
