"""How a fund evolves: arrays and parameters in, arrays out."""
