"""Speed, scale and quality, side by side with other libraries; see README.md.

This file is here because pysbd, one of the libraries compared, installs a package of this name, which would be found
instead of a folder that is none.
"""
