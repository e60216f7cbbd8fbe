"""Slack as one more place where conversations are held."""
