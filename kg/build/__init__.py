"""From the corpus to a published generation; read `pipeline` first."""
