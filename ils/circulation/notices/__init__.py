"""Readers told of their loans by themselves: before they are due, and when they are late."""
