"""Files read for what lies in them, by a child process that has no network, no files and little
time, and is given up when it takes more.
"""
