"""What the client does: the program model, its reading, its flow graph and the operations the graph yields."""
