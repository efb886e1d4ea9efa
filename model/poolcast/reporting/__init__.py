"""Reporting: what leaves the house. Tables, workbooks, figures, pages, run folders and the terminal."""
