"""The SPARQL protocol without sockets, and the processes that answer queries."""
