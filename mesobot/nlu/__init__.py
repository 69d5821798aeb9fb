"""Understanding a message: spaCy vocabulary, sentence encoder, topics."""
