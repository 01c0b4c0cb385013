"""The one error tree. Every message gives the values, why that is a problem, and the next step.

RagError
├── SettingInvalid          a setting, flag or environment variable has a value that cannot be used
├── QuestionInvalid         a question that is empty or too long
├── MissingExtra            an optional package is needed; the message has its install command
├── ReadError               a file or address that cannot be read as articles
│   └── FetchRefused        an address that the policy does not let us fetch
├── EncoderUnavailable      the model cannot be loaded, or its weights are not the expected ones
├── EncoderMismatch         the index was built with another encoder
├── IndexNotFound           there is no index where one was expected
├── IndexLocked             another process is writing to the index
├── IndexNotWritable        the index folder cannot be written: a full disk, missing permission
├── IndexDamaged            the log itself is damaged; the message names what and which articles
├── SchemaUnsupported       the index was written by another version
├── ArticleNotFound         no article has this id or address
├── AnswerInvalid           a saved answer that cannot be read
├── ModelFailed             a language model that cannot be reached, refuses or stalls; an answer then quotes instead
├── ExportError             an export that cannot be written, or read back; the message names the file and the reason
├── SavedInvalid            saved questions that cannot be read, written or found
└── SetInvalid              an evaluation set, or the results of one, that cannot be used; the message names the line
"""

from __future__ import annotations


class RagError(Exception):
    """Base of everything this package raises on purpose."""


class SettingInvalid(RagError):
    """A setting, flag or environment variable has a value that cannot be used."""


class QuestionInvalid(RagError):
    """A question that is empty or too long."""


class MissingExtra(RagError):
    """An optional package is needed; the message has its install command."""


class ReadError(RagError):
    """A file or address that cannot be read as articles."""


class FetchRefused(ReadError):
    """An address that the policy does not let us fetch."""


class EncoderUnavailable(RagError):
    """The model cannot be loaded, or its weights are not the expected ones."""


class EncoderMismatch(RagError):
    """The index was built with another encoder."""


class IndexNotFound(RagError):
    """There is no index where one was expected."""


class IndexLocked(RagError):
    """Another process is writing to the index."""


class IndexNotWritable(RagError):
    """The index folder cannot be written: a full disk, missing permission."""


class IndexDamaged(RagError):
    """The log itself is damaged; the message names what and which articles."""


class SchemaUnsupported(RagError):
    """The index was written by another version."""


class ArticleNotFound(RagError):
    """No article has this id or address."""


class AnswerInvalid(RagError):
    """A saved answer that cannot be read."""


class ModelFailed(RagError):
    """A language model that cannot be reached, refuses or stalls; an answer then quotes instead."""


class ExportError(RagError):
    """An export that cannot be written, or read back; the message names the file and the reason."""


class SavedInvalid(RagError):
    """Saved questions that cannot be read, written or found; the message names the file or the number."""


class SetInvalid(RagError):
    """An evaluation set, or the results of one, that cannot be used; the message names file, line, key and value."""
