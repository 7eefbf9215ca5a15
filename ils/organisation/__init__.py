"""Branches, departments, calendars, staff accounts, roles and the audit trail."""
