"""What is done to copies, and to records with their copies."""
