"""Loans."""
