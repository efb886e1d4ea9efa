"""How sure a projection is: the processes behind its drivers, and what is drawn from them."""
