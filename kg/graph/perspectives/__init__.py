"""Perspectives: from a policy to the statements that it accepts, and from these to plain triples."""
