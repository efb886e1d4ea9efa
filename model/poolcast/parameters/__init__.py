"""What can be assumed: every parameter declared once, read and checked."""
