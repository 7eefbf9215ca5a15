"""What the library buys: money, orders, what came of them, beside what readers asked for."""
