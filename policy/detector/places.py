"""Places that people name instead of an area code: "a Miami number", "same code as Vegas"."""

from policy.detector.wordlist import any_of

_CITIES = (
    "albany|albuquerque|anaheim|anchorage|arlington|atlanta|austin|baltimore|baton rouge|berkeley"
    "|birmingham|boca|boise|boston|boulder|bronx|brooklyn|buffalo"
    "|burbank|calgary|cambridge|charleston|charlotte|chattanooga|chicago|cincinnati|cleveland"
    "|colorado springs|columbus|dallas|denver|des moines|detroit|durham"
    "|edmonton|el paso|eugene|evanston|fargo|fort lauderdale|fort worth|fresno|ft worth|fort myers"
    "|hartford|hoboken|hollywood|honolulu|houston|indianapolis|indy"
    "|jacksonville|jersey|kansas city|knoxville|las vegas|vegas|lexington|lincoln|little rock|long beach"
    "|long island|los angeles|louisville|madison|malibu"
    "|manhattan|memphis|mesa|miami|milwaukee|minneapolis|mobile|montreal|naples|nashville|new orleans"
    "|nola|new york|nyc|newark|norfolk|oakland|okc|oklahoma city"
    "|omaha|orlando|ottawa|palm beach|palo alto|pasadena|philadelphia|philly|phoenix|pittsburgh|plano"
    "|portland|providence|queens|raleigh|reno|richmond|riverside"
    "|rochester|sacramento|salem|salt lake|san antonio|san diego|san francisco|san jose|santa barbara"
    "|santa cruz|santa fe|santa monica|sarasota|savannah|scottsdale"
    "|seattle|spokane|st louis|st paul|st pete|stamford|staten island|syracuse|tacoma|tallahassee|tampa"
    "|tempe|toledo|toronto|tucson|tulsa|vancouver|winnipeg"
    "|wichita|london|manchester|leeds|sheffield|bristol|glasgow|edinburgh|cardiff|sydney|melbourne"
    "|brisbane|perth|adelaide|cdmx|guadalajara|monterrey|madrid|barcelona"
)
_STATES = (
    "alabama|alaska|arizona|arkansas|california|cali|socal|norcal|colorado|connecticut|delaware|dc"
    "|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky"
    "|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska"
    "|nevada|new hampshire|new jersey|new mexico|north carolina|ohio"
    "|oklahoma|oregon|pennsylvania|rhode island|south carolina|dakota|tennessee|texas|utah|vermont"
    "|virginia|washington|wisconsin|wyoming|the bay|bay area|the valley"
    "|upstate|down south|the south|back east|out west"
)
PLACE = any_of({*_CITIES.split("|"), *_STATES.split("|")})
PLACE_STARTS = frozenset(place.split()[0] for place in (*_CITIES.split("|"), *_STATES.split("|")))
