"""Many notes and whole record exports at once, from files to files, without a server."""
