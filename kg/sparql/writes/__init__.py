"""Writes: the protocols without sockets, the writer that applies them, and the service that feeds it."""
