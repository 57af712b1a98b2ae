"""Protected health information by its shape and by where it stands, without a network."""
