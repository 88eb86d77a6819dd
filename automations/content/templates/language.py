"""The Liquid that owners may write: python-liquid with nothing registered but what a text needs.

No loops, no assignments, no ranges, no partials: every part runs once at most, so a template takes time in
proportion to its own length and that of its values."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, RenderContext, Token, TokenStream
from liquid.ast import IllegalNode, Node
from liquid.builtin.content import Literal
from liquid.builtin.expressions import FilteredExpression, KeywordArgument, Path
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags import case_tag, comment_tag, if_tag, unless_tag
from liquid.exceptions import BlockNestingError, LiquidError, LiquidSyntaxError
from liquid.expression import Expression

from automations.content.templates.values import MissingValue, TemplateError, clean_text, to_text


def default(value: object, instead: object) -> object:
    """`instead` when there is no value: none, false, an empty or blank text, an empty list."""
    empty = value is None or value is False or value in ("", [], {})
    return instead if empty or (isinstance(value, str) and not value.strip()) else value


def upcase(value: object) -> str:
    return to_text(value).upper()


def downcase(value: object) -> str:
    return to_text(value).lower()


def capitalize(value: object) -> str:
    return to_text(value).capitalize()


def strip(value: object) -> str:
    return to_text(value).strip()


def truncate(value: object, length: object, end: object = "...") -> str:
    """The first characters of `value`, `length` with the `end` that says so."""
    if not isinstance(length, int) or isinstance(length, bool) or length < 1:
        raise TemplateError("truncate takes a number of characters: truncate: 40.")
    text, mark = to_text(value), to_text(end)
    return text if len(text) <= length else text[: max(0, length - len(mark))] + mark


@dataclass(frozen=True, slots=True)
class Filter:
    """`example` shows how it is written; `least` and `most` count its arguments."""

    apply: Callable[..., object]
    example: str
    least: int = 0
    most: int = 0


FILTERS = {
    "default": Filter(default, 'default: "your pet"', 1, 1),
    "upcase": Filter(upcase, "upcase"),
    "downcase": Filter(downcase, "downcase"),
    "capitalize": Filter(capitalize, "capitalize"),
    "strip": Filter(strip, "strip"),
    "truncate": Filter(truncate, "truncate: 40", 1, 2),
}


MAX_SOURCE = 2_000  # characters
MAX_PARTS = 100  # outputs and tags
MAX_NESTING = 10  # blocks inside each other
MAX_OUTPUT = 1_600  # characters: what the provider takes in one text
MAX_SECONDS = 0.5  # of the thread's own time, in which the interpreter also collects its garbage: nobody's text is refused for that
_BRACES = (("{{", "}}"), ("{%", "%}"))
_LONG_SPACE = re.compile(r"\s{50}")
TAGS = "if, elsif, else, unless, case, when and comment"


def parse(source: str) -> BoundTemplate:
    """The template, whose parts are all known and allowed. Raises `TemplateError`."""
    source = clean_text(source)  # first: what is removed may have kept two braces apart
    if len(source) > MAX_SOURCE:
        raise TemplateError(f"The template is too long: {MAX_SOURCE:,} characters.")
    _refuse_slow(source)
    return _parse(source)


def paths(template: BoundTemplate) -> frozenset[tuple[str, ...]]:
    """The variables it uses anywhere, as the parts of their dotted names."""
    return frozenset(_path(one) for one in _expressions(template) if isinstance(one, Path))


def _refuse_slow(source: str) -> None:
    """The library's lexer tries every way to split a long run of spaces, and every way to end what never ends:
    up to a second for 2,000 characters.
    """
    for begin, end in _BRACES:
        if source.rfind(begin) > source.rfind(end):
            raise TemplateError(f"A “{begin}” has no “{end}”.")
    if sum(source.count(begin) for begin, _ in _BRACES) > MAX_PARTS:
        raise TemplateError(f"The template has more than {MAX_PARTS} variables and tags.")
    if _LONG_SPACE.search(source):
        raise TemplateError("The template has 50 spaces or empty lines in a row.")


@lru_cache(maxsize=512)
def _parse(source: str) -> BoundTemplate:
    try:
        template = _LANGUAGE.from_string(source)
        for expression in _expressions(template):
            _refuse_unfit(expression)
    except LiquidError as error:
        raise TemplateError(_sentence(error, source)) from error
    except RecursionError:
        raise TemplateError("The template is nested too deeply.") from None
    return template


def _sentence(error: LiquidError, source: str) -> str:
    at = error.token.start_index if error.token else -1
    where = f"Line {source.count(chr(10), 0, at) + 1}" if at >= 0 else "The template"
    if isinstance(error, _UnknownTag):
        return (
            f"{where}: the tag “{error.message}” doesn't exist or doesn't belong there. You can use {TAGS}."
        )
    if isinstance(error, BlockNestingError):
        return "The template is nested too deeply."
    if isinstance(error, LiquidSyntaxError):
        return f"{where} can't be read: {error.message}."
    return f"{where} can't be read."


def _expressions(template: BoundTemplate) -> Iterator[Expression]:
    context = RenderContext(template)
    waiting: list[Node | Expression] = list(template.nodes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Node):
            waiting.extend(one.expressions())
            waiting.extend(one.children(context))
        else:
            yield one
            waiting.extend(one.children())


def _refuse_unfit(expression: Expression) -> None:
    if isinstance(expression, RangeLiteral):
        raise TemplateError("Ranges such as (1..5) can't be used in a text.")
    if isinstance(expression, Path):
        _path(expression)
    if isinstance(expression, FilteredExpression):
        for one in expression.filters or []:
            _check_filter(one.name, one.args)


def _path(path: Path) -> tuple[str, ...]:
    if any(isinstance(part, Path) for part in path.path):
        raise TemplateError(f"“{path}” can't be used: write names with dots, as in event.data.pet.name.")
    return tuple(str(part) for part in path.path)


def _check_filter(name: str, arguments: list[Any]) -> None:
    known = FILTERS.get(name)
    if known is None:
        raise TemplateError(f"There's no filter “{name}”. You can use {', '.join(FILTERS)}.")
    fits = known.least <= len(arguments) <= known.most
    if not fits or any(isinstance(one, KeywordArgument) for one in arguments):
        raise TemplateError(f"The filter “{name}” is used like this: {known.example}.")


class _UnknownTag(LiquidSyntaxError):  # noqa: N818
    """A tag that does not exist here, or stands where it does not belong."""


class _Refused(Illegal):
    def parse(self, stream: TokenStream) -> IllegalNode:
        raise _UnknownTag(stream.current.value, token=stream.current)


class _Value(OutputNode):
    """`{{ … }}`: one value as text. What is missing is an error, unless its first filter is `default`."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        expression = self.expression
        assert isinstance(expression, FilteredExpression)  # noqa: S101 -- the parser makes nothing else
        filters = expression.filters or []
        value = _left(expression, context, may_miss=bool(filters) and filters[0].name == "default")
        for one in filters:
            value = one.evaluate(value, context)
        return buffer.write(to_text(value))


def _left(expression: FilteredExpression, context: RenderContext, *, may_miss: bool) -> object:
    try:
        return expression.left.evaluate(context)
    except MissingValue:
        if may_miss:
            return None
        raise


class _Output(Output):
    node_class = _Value


class _Context(RenderContext):
    """Looks names up in the given variables alone: no built-in `now`, no `size`, `first` or `last`."""

    __slots__ = ("_until",)

    def __init__(self, template: BoundTemplate, **rest: Any) -> None:
        super().__init__(template, **rest)
        self._until = time.thread_time() + MAX_SECONDS

    def get(self, path: list[object], *, token: Token | None, default: object = None) -> object:
        """Raises `MissingValue` for what is not there, `TemplateError` when the time is up."""
        if time.thread_time() > self._until:
            raise TemplateError("The template takes too long. Make it simpler.")
        value: object = self.globals
        for part in path:
            value = _item(value, part, path)
        return value


def _item(value: object, part: object, path: list[object]) -> object:
    if isinstance(value, dict) and str(part) in value:
        return value[str(part)]
    if isinstance(value, list) and isinstance(part, int) and -len(value) <= part < len(value):
        return value[part]
    name = ".".join(str(one) for one in path)
    raise MissingValue(f"There's no {name} this time.", unknown=(name,))


class _Template(BoundTemplate):
    context_class = _Context

    def make_globals(self, render_args: Mapping[str, object]) -> Mapping[str, object]:
        """The given variables and nothing else."""
        return render_args


class _Language(Environment):
    template_class = _Template
    block_nesting_limit = MAX_NESTING
    context_depth_limit = MAX_NESTING
    loop_iteration_limit = 1  # there is no loop; and should the library bring one in, it ends
    local_namespace_limit = 1
    output_stream_limit = 4 * MAX_OUTPUT  # in bytes of UTF-8; `face` counts the characters

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in (
            Literal,
            _Output,
            _Refused,
            if_tag.IfTag,
            unless_tag.UnlessTag,
            case_tag.CaseTag,
            comment_tag.CommentTag,
        ):
            self.add_tag(tag)
        for name, known in FILTERS.items():
            self.add_filter(name, known.apply)


_LANGUAGE = _Language(autoescape=False)
