"""The gate: SHACL, unknown terms, and reports that point at the curator's line."""
