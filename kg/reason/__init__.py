"""OWL consistency and inference."""
