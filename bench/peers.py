"""Other to-do programs with so many fictitious items in them, in folders of their own."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from measure import environment, output

WORDS = ("call about the lease", "send the application", "visit", "write to the clinic")
PROJECTS = ("housing", "family", "reentry")

Peer = tuple[tuple[str, ...], dict[str, str]]


def task_list(out: Path, count: int) -> Peer | str:
    """``task next`` with ``count`` pending tasks, or why it cannot be run."""
    task = shutil.which("task")
    if task is None:
        return "taskwarrior is not installed"
    folder = out / f"task-{count}"
    settings = folder / "taskrc"
    env = environment(TASKDATA=str(folder / "data"), TASKRC=str(settings))
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "data").mkdir(parents=True)
        settings.write_text("confirmation=no\nnews.version=2.6.0\n")
        items = folder / "items.json"
        items.write_text(json.dumps([_task(number) for number in range(count)]))
        print(f"  (importing {count:,} tasks)", flush=True)
        output((task, "rc.gc=off", "rc.verbose=nothing", "import", str(items)), env)
        (folder / "made").touch()
    return (task, "rc.gc=off", "next", "limit:20"), env


def _task(number: int) -> dict[str, object]:
    """Due from ten days ago to six weeks ahead, one in five of a priority."""
    due = datetime.now(UTC) + timedelta(days=number * 7 % 55 - 10)
    task: dict[str, object] = {
        "description": f"{WORDS[number % len(WORDS)]} (case {number})",
        "status": "pending",
        "project": PROJECTS[number % len(PROJECTS)],
        "due": f"{due:%Y%m%dT%H%M%SZ}",
    }
    if number % 5 == 0:
        task["priority"] = "HML"[number % 3]
    return task


def todo_list(out: Path, count: int) -> Peer | str:
    """``todo list`` of todoman (on the PATH, or named by TODOMAN), or why it cannot be run."""
    todo = os.environ.get("TODOMAN") or shutil.which("todo")
    if todo is None:
        return "todoman is not installed (TODOMAN names its program)"
    folder = out / f"todo-{count}"
    calendar = folder / "lists" / "work"
    shutil.rmtree(folder, ignore_errors=True)
    calendar.mkdir(parents=True)
    for number in range(count):
        (calendar / f"{number}.ics").write_text(_todo(number))
    config = folder / "config.py"
    config.write_text(f'path = "{folder}/lists/*"\ncache_path = "{folder}/cache.sqlite3"\n')
    return (todo, "list"), environment(TODOMAN_CONFIG=str(config))


def _todo(number: int) -> str:
    due = datetime.now(UTC) + timedelta(days=number * 7 % 55 - 10)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//casectl//bench//EN",
        "BEGIN:VTODO",
        f"UID:{number}@example.org",
        "DTSTAMP:20260101T000000Z",
        f"SUMMARY:{WORDS[number % len(WORDS)]} (case {number})",
        f"DUE:{due:%Y%m%dT%H%M%SZ}",
        "STATUS:NEEDS-ACTION",
        "END:VTODO",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines)
