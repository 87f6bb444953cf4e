"""Practice on one's own graph: the next number is asked, and what is answered is judged with its cause.

>>> from autograd import Value, quiz
>>> x, w = Value(0.5, "x"), Value(0.8, "w")
>>> loss = (x * w - 1) ** 2; loss.label = "loss"
>>> quiz(loss, ["0.4", "-0.6", "0.36", "1.2", "h", "-1.2", "-0.96", "0.6"])
loss: 7 questions, forward and then backward; h is a hint, s skips, q leaves
given: x = 0.5, w = 0.8
1/7  t₁ = x · w ?  0.4
     right
2/7  t₂ = t₁ - 1 ?  -0.6
     right
3/7  loss = t₂² ?  0.36
     right
4/7  ∂loss/∂t₂ ?  1.2
     no: it is -1.2 (sign reversed)
5/7  ∂loss/∂t₁ ?  h
     ∂loss/∂t₂
5/7  ∂loss/∂t₁ ?  -1.2
     right
6/7  ∂loss/∂w ?  -0.96
     no: it is -0.6 (the partial with respect to the other operand)
7/7  ∂loss/∂x ?  0.6
     no: it is -0.96
4 of 7 right. To practise:
  gradients, 3 missed: sign reversed; the partial with respect to the other operand

:mod:`.questions` says what is asked, :mod:`.answers` reads what is typed, :mod:`.judging` says what it is worth:
from the :mod:`.mistakes` that are often made, and what is :mod:`.following` from earlier answers. :mod:`.prompt` asks.
:mod:`.worksheet` is for paper, :mod:`.exercise` makes networks whose numbers come out well.
:mod:`.marking` marks what was filled in; :mod:`.record` ships the questions with a page.
"""

from .exercise import Exercise, exercise
from .judging import Judge, Judgement
from .marking import ClassMarks, Marks, mark, mark_class
from .prompt import quiz
from .questions import Question, questions
from .record import quiz_record
from .worksheet import Worksheet, worksheet

__all__ = [
    "ClassMarks", "Exercise", "Judge", "Judgement", "Marks", "Question", "Worksheet", "exercise", "mark",
    "mark_class", "questions", "quiz", "quiz_record", "worksheet",
]  # fmt: skip
