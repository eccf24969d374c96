"""Federated queries (SPARQL 1.1 Federated Query): who may be asked, who asks, and how answers are joined."""
