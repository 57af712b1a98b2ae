"""A run that stopped goes on from what it saved, and from nothing that is half written."""

import pytest

torch = pytest.importorskip("torch")

from models.training import checkpoint  # noqa: E402


def learned(seed):
    """A network and its optimiser after two steps."""
    torch.manual_seed(seed)
    network = torch.nn.Linear(3, 2)
    optimiser = torch.optim.Adam(network.parameters())
    for _ in range(2):
        network(torch.ones(3)).sum().backward()
        optimiser.step()
    return {"network": network, "optimiser": optimiser}


def test_goes_on_where_it_stopped(tmp_path):
    parts, others = learned(1), learned(2)
    assert checkpoint.resume(tmp_path, others) is None
    average = checkpoint.average_of(parts["network"])
    checkpoint.save(tmp_path, parts, {"average": average, "steps": 2})
    values = checkpoint.resume(tmp_path, others)
    assert values.keys() == {"average", "steps"}
    assert values["steps"] == 2
    for name, value in parts["network"].state_dict().items():
        assert torch.equal(others["network"].state_dict()[name], value)
        assert torch.equal(values["average"][name], value)
    before, after = (each["optimiser"].state_dict()["state"] for each in (parts, others))
    assert torch.equal(before[0]["exp_avg"], after[0]["exp_avg"])


def test_the_file_holds_the_states_beside_the_values(tmp_path):
    checkpoint.save(tmp_path, learned(1), {"steps": 2})
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert state.keys() == {"network", "optimiser", "steps"}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_save_that_fails_leaves_the_one_before(tmp_path):
    checkpoint.save(tmp_path, {}, {"steps": 2})
    with pytest.raises(AttributeError):
        checkpoint.save(tmp_path, {}, {"steps": lambda: 3})
    assert checkpoint.resume(tmp_path, {}) == {"steps": 2}


def test_the_average_follows_the_weights(tmp_path):
    network = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(network.weight)
    average = checkpoint.average_of(network)
    torch.nn.init.ones_(network.weight)
    checkpoint.follow(average, network, steps=0, inertia=0.9)
    assert average["weight"].item() == pytest.approx(0.9)
    assert network.weight.item() == 1
    torch.nn.init.zeros_(network.weight)
    checkpoint.follow(average, network, steps=1000, inertia=0.9)
    assert average["weight"].item() == pytest.approx(0.81)
