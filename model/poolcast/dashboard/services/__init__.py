"""What pages ask: the same functions as the command line, shared between sessions by content, never a user's state."""
