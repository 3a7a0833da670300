"""What counsel signs: an Assessment becomes a document of blocks, and a document becomes PDF. Nothing is computed here."""
