"""What a caseload is. Standard library and python-dateutil only: no I/O, no clock, no database."""
