"""Pages drawn for one reader by a child process that has no network, no files and little time, and
is given up when it takes more.
"""
