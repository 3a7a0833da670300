"""The shared terms, as data: what each kind of word may be, how terms nest, and what they mean."""

from lexposure.vocabulary.terms import Kind, Term, is_a, kinds, labels, lookup, narrower, terms, within

__all__ = ["Kind", "Term", "is_a", "kinds", "labels", "lookup", "narrower", "terms", "within"]
