"""What the law says: packs of instruments and provisions, three-valued conditions, and how a provision is judged."""
