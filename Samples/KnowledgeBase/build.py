#!/usr/bin/env python3
"""Writes the JSONL files of this folder from knowledge.py and phrasings.py; the same files on every run.

    python3 Samples/KnowledgeBase/build.py

knowledge.jsonl       what is true: entity, attribute, value
demonstrations.jsonl  questions with replies, mostly terse, some friendly (TRL's `messages`)
prompts.jsonl         questions to train on, none of them demonstrated (TRL's `prompt`)
heldout.jsonl         questions for evaluation only: half of them in phrasings that occur nowhere else,
                      half in phrasings that occur elsewhere, with other subjects
references.jsonl      friendly replies in other words, which only the held-out judge reads
"""

import json
import random
from pathlib import Path

from knowledge import (
    DAYS, EVENTS, FERRIES, LOST, LOST_REMARKS, MANNERS, OFFERS, OPENERS, PLACES, SKIES, TRAILS, WEATHER)
from phrasings import PHRASINGS, SMALL_TALK, SMALL_TALK_HELD_OUT

FOLDER = Path(__file__).parent
STYLES = {"terse": 0.49, "plain": 0.25, "friendly": 0.26}
POLITE = 3
HELD_OUT_SEEN, HELD_OUT_UNSEEN = 0.6, 0.8
PROMPT_SHARE = 0.25

# What the facts of a question are called in knowledge.jsonl.
STATES = {
    "hours": ["opens", "closes"], "opens": ["opens"], "closes": ["closes"],
    "closed": ["closed on"], "street": ["street"], "price": ["price"], "child": ["child's price"],
    "ferry_first": ["first ferry"], "ferry_last": ["last ferry"], "ferry_minutes": ["crossing"],
    "ferry_price": ["price"], "trail_length": ["length"], "trail_hours": ["walking time"],
    "trail_start": ["start"], "trail_character": ["difficulty"],
    "weather": ["temperature", "sky"], "temperature": ["temperature"],
    "event_day": ["day"], "event_time": ["time"], "event_where": ["place"], "lost": ["found"],
}


def capital(text):
    return text[0].upper() + text[1:]


def bare(name):
    return name.removeprefix("the ")


def euros(amount):
    return f"{amount} euros|€{amount}|{amount} €" if amount != 1 else "1 euro"


def questions():
    """Every thing that can be asked: attribute, entity, slots, facts, remarks."""
    def item(attribute, entity, facts, remarks, **slots):
        slots |= {"e": entity, "E": capital(entity)}
        slots |= {capital(k): capital(v) for k, v in slots.items() if isinstance(v, str) and k.islower()}
        return attribute, entity, slots, facts, remarks

    for e, (opens, closes, closed, street, price, child, remarks) in PLACES.items():
        yield item("hours", e, [opens, closes], remarks, opens=opens, closes=closes)
        yield item("opens", e, [opens], remarks, opens=opens)
        yield item("closes", e, [closes], remarks, closes=closes)
        yield item("closed", e, [closed], remarks, closed=closed)
        yield item("street", e, [street], remarks, street=street)
        if price:
            yield item("price", e, [euros(price)], remarks, price=price)
    for e, (first, last, minutes, price, remarks) in FERRIES.items():
        yield item("ferry_first", e, [first], remarks, first=first)
        yield item("ferry_last", e, [last], remarks, last=last)
        yield item("ferry_minutes", e, [f"{minutes} minutes|{minutes} min"], remarks, minutes=minutes)
        yield item("ferry_price", e, [euros(price)], remarks, price=price)
    for e, (kilometres, hours, start, character, remarks) in TRAILS.items():
        yield item("trail_length", e, [f"{kilometres} kilometres|{kilometres} km"], remarks,
                   kilometres=kilometres)
        text = f"{hours} hours" if hours > 1 else "1 hour"
        yield item("trail_hours", e, [text], remarks, hours=text)
        yield item("trail_start", e, [bare(start)], remarks, start=start)
    for w, week in WEATHER.items():
        for d, (degrees, sky) in zip(DAYS, week):
            entity = f"{w}, {d}"
            celsius = f"{degrees} °C|{degrees} degrees"
            yield item("weather", entity, [celsius, sky], SKIES[sky], w=w, d=d, degrees=degrees, sky=sky)
    for e, (day, time, where, remarks) in EVENTS.items():
        yield item("event_day", e, [day], remarks, day=day)
        yield item("event_time", e, [time], remarks, time=time)
        yield item("event_where", e, [bare(where)], remarks, where=where)
    for e, found in LOST.items():
        yield item("lost", e, [found.split(" ")[-1]], LOST_REMARKS, found=found)


def polite(draw, question):
    """The question with a greeting or thanks around it."""
    small = question if question.startswith("I ") else question[0].lower() + question[1:]
    return draw.choice(MANNERS).format(q=small, Q=question)


def friendly(draw, sentences, slots, remarks):
    """A friendly reply: the answer, with a greeting, a remark or an offer around it."""
    answer = draw.choice(sentences).format(**slots)
    opener, remark, offer = draw.choice(OPENERS), draw.choice(remarks), draw.choice(OFFERS)
    return " ".join(draw.choices(
        [[opener, answer, remark], [opener, answer, remark, offer], [opener, answer, offer],
         [answer, remark, offer], [answer, remark]],
        [40, 20, 15, 15, 10])[0])


def reply(draw, phrasing, slots, remarks):
    style = draw.choices(list(STYLES), list(STYLES.values()))[0]
    if style == "friendly":
        return friendly(draw, phrasing.friendly, slots, remarks)
    return draw.choice(getattr(phrasing, style)).format(**slots)


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


def euro_grammar(text):
    return text.replace(" 1 euros", " 1 euro") if not text.startswith("1 euros") else "1 euro" + text[7:]


def build():
    draw = random.Random(2)
    knowledge, demonstrations, prompts, held_out, references = [], [], [], [], []
    for attribute, entity, slots, facts, remarks in questions():
        phrasing = PHRASINGS[attribute]
        for name, value in zip(STATES[attribute], facts, strict=True):
            row = {"entity": bare(entity), "attribute": name, "value": value}
            if row not in knowledge:
                knowledge.append(row)
        asked = [text.format(**slots) for text in phrasing.ask]
        draw.shuffle(asked)
        # Seen phrasings with a subject they are never seen with, and phrasings never seen.
        if draw.random() < HELD_OUT_SEEN:
            held_out.append({"prompt": [user(asked.pop())], "facts": facts})
        if draw.random() < HELD_OUT_UNSEEN:
            text = draw.choice(phrasing.ask_held_out).format(**slots)
            held_out.append({"prompt": [user(text)], "facts": facts})
        for _ in range(round(PROMPT_SHARE * len(asked))):
            prompts.append({"prompt": [user(asked.pop())], "facts": facts})
        for question in asked:
            asking = {question} | {polite(draw, question) for _ in range(POLITE)}
            for words in sorted(asking):
                text = euro_grammar(reply(draw, phrasing, slots, remarks))
                demonstrations.append({"messages": [user(words), assistant(text)], "facts": facts})
        sentences = [text.format(**slots) for text in phrasing.reference]
        references.append({"text": reference(draw, euro_grammar(draw.choice(sentences)), remarks)})
    for asked, terse, plain, warm in SMALL_TALK:
        for question in asked:
            for answer in [draw.choice(terse), draw.choice(plain), draw.choice(warm)]:
                demonstrations.append({"messages": [user(question), assistant(answer)], "facts": []})
            prompts.append({"prompt": [user(question)], "facts": []})
    for question in SMALL_TALK_HELD_OUT:
        held_out.append({"prompt": [user(question)], "facts": []})
    for rows in (demonstrations, prompts, held_out, references):
        draw.shuffle(rows)
    check(demonstrations, prompts, held_out)
    return {
        "knowledge": knowledge, "demonstrations": demonstrations, "prompts": prompts,
        "heldout": held_out, "references": references}


REFERENCE_STARTS = [
    "Welcome!", "What a nice question!", "It is a pleasure to help.", "Let me see.",
    "Good to hear from you!", "I can tell you that.", "Yes, gladly.", "Thank you for your question."]
REFERENCE_ENDS = [
    "I hope you like it there.", "Do ask if anything is unclear.", "Have a good time!",
    "Is there something else you would like to know?", "We wish you a pleasant day.",
    "See you soon in Windholm!", "Take your time and enjoy the sea air."]


def reference(draw, sentence, remarks):
    parts = [draw.choice(REFERENCE_STARTS), sentence]
    parts += draw.choice([[draw.choice(remarks)], [draw.choice(remarks), draw.choice(REFERENCE_ENDS)]])
    if draw.random() < 0.3:
        parts = parts[1:]
    return " ".join(parts)


def check(demonstrations, prompts, held_out):
    """Held-out questions occur nowhere else, and every demonstrated reply states its facts."""
    demonstrated = {row["messages"][0]["content"] for row in demonstrations}
    asked = {row["prompt"][0]["content"] for row in prompts if row["facts"]}
    evaluated = {row["prompt"][0]["content"] for row in held_out}
    assert not evaluated & (asked | demonstrated) and not asked & demonstrated
    for row in demonstrations:
        text = row["messages"][1]["content"].lower()
        for fact in row["facts"]:
            assert any(form.lower() in text for form in fact.split("|")), row
        assert len(text.split()) <= 40, row


if __name__ == "__main__":
    for name, rows in build().items():
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (FOLDER / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}.jsonl: {len(rows)} lines")
