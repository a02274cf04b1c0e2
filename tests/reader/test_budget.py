"""How many rescue steps may be taken: enough for a visitor, few in the long run."""

from kiosk.reader.budget import BURST, KEPT, STEPS_A_SECOND, RescueBudget


def taken(budget: RescueBudget, moments, *, sure: bool) -> int:
    return sum(budget.take(mono, sure=sure) for mono in moments)


def test_somebody_with_a_code_gets_two_seconds_of_steps_at_once():
    assert taken(RescueBudget(), [0.0] * 100, sure=True) == BURST


def test_a_crowd_of_guesses_leaves_enough_for_the_next_visitor():
    budget = RescueBudget()
    assert taken(budget, [0.0] * 100, sure=False) == BURST - KEPT
    assert taken(budget, [0.0] * 100, sure=True) == KEPT


def test_in_the_long_run_it_is_a_few_a_second():
    budget = RescueBudget()
    taken(budget, [0.0] * 100, sure=True)
    hour = [index / 15 for index in range(15 * 600)]
    assert taken(budget, hour, sure=True) <= 600 * STEPS_A_SECOND + 1


def test_a_clock_that_falls_back_gives_nothing():
    budget = RescueBudget()
    taken(budget, [100.0] * 100, sure=True)
    assert not budget.take(50.0, sure=True)
