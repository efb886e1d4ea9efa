"""How sure we are: processes of the risk drivers, correlated draws, simulation and sensitivity."""
