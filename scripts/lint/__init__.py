"""The house lint: what style asks for and no general tool checks. Run as ``python -m scripts.lint``."""
