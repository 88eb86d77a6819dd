"""The one error of the embedded servers."""


class EmbeddedError(RuntimeError):
    """The embedded servers cannot run; the text is one sentence that says what to do about it."""
