"""Circulation rules: how long, how many, whether at all."""
