"""The rules of the desk. Pure: facts in, decisions out; the time is an argument."""
