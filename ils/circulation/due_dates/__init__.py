"""Due dates that fall on days a branch closed later, moved on together."""
