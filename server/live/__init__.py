"""Conversations as they happen: WebSocket, server-sent events and AG-UI."""
