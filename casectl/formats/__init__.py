"""Other systems' files <-> core types. Each format's library loads in its own file."""
