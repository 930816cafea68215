"""Other systems' files, and people's own, <-> core types.

Each format's library loads in its own file.
"""
