"""The widget: sites that carry it, strangers and people who talk through it, and the one file it is served as."""
