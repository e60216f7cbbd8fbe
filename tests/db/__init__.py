"""Tests of db: the repository, the catalogue and what is derived from it, the embedded server."""
