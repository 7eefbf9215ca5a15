"""Budgets: articles of a year, by quarter and unit; what is bound, spent, left."""
