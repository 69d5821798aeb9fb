"""Conversations as Rasa keeps them: reading where they are, and removing them."""
