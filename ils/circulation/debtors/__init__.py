"""Debtors: who has what overdue, what was said to them, what they promised."""
