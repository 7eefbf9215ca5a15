"""What a library does besides lending: events, references, refusals, counts by hand."""
