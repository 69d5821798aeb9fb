"""What staff and operators can learn from conversations and requests. Reads, and keeps nothing."""
