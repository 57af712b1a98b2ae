"""Resources without protected health information: rules, pseudonyms, copies of notes, the gate."""
