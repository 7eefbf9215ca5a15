"""Messages to people: templates in their languages, and the outbox they leave by."""
