"""The arithmetic of the filter."""

import random

from forum.spam.bayes import Counts, Lesson, choose_threshold, count, score, strongest, weight

LEARNT = Counts(100, 100)


def test_a_word_speaks_for_where_it_was_seen_and_not_at_all_when_it_was_not():
    assert weight(Counts(40, 1), LEARNT) > weight(Counts(10, 5), LEARNT) > 0 > weight(Counts(1, 40), LEARNT)
    assert weight(Counts(0, 0), LEARNT) == 0
    assert weight(Counts(7, 7), LEARNT) == 0
    assert weight(Counts(100, 0), LEARNT) == -weight(Counts(0, 100), LEARNT) <= 3.5


def test_a_longer_text_is_not_surer_for_saying_the_same_of_everything():
    seen = {f"woord{n}": Counts(20, 2) for n in range(100)}
    short, long = list(seen)[:4], list(seen)
    assert 0 < score(short, seen, LEARNT) < score(long, seen, LEARNT) < 25 * score(short, seen, LEARNT)
    assert score(["nooit", "gezien"], seen, LEARNT) == 0


def test_what_is_done_counts_whole_and_how_it_looks_a_little():
    seen = {"=links1": Counts(50, 1), "=capitals3": Counts(50, 1), "woord": Counts(50, 1)}
    looks, said, done = (score([feature], seen, LEARNT) for feature in ("=capitals3", "woord", "=links1"))
    assert 0 < looks < said < done


def test_small_words_say_little_and_the_beginning_of_a_long_word_much():
    seen = {word: Counts(30, 3) for word in ("the", "casino", "/subscr", "of the", "casino bonus")}
    small, pair, word, stem = (
        score([one, "mooi"], seen | {"mooi": Counts(3, 30)}, LEARNT) for one in ("the", "of the", "casino", "/subscr")
    )
    assert small == pair < word < stem
    assert "/subscr" not in strongest(seen, seen, LEARNT) and strongest(seen, seen, LEARNT)[0] == "casino"


def test_the_strongest_words_come_first_and_words_before_their_pairs():
    seen = {"casino": Counts(30, 0), "gratis": Counts(20, 4), "gratis casino": Counts(30, 0), "mooi": Counts(0, 30)}
    assert strongest(seen, seen, LEARNT) == ["casino", "gratis casino", "gratis"]


def lessons(spam: int, good: int, seed: int = 1) -> list[Lesson]:
    chance = random.Random(seed)
    common = [f"gewoon{n}" for n in range(40)]
    made = [Lesson(True, [*chance.sample(common, 6), "casino", "bonus", f"eenmalig{n}"]) for n in range(spam)]
    made += [Lesson(False, [*chance.sample(common, 9), f"uniek{n}"]) for n in range(good)]
    chance.shuffle(made)
    return made


def test_the_filter_is_silent_until_it_has_learnt_some_dozens_of_both():
    assert choose_threshold([]) is None
    assert choose_threshold(lessons(29, 200)) is None
    assert choose_threshold(lessons(200, 29)) is None
    assert choose_threshold(lessons(30, 30)) is not None


def test_the_threshold_holds_hardly_a_good_one_that_was_not_learnt():
    learnt = lessons(150, 150)
    threshold = choose_threshold(learnt)
    seen, totals = count(learnt), Counts(150, 150)
    scored = [(score(lesson.words, seen, totals), lesson.is_spam) for lesson in lessons(200, 400, seed=2)]
    assert sum(value > threshold for value, is_spam in scored if not is_spam) <= 2
    assert sum(value > threshold for value, is_spam in scored if is_spam) >= 190


def test_one_odd_good_text_does_not_blind_the_filter():
    learnt = lessons(150, 150)
    odd = Lesson(False, ["casino", "bonus", "gewoon1"])
    threshold = choose_threshold([*learnt[:100], odd, *learnt[100:]])
    assert score(["casino", "bonus", "gewoon1"], count(learnt), Counts(150, 150)) > threshold


def test_what_cannot_be_told_apart_is_not_held():
    same = [Lesson(n % 2 == 0, ["dit", "zegt", "iedereen", f"nummer{n % 7}"]) for n in range(200)]
    threshold = choose_threshold(same)
    seen = count(same)
    assert not [lesson for lesson in same if score(lesson.words, seen, Counts(100, 100)) > threshold]
