"""The edges: HTTP, WebSocket, AG-UI, the page and the command line. The only place that wires the parts together."""
