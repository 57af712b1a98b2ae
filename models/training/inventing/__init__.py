"""Notes that nobody wrote: invented people and findings in the places of others."""
