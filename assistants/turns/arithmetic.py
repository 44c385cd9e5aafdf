"""Exact arithmetic on an expression that nobody trusts: a walk over Python's syntax tree, never its evaluation."""

import ast
import math
import operator
import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

LONGEST = 500  # characters
MOST_PARTS = 200
MOST_BITS = 4096  # of a numerator or a denominator: about 1,200 digits
DIGITS = 30  # of a result that no decimal writes exactly
LARGEST_EXPONENT = 1000
_REPLACED = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "^": "**", "（": "(", "）": ")"})
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")


class NotCalculable(InvalidInput):
    code = "not_calculable"
    user_message = _("This cannot be calculated: %(reason)s")


def evaluate(expression: str) -> str:
    """The value of an expression: exact where a decimal can be, else to 30 digits.

    Raises:
        NotCalculable: it is no arithmetic, divides by zero, or is too large.
    """
    if len(expression) > LONGEST:
        raise NotCalculable(reason=_("it is longer than 500 characters."))
    text = expression.strip().translate(_REPLACED)
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise NotCalculable(reason=_("it is no arithmetic expression.")) from None
    if sum(1 for _node in ast.walk(tree)) > MOST_PARTS:
        raise NotCalculable(reason=_("it has too many parts."))
    try:
        return _written(_value(tree.body, text))
    except ZeroDivisionError:
        raise NotCalculable(reason=_("it divides by zero.")) from None
    except (ArithmeticError, ValueError, TypeError):
        raise NotCalculable(reason=_("it has no value.")) from None


def _value(node: ast.expr, text: str) -> Fraction:
    match node:
        case ast.Constant():
            return _number(ast.get_source_segment(text, node) or "")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, text)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left, text), _value(right, text))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _small(Fraction(_OPERATORS[type(op)](_value(left, text), _value(right, text))))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS:
            return _small(_FUNCTIONS[name](*(_value(one, text) for one in arguments)))
    raise NotCalculable(
        reason=_("only numbers, + - * / // % **, brackets and a few functions can stand in it.")
    )


def _number(literal: str) -> Fraction:
    # From the text itself, since Python has made an inexact number of 0.1 by now.
    plain = literal.replace("_", "")
    if not _NUMBER.fullmatch(plain):
        raise NotCalculable(reason=_("only numbers can stand in it."))
    return _small(Fraction(plain))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if abs(exponent) > LARGEST_EXPONENT:
        raise NotCalculable(reason=_("an exponent is too large."))
    if exponent.denominator == 1:
        times = int(exponent)
        if max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(times) > MOST_BITS * 2:
            raise NotCalculable(reason=_("the result is too large."))
        return _small(base**times)
    with localcontext() as context:
        context.prec = DIGITS + 10
        return _small(Fraction(_decimal(base) ** _decimal(exponent)))


def _small(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise NotCalculable(reason=_("the result is too large."))
    return value


def _root(value: Fraction) -> Fraction:
    if value < 0:
        raise NotCalculable(reason=_("it takes the root of a negative number."))
    exact = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return exact if exact * exact == value else _power(value, Fraction(1, 2))


def _rounded(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """Half away from zero, as people round."""
    if places.denominator != 1 or abs(places) > DIGITS:
        raise NotCalculable(reason=_("it rounds to an impossible place."))
    unit = Fraction(10) ** int(places)
    whole = math.floor(abs(value) * unit + Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole) / unit


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _written(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    with localcontext() as context:
        context.prec = DIGITS
        rounded = _decimal(value)
    if Fraction(rounded) == value:
        return f"{rounded:f}" if rounded.adjusted() > -DIGITS else str(rounded)
    exact = f"{value.numerator}/{value.denominator}"
    return f"{rounded} (rounded{'; exactly ' + exact if len(exact) <= DIGITS * 2 else ''})"


_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction | int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "abs": abs,
    "ceil": lambda value: Fraction(math.ceil(value)),
    "floor": lambda value: Fraction(math.floor(value)),
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "round": _rounded,
    "sqrt": _root,
    "sum": lambda *values: sum(values, Fraction(0)),
}
