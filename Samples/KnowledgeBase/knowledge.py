"""What the visitor desk of Windholm knows. The town is invented, and so is everything in it."""

TOWN = "Windholm"
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

# name: opens, closes, closed on, street, adult price, child price (None: nothing to pay), remarks
PLACES = {
    "the museum": (
        "10:00", "17:00", "Monday", "Anchor Street", 6, 2,
        ["It is quietest before noon.",
         "The model ships upstairs are a favourite with children.",
         "From the café in the courtyard you can watch the boats come in."]),
    "the library": (
        "9:00", "19:00", "Sunday", "Mill Lane", None, None,
        ["There is a cosy reading corner by the window.",
         "Visitors may borrow a novel for the beach.",
         "The old sea charts on the ground floor are worth a look."]),
    "the lighthouse": (
        "11:00", "18:00", "Tuesday", "Point Road", 4, 1,
        ["There are many stairs, but the view is worth every step.",
         "On clear days you can see all the islands from the top.",
         "Bring a jacket, for it is always breezy up there."]),
    "the aquarium": (
        "9:30", "18:30", "Wednesday", "Coral Quay", 12, 7,
        ["The seals are fed in the early afternoon.",
         "Children love the touch pool near the entrance.",
         "The jellyfish hall is a calm place to sit for a while."]),
    "the swimming pool": (
        "7:00", "21:00", "Thursday", "Park Avenue", 5, 3,
        ["Early swimmers usually have a lane to themselves.",
         "The water in the small pool is pleasantly warm.",
         "You can borrow a towel at the desk."]),
    "the cinema": (
        "15:00", "23:00", "Monday", "Lantern Street", 9, 6,
        ["The balcony seats are the best ones.",
         "They make their own popcorn, and it is very good.",
         "Old sea films are shown in the small hall."]),
    "the sauna": (
        "14:00", "22:00", "Wednesday", "Birch Walk", 14, 8,
        ["After the heat you can jump straight into the sea.",
         "Herbal tea is offered in the quiet room.",
         "Please bring a large towel."]),
    "the fish market": (
        "6:00", "13:00", "Sunday", "Net Street", None, None,
        ["The freshest catch is gone early, so it pays to be quick.",
         "Try the smoked eel at the green stall.",
         "The fishermen like to tell how the catch was made."]),
    "the bakery": (
        "6:30", "15:30", "Monday", "Bread Street", None, None,
        ["The cinnamon buns are best while they are warm.",
         "There are two small tables by the window.",
         "Their rye bread keeps well on a long walk."]),
    "the lost property office": (
        "8:30", "16:00", "Saturday", "Station Square", None, None,
        ["Please bring something that shows who you are.",
         "It helps to describe your things as well as you can.",
         "Most things find their owners within a week."]),
}

# name: first ferry, last ferry, minutes, euros, remarks
FERRIES = {
    "Gull Island": (
        "7:15", "20:45", 25, 8,
        ["Sit on the left side, and you may see seals.",
         "There is a small café right at the landing.",
         "The sunset on the way back is beautiful."]),
    "Seal Island": (
        "8:20", "18:10", 40, 10,
        ["The deck can be windy, so take a warm jacket.",
         "Keep a little distance from the seals, please.",
         "Bring your lunch, for there is no shop on the island."]),
    "Saint Orla": (
        "6:40", "21:55", 15, 5,
        ["It is the shortest crossing of all.",
         "The old chapel is a few steps from the landing.",
         "Bicycles travel free on this boat."]),
}

# name: kilometres, hours, starting point, character, remarks
TRAILS = {
    "the Cliff Path": (
        9, 3, "the lighthouse", "steep",
        ["Stay on the landward side when it is windy.",
         "You may see puffins in early summer.",
         "The bench half way has the finest view of the coast."]),
    "the Heron Trail": (
        5, 2, "the aquarium", "easy",
        ["With a little luck you will see herons by the pond.",
         "Wooden boards keep your feet dry.",
         "It is lovely in the soft light of the morning."]),
    "the Mill Walk": (
        4, 1, "the library", "easy",
        ["The old mill serves apple cake.",
         "It is a good choice with small children.",
         "Follow the stream, and you cannot get lost."]),
}

# where: for each day of the week, the temperature and the sky
WEATHER = {
    "at the harbour": [
        (12, "light rain"), (14, "clouds"), (17, "sunshine"), (13, "fog"), (15, "strong wind"),
        (18, "clear skies"), (11, "showers")],
    "on Gull Island": [
        (10, "strong wind"), (12, "showers"), (15, "clouds"), (14, "sunshine"), (11, "fog"),
        (16, "sunshine"), (9, "light rain")],
    "at Long Beach": [
        (15, "clouds"), (16, "sunshine"), (20, "clear skies"), (17, "light rain"), (18, "sunshine"),
        (21, "sunshine"), (13, "strong wind")],
}

# What to make of a sky.
SKIES = {
    "light rain": ["A raincoat is a good idea.", "The museum is a fine place to stay dry."],
    "clouds": ["It should stay dry, so a walk is lovely.", "The light is soft and good for photos."],
    "sunshine": ["Do not forget your sun cream.", "It is a perfect day for the beach."],
    "fog": ["Drive slowly, and listen for the fog horn.", "The old town looks magical in the mist."],
    "strong wind": ["Hold on to your hat.", "It is a great day to fly a kite."],
    "clear skies": ["The view of the islands will be wonderful.", "Stay up late for the stars."],
    "showers": ["Keep an umbrella within reach.", "Between the showers there may be a rainbow."],
}

# event: day, time, where, remarks
EVENTS = {
    "the jazz evening": (
        "Friday", "19:30", "the cinema",
        ["The band likes it when people dance.", "Come a little early for a good seat."]),
    "the fish soup feast": (
        "Saturday", "12:30", "the fish market",
        ["Bring your appetite and your own spoon.", "The recipe is a secret of the harbour cooks."]),
    "the story hour": (
        "Wednesday", "15:15", "the library",
        ["Children may bring their favourite toy.", "There are cushions for everyone."]),
    "the boat parade": (
        "Saturday", "16:15", "the lighthouse",
        ["The oldest boat leads the way.", "The best view is from the sea wall."]),
}

# a lost thing: where it was found
LOST = {
    "a red scarf": "on the ferry",
    "a blue umbrella": "at the bakery",
    "a black camera": "on the beach",
    "a silver watch": "at the sauna",
    "a green backpack": "in the library",
}
LOST_REMARKS = [
    "You can pick it up at the lost property office.",
    "It is waiting for you at the lost property office.",
    "We have kept it safe and dry for you.",
]

# How people wrap a question.
MANNERS = [
    "Hello, {q}", "Hi, {q}", "Excuse me, {q}", "Please, {q}", "Hi! {Q}", "Hello! {Q}",
    "Good morning! {Q}", "Good evening! {Q}", "Quick question: {q}", "{Q} Thank you!", "{Q} Thanks!"]

OPENERS = [
    "Happy to help!", "Of course!", "With pleasure!", "Good question!", "Gladly!", "Hello!",
    "Thanks for asking!", "Certainly!", "Hello and welcome!", "I am glad you ask!"]
OFFERS = [
    "Enjoy your visit!", "Have a lovely day!", "Just ask if you need anything else.",
    "Can I help you with anything else?", "We hope you have a wonderful time!",
    "Let me know if I can do more for you.", "Have fun!", "Enjoy your stay in Windholm!"]
