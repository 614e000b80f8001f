"""What every command stands on.

* `answer`: `verb` and `alone` make a function a command with `--json` and `--lang`; it returns an
  `Answer` (data for machines, text for people, exit status 0 or 1) or raises an error with its
  code.
* `speaker`: where the words go, in which language; errors with their remedy.
* `batch`: one JSON object a line in and out; a bad line never stops the others.
* `passphrase`: from a file, a descriptor or a terminal, and from nowhere else.
* `progress`: one line on stderr for work that takes longer than two seconds.
* `node_folder`: a node opened for the length of one command.
* `preview_lines`: how it is told who may and who may not.
"""
