"""One file per verb or noun: parse, ask, decide, show. Commands never import one another."""
