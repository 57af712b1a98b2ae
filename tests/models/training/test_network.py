"""Gradients against autograd, and the graph against the network."""

from itertools import pairwise, product

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.tagging.session import Session  # noqa: E402
from models.training.export import graph  # noqa: E402
from models.training.likelihood import loss  # noqa: E402
from models.training.network import Shape, Tagger, _Recurrence  # noqa: E402
from models.training.publish import parity  # noqa: E402

LENGTHS = torch.tensor([4, 2, 1])


def small(seed=0, **sizes):
    torch.manual_seed(seed)
    shape = Shape(pieces=30, heads=2, characters=9, vector=6, hidden=5, **sizes)
    tagger = Tagger(shape, torch.randint(0, 9, (30, 4)))
    torch.nn.init.normal_(tagger.transitions)
    return tagger.eval()


def enumerated(emissions, moves, allowed):
    """Sum over rows and heads of log Z minus log Z of the allowed paths."""
    total = 0
    for row, head in product(range(3), range(2)):
        scores = {False: [], True: []}
        for tags in product(range(3), repeat=int(LENGTHS[row])):
            if tags[0] == 2:
                continue
            value = sum(emissions[row, t, head, tag] for t, tag in enumerate(tags))
            value = value + sum(moves[head, a, b] for a, b in pairwise(tags))
            scores[False].append(value)
            if all(allowed[row, t, head, tag] for t, tag in enumerate(tags)):
                scores[True].append(value)
        total = total + torch.logsumexp(torch.stack(scores[False]), 0)
        total = total - torch.logsumexp(torch.stack(scores[True]), 0)
    return total


def test_the_likelihood_and_its_gradient_are_those_of_an_enumeration():
    torch.manual_seed(3)
    emissions = torch.randn(3, 4, 2, 3, requires_grad=True)
    moves = torch.randn(2, 3, 3, requires_grad=True)
    allowed = torch.rand(3, 4, 2, 3) < 0.5
    allowed[..., 0] = True
    expected = enumerated(emissions, moves, allowed)
    found = loss(emissions, moves, allowed, LENGTHS)
    assert found.item() == pytest.approx(expected.item(), rel=1e-4)
    for ours, theirs in zip(
        torch.autograd.grad(found, (emissions, moves)),
        torch.autograd.grad(expected, (emissions, moves)),
        strict=True,
    ):
        assert torch.allclose(ours, theirs, atol=1e-4)


def test_an_open_label_gives_no_gradient():
    emissions = torch.randn(3, 4, 2, 3, requires_grad=True)
    everything = torch.ones(3, 4, 2, 3, dtype=torch.bool)
    found = loss(emissions, torch.zeros(2, 3, 3), everything, LENGTHS)
    (gradient,) = torch.autograd.grad(found, emissions)
    assert gradient.abs().max() == 0


def test_the_gradient_of_the_recurrence():
    torch.manual_seed(1)
    inputs = torch.randn(5, 2, 3, 8, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(2, 2, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(_Recurrence.apply, (inputs, weight))


def test_padding_changes_nothing():
    tagger = small()
    ids = torch.tensor([[3, 4, 5, 0, 0], [6, 7, 8, 9, 10]])
    shapes = torch.ones_like(ids)
    with torch.no_grad():
        both = tagger(ids, shapes)
        alone = tagger(ids[:1, :3], shapes[:1, :3])
    assert torch.allclose(both[0, :3], alone[0], atol=1e-6)


@pytest.mark.parametrize("sizes", [{}, {"layers": 2}, {"marks": 24}, {"layers": 2, "marks": 24}])
def test_the_graph_gives_what_the_network_gives(tmp_path, sizes):
    import onnx

    tagger = small(**sizes)
    onnx.save(graph(tagger, int8=False), tmp_path / "model.onnx")
    assert parity(tagger, tmp_path / "model.onnx") < 1e-4
    onnx.save(graph(tagger, int8=True), tmp_path / "table.onnx")
    assert parity(tagger, tmp_path / "table.onnx") < 0.05


def test_the_graph_reads_rows_of_different_lengths(tmp_path):
    import onnx

    onnx.save(graph(small(), int8=False), tmp_path / "model.onnx")
    session = Session.load(tmp_path / "model.onnx")
    ids = np.array([[3, 4, 5, 0, 0], [6, 7, 8, 9, 10]])
    both = session.run(ids, np.ones_like(ids))
    alone = session.run(ids[:1, :3], np.ones((1, 3), np.int64))
    assert np.allclose(both[:3, 0], alone[:, 0], atol=1e-5)


def test_marks_are_features():
    tagger = small(marks=24)
    ids = torch.tensor([[3, 4, 5]])
    shapes = torch.ones_like(ids)
    marks = torch.zeros(1, 3, 24, dtype=torch.uint8)
    with torch.no_grad():
        unmarked, bare = tagger(ids, shapes, marks=marks), tagger(ids, shapes)
        marks[0, 1, 0] = 1
        marked = tagger(ids, shapes, marks=marks)
    assert torch.equal(unmarked, bare)
    assert not torch.allclose(marked, bare, atol=1e-3)
