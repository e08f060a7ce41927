from contracts.campaign.shards import ALL, OPENING, Cut

CUT = Cut(["a", "b", "c"], seed=7, seconds=10.0)


def test_a_number_names_the_same_shard_everywhere() -> None:
    """A shard that hangs on more than seed and number: who asks it again, asks something else."""
    assert [Cut(["a", "b", "c"], 7, 10.0).shard(n, 99.0) for n in range(9)] == [
        CUT.shard(n, 99.0) for n in range(9)
    ]


def test_every_shard_has_a_seed_of_its_own() -> None:
    """Seeds that repeat: the same cases are drawn all night."""
    assert len({CUT.shard(number, 99.0).seed for number in range(1000)}) == 1000
    assert CUT.shard(1, 99.0).seed != Cut(CUT.questions, 8, 10.0).shard(1, 99.0).seed


def test_number_and_place_are_each_others_inverse() -> None:
    """A shard that is counted for another question than it asks: effort goes to the wrong one."""
    for place in range(3):
        for turn in range(5):
            number = CUT.number(place, turn)
            assert (CUT.place(number), CUT.turn(number)) == (place, turn)
            assert CUT.shard(number, 99.0).question == CUT.questions[place]


def test_the_opening_is_of_all_and_takes_what_it_is_given() -> None:
    """An opening that is cut to a slice: at a low rate the probes never come to their end."""
    opening = CUT.shard(OPENING, 300.0)
    assert (opening.question, opening.seconds) == (ALL, 300.0)
    assert CUT.shard(1, 300.0).seconds == 10.0
    assert CUT.shard(1, 4.0).seconds == 4.0
