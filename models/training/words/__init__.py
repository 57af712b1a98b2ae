"""Words, names and vectors that the models and the rules begin with."""
