"""Accounts, logins and who acts: turns credentials into a Scope, once."""
