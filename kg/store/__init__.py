"""Generations on disk, the commit that publishes them, and remote endpoints."""
