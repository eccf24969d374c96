"""Flask and its gateway: they carry bytes, the rules are below."""
