"""OAuth 2.1 for MCP clients: a person lets a program in without handing a key over."""
