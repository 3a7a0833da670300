"""What happens if somebody complains: before whom, who decides, what follows and when, and the papers for it."""
