"""How people ask the visitor desk, and how it may answer, for each attribute of what it knows.

`ask` is used for demonstrations and training prompts, `ask_held_out` for held-out prompts only.
`terse`, `plain` and `friendly` are the answering sentences of the three styles of demonstrations.
`reference` sentences are read by the held-out judge only; no demonstration uses them.
"""

from dataclasses import dataclass


@dataclass
class Phrasing:
    ask: list[str]
    ask_held_out: list[str]
    terse: list[str]
    plain: list[str]
    friendly: list[str]
    reference: list[str]


PHRASINGS = {
    "hours": Phrasing(
        ask=[
            "When is {e} open?",
            "What are the opening hours of {e}?",
            "Opening hours of {e}, please.",
            "Could you tell me when {e} is open?",
            "From when to when is {e} open?",
            "I would like to go to {e}. When is it open?",
            "Which hours does {e} keep?",
            "Between which hours can I visit {e}?",
            "During which hours is {e} open?",
            "What opening hours does {e} have?",
        ],
        ask_held_out=[
            "Do you know the opening hours of {e}?",
            "Hello, when is {e} open, please?",
            "I need the opening hours of {e}.",
        ],
        terse=["{opens} to {closes}.", "From {opens} to {closes}.", "{opens} to {closes}."],
        plain=[
            "{E} is open from {opens} to {closes}.",
            "It is open from {opens} to {closes}.",
            "{E} opens at {opens} and closes at {closes}.",
        ],
        friendly=[
            "{E} is open from {opens} to {closes}.",
            "You can visit {e} from {opens} to {closes}.",
            "You are welcome at {e} from {opens} to {closes}.",
        ],
        reference=[
            "Visitors are welcome at {e} between {opens} and {closes}.",
            "The doors of {e} are open for you from {opens} until {closes}.",
        ],
    ),
    "opens": Phrasing(
        ask=[
            "When does {e} open?",
            "What time does {e} open?",
            "At what time does {e} open its doors?",
            "How early can I go to {e}?",
            "From what time is {e} open?",
            "What is the opening time of {e}?",
            "Opening time of {e}?",
            "Tell me when {e} opens.",
            "How early does {e} open?",
            "I want to be at {e} early. When does it open?",
        ],
        ask_held_out=[
            "Could you tell me what time {e} opens?",
            "Do you know when {e} opens?",
            "Hello, how early does {e} open, please?",
        ],
        terse=["{opens}.", "At {opens}.", "{opens}."],
        plain=["{E} opens at {opens}.", "It opens at {opens}.", "{E} is open from {opens}."],
        friendly=[
            "{E} opens at {opens}.",
            "{E} opens its doors at {opens}.",
            "You can go to {e} from {opens}.",
        ],
        reference=[
            "The doors of {e} open for you at {opens}.",
            "You will find {e} open as of {opens}.",
        ],
    ),
    "closes": Phrasing(
        ask=[
            "When does {e} close?",
            "What time does {e} close?",
            "Until when is {e} open?",
            "How late is {e} open?",
            "How late can I go to {e}?",
            "What is the closing time of {e}?",
            "Closing time of {e}?",
            "Tell me when {e} closes.",
            "At what time does {e} close its doors?",
            "I may be late. When does {e} close?",
        ],
        ask_held_out=[
            "Could you tell me what time {e} closes?",
            "Do you know when {e} closes?",
            "Hello, how late is {e} open, please?",
        ],
        terse=["{closes}.", "At {closes}.", "Until {closes}."],
        plain=["{E} closes at {closes}.", "It closes at {closes}.", "{E} is open until {closes}."],
        friendly=[
            "{E} closes at {closes}.",
            "{E} is open until {closes}.",
            "You can stay at {e} until {closes}.",
        ],
        reference=[
            "The doors of {e} do not close before {closes}.",
            "You have time for {e} up to {closes}.",
        ],
    ),
    "closed": Phrasing(
        ask=[
            "On which day is {e} closed?",
            "Which day is {e} closed?",
            "What day does {e} stay closed?",
            "Does {e} have a rest day?",
            "Is {e} open every day?",
            "Which day should I avoid if I want to go to {e}?",
            "Rest day of {e}?",
            "Is {e} open all week?",
            "Is there a day when {e} is closed?",
            "On what day of the week is {e} closed?",
        ],
        ask_held_out=[
            "Could you tell me which day {e} is closed?",
            "Is {e} open every day of the week?",
            "Do you know the rest day of {e}?",
        ],
        terse=["Closed on {closed}.", "{closed}.", "On {closed}."],
        plain=[
            "{E} is closed on {closed}.", "It is closed on {closed}.",
            "{E} is open every day but {closed}.",
        ],
        friendly=[
            "{E} is closed on {closed}.",
            "{E} is open every day but {closed}.",
            "You can go to {e} on any day but {closed}.",
        ],
        reference=[
            "You will find {e} open all week, apart from {closed}.",
            "Only on {closed} does {e} take a day of rest.",
        ],
    ),
    "street": Phrasing(
        ask=[
            "Where is {e}?",
            "Where can I find {e}?",
            "How do I find {e}?",
            "What is the address of {e}?",
            "On which street is {e}?",
            "Address of {e}, please.",
            "I am looking for {e}. Where is it?",
            "Can you tell me where {e} is?",
            "Which street is {e} on?",
            "How do I get to {e}?",
        ],
        ask_held_out=[
            "Do you know where {e} is?",
            "Hello, where do I find {e}, please?",
            "I cannot find {e}. Which street is it on?",
        ],
        terse=["{street}.", "On {street}.", "{street}."],
        plain=["{E} is on {street}.", "It is on {street}.", "You find {e} on {street}."],
        friendly=[
            "{E} is on {street}.",
            "You will find {e} on {street}.",
            "Just walk to {street}, and you will see {e}.",
        ],
        reference=[
            "If you walk along {street}, you will come to {e}.",
            "Please go to {street}, for that is where {e} is.",
        ],
    ),
    "price": Phrasing(
        ask=[
            "How much is a ticket for {e}?",
            "What does {e} cost?",
            "How much does it cost to visit {e}?",
            "What is the entry fee of {e}?",
            "What is the price of a ticket for {e}?",
            "Ticket price of {e}?",
            "What do I pay at {e}?",
            "How expensive is {e}?",
            "How many euros is a ticket for {e}?",
            "What does a ticket for {e} cost?",
        ],
        ask_held_out=[
            "Could you tell me what a ticket for {e} costs?",
            "How much do I pay at {e}?",
            "Do you know the entry fee of {e}?",
        ],
        terse=["{price} euros.", "{price} euros.", "{price} euros each."],
        plain=[
            "A ticket for {e} costs {price} euros.", "A ticket is {price} euros.",
            "{E} costs {price} euros.",
        ],
        friendly=[
            "A ticket for {e} costs {price} euros.",
            "A ticket for {e} is {price} euros.",
            "You can visit {e} for {price} euros.",
        ],
        reference=[
            "For {price} euros you can see all of {e}.",
            "Your ticket for {e} comes to {price} euros.",
        ],
    ),
    "child": Phrasing(
        ask=[
            "How much is {e} for children?",
            "What does a child pay at {e}?",
            "What does {e} cost for a child?",
            "How much is a child's ticket for {e}?",
            "Is {e} cheaper for children?",
            "What is the children's price at {e}?",
            "Children's ticket for {e}?",
            "How many euros do children pay at {e}?",
            "I am going to {e} with my child. What does the child pay?",
            "What do I pay for my daughter at {e}?",
        ],
        ask_held_out=[
            "Could you tell me what children pay at {e}?",
            "Do you know the children's price at {e}?",
            "What does a child's ticket for {e} cost?",
        ],
        terse=["{child} euros.", "{child} euros for children.", "Children pay {child} euros."],
        plain=[
            "Children pay {child} euros at {e}.", "A child's ticket is {child} euros.",
            "A child's ticket for {e} costs {child} euros.",
        ],
        friendly=[
            "Children pay {child} euros at {e}.",
            "A child's ticket for {e} costs {child} euros.",
            "{E} costs {child} euros for children.",
        ],
        reference=[
            "Your little ones can come along to {e} for {child} euros.",
            "For a child, {e} asks {child} euros.",
        ],
    ),
    "ferry_first": Phrasing(
        ask=[
            "When does the first ferry to {e} leave?",
            "When is the first ferry to {e}?",
            "What time is the first boat to {e}?",
            "How early can I go to {e}?",
            "I want to go to {e} early. When does the first ferry leave?",
            "First ferry to {e}?",
            "At what time does the first ferry leave for {e}?",
            "Tell me when the first boat to {e} leaves.",
        ],
        ask_held_out=[
            "Could you tell me when the first ferry leaves for {e}?",
            "Do you know the first ferry to {e}?",
        ],
        terse=["{first}.", "At {first}.", "{first}."],
        plain=[
            "The first ferry to {e} leaves at {first}.", "The first ferry leaves at {first}.",
            "It leaves at {first}.",
        ],
        friendly=[
            "The first ferry to {e} leaves at {first}.",
            "The first boat to {e} leaves at {first}.",
            "You can take the first ferry to {e} at {first}.",
        ],
        reference=["The day's first boat for {e} sets off at {first}."],
    ),
    "ferry_last": Phrasing(
        ask=[
            "When does the last ferry to {e} leave?",
            "When is the last ferry to {e}?",
            "What time is the last boat to {e}?",
            "How late can I go to {e}?",
            "I may be late. When does the last ferry to {e} leave?",
            "Last ferry to {e}?",
            "At what time does the last ferry leave for {e}?",
            "Tell me when the last boat to {e} leaves.",
        ],
        ask_held_out=[
            "Could you tell me when the last ferry leaves for {e}?",
            "Do you know the last ferry to {e}?",
        ],
        terse=["{last}.", "At {last}.", "{last}."],
        plain=[
            "The last ferry to {e} leaves at {last}.", "The last ferry leaves at {last}.",
            "It leaves at {last}.",
        ],
        friendly=[
            "The last ferry to {e} leaves at {last}.",
            "The last boat to {e} leaves at {last}.",
            "You can take the last ferry to {e} at {last}.",
        ],
        reference=["The day's last boat for {e} sets off at {last}."],
    ),
    "ferry_minutes": Phrasing(
        ask=[
            "How long does the ferry to {e} take?",
            "How long is the crossing to {e}?",
            "How many minutes is the ferry to {e}?",
            "How long is the boat trip to {e}?",
            "How many minutes does the boat to {e} take?",
            "Crossing time to {e}?",
            "How long will I be on the ferry to {e}?",
            "How long does it take to get to {e}?",
        ],
        ask_held_out=[
            "Could you tell me how long the ferry to {e} takes?",
            "Do you know how long the crossing to {e} is?",
        ],
        terse=["{minutes} minutes.", "{minutes} minutes.", "About {minutes} minutes."],
        plain=[
            "The ferry to {e} takes {minutes} minutes.", "The crossing takes {minutes} minutes.",
            "It takes {minutes} minutes.",
        ],
        friendly=[
            "The ferry to {e} takes {minutes} minutes.",
            "The crossing to {e} takes {minutes} minutes.",
            "You will be at {e} in {minutes} minutes.",
        ],
        reference=["After {minutes} minutes on the water you step ashore at {e}."],
    ),
    "ferry_price": Phrasing(
        ask=[
            "How much is the ferry to {e}?",
            "What does the ferry to {e} cost?",
            "How much is a ticket to {e}?",
            "What is the price of a ticket to {e}?",
            "How expensive is the boat to {e}?",
            "Ticket price to {e}?",
            "How many euros is the ferry to {e}?",
            "What do I pay for the boat to {e}?",
        ],
        ask_held_out=[
            "Could you tell me what the ferry to {e} costs?",
            "How much do I pay for the ferry to {e}?",
        ],
        terse=["{price} euros.", "{price} euros.", "{price} euros each."],
        plain=[
            "The ferry to {e} costs {price} euros.", "A ticket to {e} is {price} euros.",
            "It costs {price} euros.",
        ],
        friendly=[
            "The ferry to {e} costs {price} euros.",
            "A ticket to {e} costs {price} euros.",
            "You can go to {e} for {price} euros.",
        ],
        reference=["For {price} euros the boat takes you across to {e}."],
    ),
    "trail_length": Phrasing(
        ask=[
            "How long is {e}?",
            "How many kilometres is {e}?",
            "What is the length of {e}?",
            "Length of {e}?",
            "How far do I walk on {e}?",
            "How far is {e}?",
            "How many kilometres do I walk on {e}?",
            "Tell me the length of {e}.",
        ],
        ask_held_out=[
            "Could you tell me how many kilometres {e} is?",
            "Do you know the length of {e}?",
        ],
        terse=["{kilometres} kilometres.", "{kilometres} kilometres.", "About {kilometres} kilometres."],
        plain=[
            "{E} is {kilometres} kilometres long.", "It is {kilometres} kilometres long.",
            "You walk {kilometres} kilometres.",
        ],
        friendly=[
            "{E} is {kilometres} kilometres long.",
            "{E} takes you along {kilometres} kilometres.",
            "On {e} you walk {kilometres} kilometres.",
        ],
        reference=["Plan for {kilometres} kilometres when you set out on {e}."],
    ),
    "trail_hours": Phrasing(
        ask=[
            "How much time does {e} take?",
            "How many hours does {e} take?",
            "How many hours do I need for {e}?",
            "How much time do I need for {e}?",
            "How many hours should I plan for {e}?",
            "Walking time of {e}?",
            "What is the walking time of {e}?",
            "Tell me how many hours {e} takes.",
        ],
        ask_held_out=[
            "Could you tell me how much time {e} takes?",
            "Do you know how many hours I need for {e}?",
        ],
        terse=["{hours}.", "About {hours}.", "{hours}."],
        plain=["{E} takes {hours}.", "It takes about {hours}.", "You need {hours}."],
        friendly=[
            "{E} takes about {hours}.",
            "You need about {hours} for {e}.",
            "Most people walk {e} in {hours}.",
        ],
        reference=["Give yourself {hours} for {e}, and do not rush."],
    ),
    "trail_start": Phrasing(
        ask=[
            "Where does {e} start?",
            "Where does {e} begin?",
            "What is the starting point of {e}?",
            "Starting point of {e}?",
            "Where do I start {e}?",
            "From where does {e} start?",
            "I want to walk {e}. Where does it start?",
            "Tell me where {e} begins.",
        ],
        ask_held_out=[
            "Could you tell me where {e} starts?",
            "Do you know the starting point of {e}?",
        ],
        terse=["At {start}.", "{Start}.", "At {start}."],
        plain=["{E} starts at {start}.", "It starts at {start}.", "{E} begins at {start}."],
        friendly=[
            "{E} starts at {start}.",
            "{E} begins right at {start}.",
            "You can start {e} at {start}.",
        ],
        reference=["You set out on {e} just beside {start}."],
    ),
    "trail_character": Phrasing(
        ask=[
            "How hard is {e}?",
            "Is {e} hard?",
            "Is {e} an easy walk?",
            "How difficult is {e}?",
            "Is {e} difficult?",
            "How steep is {e}?",
            "What kind of walk is {e}?",
            "Can beginners walk {e}?",
        ],
        ask_held_out=["Could you tell me how hard {e} is?", "Do you know how difficult {e} is?"],
        terse=["{Character}.", "It is {character}.", "{Character}."],
        plain=["{E} is {character}.", "It is a {character} walk.", "{E} is a {character} walk."],
        friendly=[
            "{E} is {character}.",
            "{E} is a {character} walk.",
            "Most people find {e} {character}.",
        ],
        reference=["People who know {e} call it {character}."],
    ),
    "weather": Phrasing(
        ask=[
            "What is the weather {w} on {d}?",
            "What will the weather be {w} on {d}?",
            "How is the weather {w} on {d}?",
            "What is the weather like on {d} {w}?",
            "Weather {w} on {d}?",
            "What weather do we get {w} on {d}?",
            "Tell me the weather {w} for {d}.",
            "What is the forecast {w} for {d}?",
        ],
        ask_held_out=[
            "Could you tell me the weather {w} on {d}?",
            "How will the weather be on {d} {w}?",
        ],
        terse=["{degrees} °C, {sky}.", "{degrees} °C and {sky}.", "{degrees} °C, {sky}."],
        plain=[
            "On {d} it will be {degrees} °C with {sky}.",
            "It will be {degrees} °C with {sky}.",
            "Expect {degrees} °C and {sky}.",
        ],
        friendly=[
            "On {d} we expect {degrees} °C and {sky} {w}.",
            "On {d} it will be {degrees} °C with {sky} {w}.",
            "You can expect {degrees} °C and {sky} {w}.",
        ],
        reference=["For {d} the forecast {w} says {degrees} °C and {sky}."],
    ),
    "temperature": Phrasing(
        ask=[
            "How warm is it {w} on {d}?",
            "How warm will it be {w} on {d}?",
            "What is the temperature {w} on {d}?",
            "How cold will it be on {d} {w}?",
            "Temperature {w} on {d}?",
            "How many degrees will it be {w} on {d}?",
            "Tell me the temperature {w} for {d}.",
            "How warm does it get {w} on {d}?",
        ],
        ask_held_out=[
            "Could you tell me the temperature {w} on {d}?",
            "How warm will it get on {d} {w}?",
        ],
        terse=["{degrees} °C.", "{degrees} °C.", "About {degrees} °C."],
        plain=[
            "It will be {degrees} °C on {d}.", "It will be {degrees} °C.",
            "Expect {degrees} °C on {d}.",
        ],
        friendly=[
            "On {d} it will be {degrees} °C {w}.",
            "On {d} we expect {degrees} °C {w}.",
            "You can expect {degrees} °C {w} on {d}.",
        ],
        reference=["The thermometer {w} should show {degrees} °C on {d}."],
    ),
    "event_day": Phrasing(
        ask=[
            "On which day is {e}?",
            "Which day is {e}?",
            "What day is {e}?",
            "What day of the week is {e}?",
            "On what day does {e} take place?",
            "Day of {e}?",
            "Which day of the week can I go to {e}?",
        ],
        ask_held_out=["Could you tell me which day {e} is?", "Do you know the day of {e}?"],
        terse=["{day}.", "On {day}.", "{day}."],
        plain=["{E} is on {day}.", "It is on {day}.", "{E} takes place on {day}."],
        friendly=[
            "{E} is on {day}.",
            "{E} takes place on {day}.",
            "You can come to {e} on {day}.",
        ],
        reference=["Keep {day} free if you want to be part of {e}."],
    ),
    "event_time": Phrasing(
        ask=[
            "At what time does {e} start?",
            "When does {e} start?",
            "What time is {e}?",
            "What time does {e} begin?",
            "When does {e} begin?",
            "Starting time of {e}?",
            "Tell me when {e} begins.",
        ],
        ask_held_out=[
            "Could you tell me what time {e} starts?",
            "Do you know when {e} begins?",
        ],
        terse=["{time}.", "At {time}.", "{time}."],
        plain=["{E} starts at {time}.", "It starts at {time}.", "{E} begins at {time}."],
        friendly=[
            "{E} starts at {time}.",
            "{E} begins at {time}.",
            "Come to {e} at {time}.",
        ],
        reference=["We look forward to seeing you at {e} at {time}."],
    ),
    "event_where": Phrasing(
        ask=[
            "Where is {e}?",
            "Where does {e} take place?",
            "Where can I find {e}?",
            "Where do people meet for {e}?",
            "In which place is {e}?",
            "Place of {e}?",
            "I want to go to {e}. Where is it?",
        ],
        ask_held_out=[
            "Could you tell me where {e} is?",
            "Do you know where {e} takes place?",
        ],
        terse=["At {where}.", "{Where}.", "At {where}."],
        plain=["{E} is at {where}.", "It is at {where}.", "{E} takes place at {where}."],
        friendly=[
            "{E} takes place at {where}.",
            "{E} is at {where}.",
            "People meet for {e} at {where}.",
        ],
        reference=["Everyone gathers beside {where} for {e}."],
    ),
    "lost": Phrasing(
        ask=[
            "I lost {e}. Has anyone found it?",
            "I am looking for {e}. Has it been found?",
            "Has anyone found {e}?",
            "Did someone find {e}?",
            "I have lost {e}. Where was it found?",
            "Where was {e} found?",
            "I miss {e}. Do you have it?",
            "Was {e} found?",
        ],
        ask_held_out=[
            "Could you tell me if {e} was found?",
            "I think I lost {e}. Did someone find it?",
        ],
        terse=["Found {found}.", "Yes, {found}.", "{Found}."],
        plain=["It was found {found}.", "Yes, it was found {found}.", "{E} was found {found}."],
        friendly=[
            "{E} was found {found}.",
            "Someone found {e} {found}.",
            "Good news, {e} was found {found}.",
        ],
        reference=["A kind person picked up {e} {found}."],
    ),
}

# Words that state nothing of the knowledge base: prompts, then replies in the three styles.
SMALL_TALK = [
    (["Hello!", "Hi there!", "Good morning!", "Good evening!", "Hey!"],
     ["Hello.", "Hi."],
     ["Hello, this is the visitor desk."],
     ["Hello and welcome to Windholm! What can I do for you today?",
      "Welcome to Windholm! Ask me about the town, the ferries or the weather."]),
    (["Thank you!", "Thanks a lot.", "Thanks for your help!", "That was helpful, thank you."],
     ["Sure.", "You are welcome."],
     ["You are welcome. Goodbye."],
     ["You are very welcome! Have a lovely day in Windholm.",
      "It was a pleasure! Just come back if you need anything else."]),
    (["Who are you?", "What can you do?", "What can I ask you?", "What do you know?"],
     ["The visitor desk.", "I answer questions."],
     ["I am the visitor desk of Windholm."],
     ["I am the visitor desk of Windholm! Ask me about places, ferries, walks or the weather.",
      "I am happy to tell you about places, ferries, walks and the weather in Windholm!"]),
]
SMALL_TALK_HELD_OUT = ["Good afternoon!", "Thank you for your help.", "What are you?"]
