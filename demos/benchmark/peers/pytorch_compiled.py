"""PyTorch through ``torch.compile``: the loss and its gradient as one compiled graph each."""

import torch

from . import pytorch

TITLE, PACKAGE = "torch.compile", "torch"


def w1():
    return pytorch.w1(torch.compile(pytorch.moons_loss))


def w2():
    return pytorch.w2(torch.compile(pytorch.image_loss))


def w6():
    return pytorch.w6(torch.compile(pytorch.classes_loss))
