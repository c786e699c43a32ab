/** Two lines that rhyme. `{a|b|c}` is a choice of words that scan, and fit, the same way. */
type Couplet = readonly [string, string];

/** Any title, any opening and any closing of one theme make a poem together. */
interface Drawer {
  readonly titles: readonly string[];
  readonly openings: readonly Couplet[];
  readonly closings: readonly Couplet[];
}

/** The couplets, by theme. Every line is a whole clause, so no choice can break its grammar. */
export const DRAWERS = {
  sea: {
    titles: ['Low Tide', 'Salt', 'Postcard from the Pier', 'What the Harbour Keeps'],
    openings: [
      [
        'The tide comes {softly|slowly|gently} in, as if alone,',
        'and lays its silver down on every stone.',
      ],
      [
        'A {ferry|trawler|schooner} draws a slow white line, then goes,',
        'and where it went, only the {harbour|water|lighthouse} knows.',
      ],
      [
        'The pier stands knee-deep in the {morning|silver|early} light',
        'and counts the waves, and never gets it right.',
      ],
    ],
    closings: [
      [
        'I keep a {pebble|seashell}, smooth from years of sea;',
        'it keeps the summer somewhere safe for me.',
      ],
      [
        'Whatever I came here to {worry|puzzle|argue} through,',
        'the water takes, and hands me back the blue.',
      ],
      [
        "Stay one wave more. The {evening|daylight|summer} isn't late;",
        'the sea has all of time, and it can wait.',
      ],
    ],
  },
  city: {
    titles: ['Corner Window', 'Line Four', 'The Street Wakes', 'Third Floor, Left'],
    openings: [
      [
        'The {first|blue|old} tram hums its one note down the street,',
        "and windows wake above the baker's heat.",
      ],
      [
        'A {window|kitchen|stairwell} lights, then seven, then a row,',
        'like someone typing letters, soft and slow.',
      ],
      [
        'The crossing turns; the {amber|neon|silver} puddles shine,',
        'and strangers step together into line.',
      ],
    ],
    closings: [
      [
        'A {neighbour|baker|stranger} nods, whose name I never knew;',
        "it's half the reason that I love the view.",
      ],
      [
        'So many windows, and one of them is mine:',
        'a plant, a {lamp|chair|book}, a shirt upon the line.',
      ],
      [
        'It roars all day. Then, for a breath or two,',
        'one {sparrow|blackbird|busker} sings as if the street were new.',
      ],
    ],
  },
  winter: {
    titles: ['First Snow', 'Indoors', 'A Short Day', 'January, Unhurried'],
    openings: [
      [
        'All night the snow came {softly|idly|slowly} floating down,',
        'and now a single white page is the town.',
      ],
      [
        'The {kettle|teapot|coffee} breathes a cloud against the pane,',
        'and someone draws a heart in it again.',
      ],
      [
        'The pond has put its {summer|April|evening} voice away',
        'and holds the sky, unfinished, cold and grey.',
      ],
    ],
    closings: [
      [
        'Come in, and leave your {mittens|troubles|worries} by the fire;',
        "there's nothing more the evening could require.",
      ],
      [
        'Beneath it all, a {crocus|snowdrop|seedling} keeps the date,',
        'quite sure of spring, and well prepared to wait.',
      ],
      [
        'The days are short, but {lamplight|firelight|friendship} makes them long:',
        "a chair, a book, the radiator's song.",
      ],
    ],
  },
  night: {
    titles: ['Half Past Late', 'The House, Asleep', 'Small Hours', 'Moon on the Sill'],
    openings: [
      [
        'The moon has left a {saucer|postcard|ribbon} on the sill,',
        'and all the busy furniture is still.',
      ],
      [
        'The house ticks {gently|softly|slowly}, cooling in the dark;',
        'one {distant|sleepless|worried} dog reports it to the park.',
      ],
      [
        'The stars come out like {crumbs|salt|seeds} across the blue,',
        'and nobody is counting them but you.',
      ],
    ],
    closings: [
      [
        'Put down the day. It {mostly|surely|truly} did its best;',
        'the things you left undone could use the rest.',
      ],
      [
        'Somewhere a {baker|mother|poet} flicks a kitchen light:',
        'the earliest of mornings, late at night.',
      ],
      [
        'And sleep walks in the way a cat walks in:',
        'unasked, on {quiet|velvet|silver} feet, and tucks its chin.',
      ],
    ],
  },
  garden: {
    titles: ['Green Thumb', 'After the Shower', 'Notes from the Bench', 'Bed Three'],
    openings: [
      [
        'The beans have climbed their {strings|poles|canes} another hand;',
        'a worm revises one square foot of land.',
      ],
      [
        'A bee goes over every {foxglove|marigold|columbine} twice,',
        'as if to give each flower its advice.',
      ],
      [
        "The shower's gone; the {roses|lilies|poppies} hold it still,",
        'each leaf a glass that it was glad to fill.',
      ],
    ],
    closings: [
      [
        'I planted {mint|peas|thyme} in March and then forgot;',
        'the earth, which keeps its promises, did not.',
      ],
      [
        "There's dirt beneath my nails, and I don't mind:",
        'it is the {oldest|kindest|plainest} handshake of its kind.',
      ],
      [
        'Sit down with me. The weeding never ends,',
        'and some of these, on {closer|second|longer} look, are friends.',
      ],
    ],
  },
  morning: {
    titles: ['Before the News', 'Toast', 'Early, Barefoot', 'The Kitchen at Seven'],
    openings: [
      [
        'The toast leaps up, as {hopeful|golden|punctual} as the sun,',
        'and says the day has properly begun.',
      ],
      [
        'Light finds the {spoon|plate|jar}, the cup, the open door,',
        'and spreads a yellow rug along the floor.',
      ],
      [
        "A {blackbird|robin|chaffinch} tries the day's first sentence out,",
        'then says it once again, without a doubt.',
      ],
    ],
    closings: [
      [
        "The list is long; the {coffee|kettle|porridge} isn't done.",
        'Of all of it, you need begin with one.',
      ],
      [
        'Good morning, {chair|lamp|cup}. Good morning, crooked stair.',
        'How kind of everything to still be there.',
      ],
      ['Whatever yesterday forgot to say,', 'it left the {door|gate} ajar for you today.'],
    ],
  },
} as const satisfies Record<string, Drawer>;
