"""What each command of ``poolcast`` does; `poolcast.cli` only parses the command line."""
