"""The console: pages of the product rendered on the server, over the same desks and repositories as the interface."""
