"""The documentation site: the repository's own pages, and the reference of the public packages.

`make site` builds it with warnings as errors, so a link that leads nowhere stops the build. Nothing
in the built pages is loaded from elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sealane

project = "Sealane"
author = "the Sealane authors"
copyright = "the Sealane authors, Apache-2.0"  # noqa: A001 - Sphinx wants this name
release = version = sealane.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "house_text"]
root_doc = "docs/site/index"
include_patterns = [
    "docs/**.md",
    "spec/**.md",
    "README.md",
    "README.ja.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "bench/results.md",
    "examples/README.md",
    "policy/README.md",
]
exclude_patterns = [".*", "build", "dist", "node_modules", "demo-run", "my", "src", "tests"]

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
suppress_warnings = [
    "myst.header",  # pages of the repository start at the level that they need
    "ref.python",  # two things of one name in different packages
    "misc.highlighting_failure",  # examples of formats are cut with dots
]
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other projects: nothing is fetched for them

autodoc_typehints = "signature"
autodoc_preserve_defaults = True
add_module_names = False
python_maximum_signature_line_length = 88

html_theme = "furo"
html_title = f"Sealane {release}"
html_static_path = ["_static"]
html_extra_path = ["root"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_baseurl = ""
html_search_language = (
    "en"  # keeps runs of Japanese whole, so that any part of three signs is found
)
