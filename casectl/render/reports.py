"""The door to every report: a screen on a terminal, else TSV or JSON. Only screens load Rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casectl.core.agenda import Agenda
from casectl.render import Output
from casectl.render.objects import DONE_COLUMNS, TODAY_COLUMNS, agenda_objects, done_object

if TYPE_CHECKING:
    from casectl.core.explaining import Explanation
    from casectl.core.views import Did


def agenda(agenda: Agenda, output: Output) -> None:
    """The day's list."""
    if output.draws:
        from casectl.render.today import today_screen

        output.draw(today_screen(agenda, output))
    else:
        output.table(agenda_objects(agenda, output), TODAY_COLUMNS)


def explanation(explanation: Explanation, output: Output) -> None:
    """The arithmetic of one case."""
    from casectl.render.explain import explain_lines, explain_object

    if output.json or output.fields:
        output.one(explain_object(explanation, output), ())
    else:
        output.say(*explain_lines(explanation, output))


def day_done(done: list[Did], output: Output) -> None:
    """What was done on one day, oldest first."""
    if output.draws:
        from casectl.render.today import done_screen

        output.draw(done_screen(done, output))
    else:
        output.table([done_object(each) for each in done], DONE_COLUMNS)
