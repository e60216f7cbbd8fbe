"""The house for MCP clients: its tools from the one registry, and whole turns as one more tool."""
