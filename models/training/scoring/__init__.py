"""How good it is: sets, measures, floors and what is said of them."""
