"""What can be changed: reforms of declared parameters."""
