"""From an article to draft claims that a curator reviews."""
