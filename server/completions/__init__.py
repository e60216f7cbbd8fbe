"""The conversations as an OpenAI-compatible model: chat completions, streamed and whole."""
