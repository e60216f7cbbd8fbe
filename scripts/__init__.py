"""Development scripts: the house lint, generated documents and the check of the machine. Not part of the product."""
