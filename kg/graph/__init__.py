"""From the model to RDF, driven by the ontology."""
