"""Where the files that casectl ships stand."""

from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "data"
