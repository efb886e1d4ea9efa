"""What a forecast means: measures read from it."""
