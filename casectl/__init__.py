"""casectl: who needs me first today, and why. The version lives here; nothing is imported."""

__version__ = "0.1.0"
