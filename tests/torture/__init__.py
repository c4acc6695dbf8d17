"""Torture: the coach is killed, lied to and flooded, and a checker reads what went in and what came out."""
