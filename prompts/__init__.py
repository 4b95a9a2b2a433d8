"""What is said: text files, one part a file, and the functions that put them together. See README.md here."""
