"""The curator's files: article texts, claims and entities, and where quotes stand."""
