"""Approvals by voice: on the phone and by recordings, failing closed."""
