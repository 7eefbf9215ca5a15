from springtime import spring

__all__ = ["spring"]
