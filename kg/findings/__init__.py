"""Findings: what rules, one file each, notice in what was said; read `rules` first, then `update`."""
