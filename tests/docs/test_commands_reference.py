"""docs/commands.md and the man page say what the commands say, and the JSON is what comes out."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from conftest import Run

import casectl
from casectl import cli

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """docs/generate.py, loaded from where it stands."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_and_the_man_page_are_current(generate: ModuleType) -> None:
    old = [path.name for path in generate.stale()]
    assert not old, f"{', '.join(old)} no longer says what the commands say: run make docs"


def test_every_command_is_in_both(generate: ModuleType) -> None:
    reference, man_page = generate.reference(), generate.man_page()
    for name in cli.COMMANDS:
        assert f"\n### {name}\n" in reference
        assert f"\n.SS casectl {name}" in man_page


def test_every_exit_code_is_in_the_reference(generate: ModuleType) -> None:
    codes = [code for code, _ in generate.exit_codes()]
    assert codes == ["0", "1", "2", "3", "4", "5", "10", "75", "78", "130"]


def test_every_variable_that_the_program_reads_is_told(generate: ModuleType) -> None:
    told = {name for name, _ in generate.ENVIRONMENT}
    read: set[str] = set()
    for path in Path(casectl.__file__).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        read |= set(re.findall(r'"(CASECTL_[A-Z_]+|NO_COLOR|FORCE_COLOR|ACCESSIBLE)"', source))
    assert read <= told


def test_the_json_has_the_keys_that_the_reference_shows(
    generate: ModuleType, caseload: None, run: Run
) -> None:
    assert run("intake 'Garcia, Maria' --next 'call the school' --due today --no-input").code == 0
    assert run("backup").code == 0
    assert run("appointment 1 'office' --at 'today 9:00'").code == 0
    shown = dict(generate.sample_reports())
    shown["today --json"] = generate.sample_list()[0]
    for words, each in shown.items():
        printed = run(_typed(words).replace("TEXT", "school")).json
        assert list(printed[0] if isinstance(printed, list) else printed) == list(each), words
    block = re.search(r"```json\n(.*?)```", generate.reference(), re.DOTALL)
    assert block is not None
    assert json.loads(block[1]) == generate.sample_list()


def _typed(words: str) -> str:
    return words.replace("CASE", "1").replace("--hours N", "--hours 6")


def test_a_pipe_has_the_columns_that_the_reference_shows(
    generate: ModuleType, caseload: None, run: Run
) -> None:
    assert run("intake 'Garcia, Maria' --next 'call the school' --due today --no-input").code == 0
    assert run("appointment 1 'office' --at 'today 9:00'").code == 0
    assert run("jot 'sister called'").code == 0
    assert run("assess 1 --domain food=1 --need food=bread").code == 0
    assert run("screen 1 gad2 1,1").code == 0
    assert run("people add 1 'Rosa Sample' --as family").code == 0
    release = "--to School --purpose grades --what name"
    assert run(f"consent add 1 {release} --until eow --told-rights --signed today").code == 0
    assert run(f"disclosures add 1 {release}").code == 0
    assert run("backup").code == 0
    for words, columns in generate.PIPED.items():
        typed = f"{words} school" if words in ("search", "whois") else _typed(words)
        line = run(typed).out.split("\n")[0]
        assert len(line.split("\t")) == len(columns), words


def test_the_man_page_is_sound(generate: ModuleType) -> None:
    """groff reads it without a warning, where groff is installed."""
    page = generate.man_page()
    assert page.isascii()
    assert all(len(line) < 2000 for line in page.split("\n"))
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    command = [groff, "-man", "-Tascii", "-ww", "-rLL=78n"]
    done = subprocess.run(command, input=page, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "who needs you first today, and why" in " ".join(done.stdout.split())
