"""Commands that show what is too long for every test run."""
