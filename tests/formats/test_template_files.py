"""Plan templates as files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from casectl.core.errors import BadConfiguration, NotFound
from casectl.core.templates import WHO, After, dated
from casectl.core.workdays import WorkCalendar
from casectl.formats.templates import load_templates, parse_template

NOWHERE = Path("/nowhere")
SMALL = """\
title = "Small"
about = "What it is for"
counts_from = "applied"

[[goals]]
text = "I eat"
measure = "Three meals a day"
target = "2 months"
domain = "food"

[[goals.steps]]
text = "Shop"
who = "client"
after = "1 working day"

[[goals.steps]]
text = "Apply"
who = "worker"
after = "2 weeks"
domain = "benefits"
"""


def test_what_ships_is_whole() -> None:
    shelf = load_templates(NOWHERE)
    assert shelf.names() == [
        "benefits-application", "hospital-discharge", "intake-to-housing", "reentry-90-days",
    ]  # fmt: skip
    good, bad = shelf.all()
    assert bad == []
    for template in good:
        steps = [step for goal in template.goals for step in goal.steps]
        assert {step.who for step in steps} >= {"client", "worker", "provider"}
        assert {step.who for step in steps} <= set(WHO)
        # A plan of which the worker does most is the worker's plan.
        workers = sum(step.who == "worker" for step in steps)
        assert workers <= len(steps) - workers
        for goal in dated(template, date(2026, 11, 18), WorkCalendar()):
            first_day = min(step.due for step in goal.steps)
            assert date(2026, 11, 18) <= first_day <= goal.target


def test_a_small_one_is_read() -> None:
    template = parse_template("small", SMALL, Path("small.toml"))
    (goal,) = template.goals
    assert template.counts_from == "applied"
    assert goal.target == After(2, "months")
    assert [step.after for step in goal.steps] == [After(1, "working days"), After(2, "weeks")]
    assert [step.domain for step in goal.steps] == ["food", "benefits"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('about = "What it is for"\n', "", "line 1: about is missing"),
        ('"applied"', '"monday"', "line 3: counts_from is one of intake, applied, not 'monday'"),
        ('"2 months"', '"two months"', "line 8: target is like \"5 working days\", \"2 weeks\""),
        ('"2 months"', '"-2 months"', "line 8: target is like"),
        ('"2 months"', '"2months"', "line 8: target is like"),
        ('"2 months"', '"2 years"', "line 8: target is like"),
        ('"2 months"', '"٢ months"', "line 8: target is like"),
        ('"2 months"', '"121 months"', "line 8: target is over ten years"),
        ('"2 months"', "2", "line 8: target is a text in quotes, not 2"),
        ('domain = "food"\n', "", "line 5: domain is missing"),
        ('"benefits"', '"benfits"', "line 20: domain is one of safety, housing"),
        ('who = "worker"', 'who = "nobody"', "line 18: who is one of client, worker, provider, "
         "family, not 'nobody'"),
        ('who = "worker"\n', "", "line 16: who is missing"),
        ('who = "worker"', 'who = "worker"\nwhen = "soon"', "line 19: 'when' is not known here"),
        ('text = "Apply"', 'text = "\\u001b[2J"', r"line 17: text holds a control character: "
         r"'\x1b[2J'"),
        ("[[goals.steps]]", "[[goals.stepps]]", "line 5: the goal has no steps"),
        ("[[goals]]", "[goals]", "line 5: goals are tables, written [[goals]]"),
        ('who = "client"', "who = ", "line 13: invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(before: str, after: str, words: str) -> None:
    assert before in SMALL
    text = SMALL.replace(before, after)
    with pytest.raises(BadConfiguration) as refused:
        parse_template("small", text, Path("small.toml"))
    assert str(refused.value).startswith("small.toml, ")
    assert words in str(refused.value)
    assert str(refused.value).isprintable()


def test_without_goals_there_is_no_plan() -> None:
    with pytest.raises(BadConfiguration, match="line 1: there are no goals"):
        parse_template("small", SMALL.partition("[[goals]]")[0], Path("small.toml"))


def test_ones_own_and_those_nobody_has(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "hospital-discharge.toml").write_text(SMALL, encoding="utf-8")
    shelf = load_templates(tmp_path)
    assert shelf.find("ours").title == "Small"
    with pytest.raises(BadConfiguration, match="has the name of a plan template that casectl"):
        shelf.find("hospital-discharge")
    with pytest.raises(NotFound, match=r"no plan template 'our'; did you mean ours\?"):
        shelf.find("our")
