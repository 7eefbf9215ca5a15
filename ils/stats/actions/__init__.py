"""What changes statistics: history brought in, months closed, plans and declarations made."""
