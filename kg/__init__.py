"""Attest: news articles as a knowledge graph of who said what, in which words, through whom, and when."""
