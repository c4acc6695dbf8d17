"""What the reader promises about ordinary replies."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.reader import Reader
from dialogs.reading import Context, Finding

DEADLINE = Context(
    "They moved the deadline to Friday. I heard it from the intern.",
    feelings=("anger", "hurt"),
    facts=("deadline", "Friday", "intern"),
)
PROMOTION = Context("I got the promotion!!", feelings=("joy", "pride"), facts=("promotion",))
COMPLAINT = Context("You forgot my birthday again.", feelings=("hurt",))


def labels(findings: tuple[Finding, ...]) -> set[str]:
    return {one.label for one in findings}


def read(reader: Reader, reply: str, context: Context = DEADLINE) -> tuple[set[str], set[str]]:
    reading = reader.read(reply, context)
    return labels(reading.skills), labels(reading.pitfalls)


def test_exact_words_are_marked(reader: Reader) -> None:
    reply = "That must have been tough. How did that make you feel?"
    reading = reader.read(reply, DEADLINE)
    assert [(one.label, reply[one.start : one.end]) for one in reading.skills] == [
        ("empathize", "That must have been tough"),
        ("turn_toward", "How did that make you feel"),
    ]
    assert reading.pitfalls == ()


@pytest.mark.parametrize(
    ("reply", "context", "skill"),
    [
        ("So they moved the deadline and nobody told you?", DEADLINE, "listen"),
        ("So they moved the deadline and nobody told you?", Context(), "listen"),
        ("Friday. And from the intern.", DEADLINE, "listen"),
        ("You must be thrilled!", PROMOTION, "empathize"),
        ("You sound worn out", DEADLINE, "empathize"),
        ("I'm so sorry you had to go through that", DEADLINE, "empathize"),
        ("ugh, I'd be furious too", DEADLINE, "empathize"),
        ("I understand why you're upset", DEADLINE, "validate"),
        ("I'm not surprised you're upset", DEADLINE, "validate"),
        ("No wonder you're fuming", DEADLINE, "validate"),
        ("Anyone would be angry", DEADLINE, "validate"),
        ("It's ok to feel that way", DEADLINE, "validate"),
        ("Of course your hurt", DEADLINE, "validate"),
        ("tell me more", DEADLINE, "turn_toward"),
        ("I'm all ears", DEADLINE, "turn_toward"),
        ("come here, let me hold you", DEADLINE, "turn_toward"),
        ("Do you want to talk about it?", DEADLINE, "turn_toward"),
        ("what did she say when u told her", DEADLINE, "turn_toward"),
    ],
)
def test_skills(reader: Reader, reply: str, context: Context, skill: str) -> None:
    skills, pitfalls = read(reader, reply, context)
    assert skill in skills
    assert not pitfalls


@pytest.mark.parametrize(
    ("reply", "context", "pitfall"),
    [
        ("Have you tried yoga?", DEADLINE, "fixing"),
        ("You should talk to your boss.", DEADLINE, "fixing"),
        ("At least you still have a job", DEADLINE, "minimizing"),
        ("Calm down, it's not a big deal", DEADLINE, "minimizing"),
        ("You always do this", DEADLINE, "judging"),
        ("You're overreacting", DEADLINE, "judging"),
        ("that's nothing, you should see MY day", DEADLINE, "hijacking"),
        ("When my sister moved away I was a wreck, couldn't eat for weeks", DEADLINE, "hijacking"),
        ("k", DEADLINE, "dismissing"),
        ("not now", DEADLINE, "dismissing"),
        ("Why didn't you just call me?", DEADLINE, "interrogating"),
        ("Is it more money? Is it full time? Who is your boss now?", PROMOTION, "interrogating"),
        ("I didn't do anything wrong", COMPLAINT, "defending"),
        ("boo hoo", DEADLINE, "contempt"),
        ("I understand why you're upset but you should talk to her", DEADLINE, "but"),
    ],
)
def test_pitfalls(reader: Reader, reply: str, context: Context, pitfall: str) -> None:
    skills, pitfalls = read(reader, reply, context)
    assert pitfall in pitfalls
    assert not skills


def test_but_takes_the_validation_back(reader: Reader) -> None:
    skills, pitfalls = read(reader, "I understand why you're upset but you should talk to her")
    assert (skills, pitfalls) == (set(), {"but", "fixing"})
    skills, pitfalls = read(reader, "I get why you're upset. However, you never listen to them")
    assert "validate" not in skills
    assert "but" in pitfalls


def test_but_with_something_warm_takes_nothing_back(reader: Reader) -> None:
    skills, pitfalls = read(reader, "I get why you're upset, but I'm here for you")
    assert {"validate", "turn_toward"} <= skills
    assert not pitfalls


@pytest.mark.parametrize(
    "reply",
    [
        "I don't understand why you're upset",
        "you're not upset",
        "That doesn't sound hard",
        "I don't want to hear it",
        "That doesn't make sense",
    ],
)
def test_negation_takes_the_skill_away(reader: Reader, reply: str) -> None:
    assert read(reader, reply)[0] == set()


@pytest.mark.parametrize(
    "reply",
    [
        "I'm not saying you should talk to him",
        "You're not overreacting",
        "It's not just a deadline",
        "You don't have to calm down",
        "Nobody thinks you are an idiot",
    ],
)
def test_negation_takes_the_pitfall_away(reader: Reader, reply: str) -> None:
    assert read(reader, reply)[1] == set()


@pytest.mark.parametrize(
    "reply",
    [
        "that must of been... THAT MUST HAVE BEEN TOUGH",
        "u must be sooooo exausted",
        "thats humiliatign",
        "Ur gutted arent ya",
        "You’re furious, aren’t you",
        "😢",
    ],
)
def test_typed_as_people_type(reader: Reader, reply: str) -> None:
    skills, pitfalls = read(reader, reply)
    assert "empathize" in skills
    assert not pitfalls


def test_a_feeling_of_the_wrong_kind_is_a_misfit(reader: Reader) -> None:
    for context in (DEADLINE, Context("I failed my exam again.")):
        reading = reader.read("You must be thrilled!", context)
        assert reading.skills == ()
        assert [one.label for one in reading.misfits] == ["joy"]


def test_ones_own_pride_is_no_guess(reader: Reader) -> None:
    assert reader.read("I'm proud of you for telling me", DEADLINE).misfits == ()


def test_what_goes_on_with_ones_own_story_is_no_empathy(reader: Reader) -> None:
    tired = Context("I lie awake every night.")
    assert "empathize" not in read(reader, "I have not slept well since I moved here. It's awful.", tired)[0]
    assert "empathize" in read(reader, "You lie there every night. It's awful.", tired)[0]


def test_pity_for_good_news_is_no_empathy(reader: Reader) -> None:
    assert "empathize" not in read(reader, "so sorry, that's rough", PROMOTION)[0]


def test_advice_that_was_asked_for_is_no_pitfall(reader: Reader) -> None:
    reading = reader.read("You should talk to her.", Context("She is angry with me. What should I do?"))
    assert not reading.pitfalls
    assert "advice" in labels(reading.acts)


def test_somebody_elses_words_do_not_count(reader: Reader) -> None:
    assert read(reader, 'My aunt would answer "you should talk to her" and leave it there')[1] == set()


def test_questions_are_acts(reader: Reader) -> None:
    assert "open_question" in labels(reader.read("How was it?", DEADLINE).acts)
    assert "closed_question" in labels(reader.read("Is it due at noon?", DEADLINE).acts)
    strengths = {one.label: one.strength for one in reader.read("Is it due at noon?", DEADLINE).skills}
    assert strengths.get("turn_toward", 0) < 2  # it may show attention; it does not invite a story


@pytest.mark.parametrize(
    "reply", ["lo siento mucho mi amor", "Das tut mir leid, wie geht es dir?", "мне очень жаль", "可怜的你"]
)
def test_another_language_is_noticed(reader: Reader, reply: str) -> None:
    assert reader.read(reply, DEADLINE).unread == "foreign"


@pytest.mark.parametrize("reply", ["", "   ", "123 456", "!!!"])
def test_no_words_at_all(reader: Reader, reply: str) -> None:
    assert reader.read(reply, DEADLINE).unread == "wordless"


@pytest.mark.parametrize("reply", ["k", "blah blargh", "I like trains", "That must have been tough, amigo", "ko"])
def test_english_can_be_read(reader: Reader, reply: str) -> None:
    assert reader.read(reply, DEADLINE).unread is None


@pytest.mark.parametrize(
    ("reply", "context", "pitfall"),
    [
        ("I lost my phone twice last year and nobody helped me either", DEADLINE, "hijacking"),
        ("I was at work all day and I had three meetings", COMPLAINT, "defending"),
        ("Nice. Did you feed the cat?", PROMOTION, "dismissing"),
        ("Where was it? Who told you? When did you hear?", DEADLINE, "interrogating"),
        ("I understand why you're upset, but you should have asked", DEADLINE, "but"),
    ],
)
def test_what_a_whole_reply_does(reader: Reader, reply: str, context: Context, pitfall: str) -> None:
    assert pitfall in read(reader, reply, context)[1]


@pytest.mark.parametrize("reply", ["", "   ", "\n\n", "...", "asdf qwer zxcv", "\u200d\ufe0f", "'\"'\"", "12345"])
def test_nothing_in_nothing(reader: Reader, reply: str) -> None:
    reading = reader.read(reply, DEADLINE)
    assert (reading.skills, reading.pitfalls, reading.misfits) == ((), (), ())


@settings(max_examples=150, deadline=None)
@given(
    reply=st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            [
                "you",
                "i",
                "must",
                "be",
                "so",
                "sad",
                "but",
                "not",
                "why",
                "?",
                ".",
                ",",
                "'",
                '"',
                "😢",
                "👩\u200d👩\u200d👧",
                "should",
                "\n",
            ]
        ),
        max_size=60,
    ).map(" ".join),
    line=st.text(max_size=80),
)
def test_any_text_gives_a_reading_within_bounds(reader: Reader, reply: str, line: str) -> None:
    reading = reader.read(reply, Context(line))
    for one in (*reading.skills, *reading.pitfalls, *reading.acts, *reading.misfits):
        assert 0 <= one.start < one.end <= len(reply)
        assert one.strength in (1, 2)
    assert reading == reader.read(reply, Context(line))


@settings(max_examples=60, deadline=None)
@given(
    piece=st.text(min_size=1, max_size=12)
    | st.sampled_from(
        ["so ", "why? ", "but you ", "not ", "i know how you ", "😢", "\"' ", "e\u0301", "\u202e", "\x00", "?!., "]
    ),
    line=st.text(max_size=40),
)
def test_endless_repetition_gives_a_reading(reader: Reader, piece: str, line: str) -> None:
    reply = (piece * 4096)[:4096]
    reading = reader.read(reply, Context(line))
    for one in (*reading.skills, *reading.pitfalls, *reading.acts, *reading.misfits):
        assert 0 <= one.start < one.end <= len(reply)


def test_who_says_their_words_again_makes_no_pitfall_of_them(reader: Reader) -> None:
    reading = reader.read("So you cooked for eight, and only three came?", Context("I cooked, and only three came."))
    assert labels(reading.pitfalls) == set()
    assert labels(reading.skills) == {"listen"}


MUTED = Context("My boss laughed at my report in front of everyone.")


def test_words_that_say_the_same_give_back(reader: Reader) -> None:
    skills, pitfalls = read(reader, "Your manager giggled, with the whole team there", MUTED)
    assert (skills, pitfalls) == ({"listen"}, set())


def test_who_argues_with_the_line_gives_nothing_back(reader: Reader) -> None:
    assert "listen" not in read(reader, "Everybody laughs at reports, that's what work is", MUTED)[0]


@pytest.mark.parametrize(
    ("reply", "line", "fixes"),
    [
        ("Take him off speaker and report him", MUTED.line, True),
        ("Come here. Tell me all of it, and take the blanket", MUTED.line, False),
        ("Put her down and she screams, pick her up and she screams", "The baby never sleeps.", False),
    ],
)
def test_an_order_is_not_always_advice(reader: Reader, reply: str, line: str, fixes: bool) -> None:
    assert ("fixing" in read(reader, reply, Context(line))[1]) == fixes


@pytest.mark.parametrize(
    ("reply", "opens"),
    [
        ("when she left, what did you do?", True),
        ("what kind of day did you have", True),
        ("what I did and what it cost me is my own affair", False),
        ("what I hear is that you were hurt, right?", False),
    ],
)
def test_what_asks_openly(reader: Reader, reply: str, opens: bool) -> None:
    assert ("open_question" in labels(reader.read(reply, DEADLINE).acts)) == opens
