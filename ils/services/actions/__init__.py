"""What staff write down besides lending; each is counted and can be taken back."""
