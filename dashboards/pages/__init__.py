"""The kinds of pages: each is a folder with its code beside its template."""
