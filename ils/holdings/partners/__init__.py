"""Suppliers, donors and institutions the library gets copies from or gives them to."""
