"""The exceptions of cannery: one for each kind of error, each a subclass of the built-in that it is nearest to."""


class CanneryError(Exception):
    """The base of all exceptions of cannery.

    Attributes
    ----------
    kind : str
        One word for the kind of error: ``io``, ``malformed``, ``limit``, ``unsupported``, ``unsafe``, ``usage`` or
        ``internal``.
    file : str or None
        The file that the error is about.
    member : str or None
        The member of the archive, if the file is one.
    path : str or None
        Where in the model: ``steps[1].coef_``.
    operator : str or None
        The operator that can't be made, carried out or exported: ``cast``.
    offset : int or None
        The byte offset in the file, after decompression, or in its member.
    opcode : str or None
        The opcode of the pickle that can't be carried out: ``REDUCE``.
    limit : str or None
        The limit that was hit: ``zip-entries``.
    """

    kind = "internal"
    file = None
    member = None
    path = None
    operator = None
    offset = None
    opcode = None
    limit = None


class IoError(CanneryError, OSError):
    """The operating system could not read or write a file."""

    kind = "io"

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class MissingFileError(IoError, FileNotFoundError):
    """There is no such file."""


class MalformedError(CanneryError, ValueError):
    """The file breaks the rules of its own format."""

    kind = "malformed"


class LimitError(CanneryError, MemoryError):
    """A limit was hit; the message names it."""

    kind = "limit"


class UnsupportedError(CanneryError, NotImplementedError):
    """The file is fine, and cannery can't do what was asked; the message names the class, attribute or format."""

    kind = "unsupported"


class UnsupportedMethodError(UnsupportedError, AttributeError):
    """cannery can't predict with this estimator; the message says why."""


class UnsafeError(CanneryError, ValueError):
    """The file asks for something dangerous."""

    kind = "unsafe"


class UsageError(CanneryError, ValueError):
    """The call is wrong: an option, a column, a shape."""

    kind = "usage"


class InternalError(CanneryError, RuntimeError):
    """A defect of cannery. Please report it."""

    kind = "internal"
