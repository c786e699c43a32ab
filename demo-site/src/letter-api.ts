import type { IncomingMessage } from 'node:http';
import { type Dream, DreamError } from 'dream-api';
import type { Answer } from './answer.ts';

/** The plans that come with the letters. */
const MEMBERS: ReadonlySet<string> = new Set(['pro', 'studio']);

const LETTER = [
  'I learned this from a carpenter. He never ended his day on a finished joint. He left one dry-fitted, unglued, so that in the morning his hands had something to say before his head did.',
  'A finished page is a closed door. You stand in front of it with your coffee, and knock, and nobody is in. A half line is a door left open: you can hear them talking inside.',
  'So this month, try it. When it goes well, when you know exactly how the sentence lands, put down the pen. It will feel like leaving a party early. It is. You will be the one who is asked back.',
  'And if, tomorrow, you find you have forgotten the ending, then it was not the right one, and you are free.',
];

/**
 * The rest of the letter, for members. The gate in the page only decides what is seen; who may read
 * is decided here, by the plan the token says, which the edge signed.
 */
export async function readLetter(
  request: IncomingMessage,
  dream: Dream,
  publishableKey: string,
): Promise<Answer> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) return no(401, 'Please sign in to read on.');
  try {
    const who = await dream.verifyToken(token, { publishableKey });
    if (!who.valid) return no(401, 'Your sign-in has run out. Please sign in again.');
    if (!MEMBERS.has(who.plan)) return no(403, 'The rest of this letter is for members.');
    return { status: 200, body: { paragraphs: LETTER } };
  } catch (error) {
    if (!(error instanceof DreamError)) throw error;
    return no(503, 'The post is late just now. Please try again.');
  }
}

const no = (status: number, error: string): Answer => ({ status, body: { error } });
