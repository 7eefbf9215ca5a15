from exchange import at, branch, centre

__all__ = ["at", "branch", "centre"]
