/** Where a journey goes, and what opens it. */
export interface ClerkJourney {
  edge: string;
  operatorSecret: string;
  /** An address that Clerk proves by 424242, without a mail; nobody has it yet. */
  email: string;
  /** Told after each step that went well. */
  passed: (step: string) => void;
}

type Json = Record<string, any>;
type Answer = { status: number; headers: Headers; body: Json };

const ORIGIN = 'https://check.example';
const CODE = '424242';

/**
 * Walks a visitor's way through the edge and the Clerk application behind its test mode: sign-up and
 * sign-in by code, a password set and used, and the customer's end. Throws at the first step that goes
 * another way than it should, with what was answered.
 */
export async function walkClerk({
  edge,
  operatorSecret,
  email,
  passed,
}: ClerkJourney): Promise<void> {
  const operator = { authorization: `Bearer ${operatorSecret}` };
  const body = { name: 'Clerk check', ownerEmail: 'check@example.com' };
  const { project } = ok(await call(`${edge}/api/projects`, 'POST', operator, body)).body;
  const keys = `${edge}/api/projects/${project.id}/test/keys`;
  const { secret: sk } = ok(await call(keys, 'POST', operator, {})).body;
  const server = { authorization: `Bearer ${sk}` };
  const pk: string = project.publishableKeys.test;

  const first = await signUp(new Page(edge, pk), email);
  expect(first.isNew === true && first.customer.emailVerified === true, 'a new customer', first);
  passed('sign-up by code, and its session');

  const again = await signIn(new Page(edge, pk), email);
  expect(again.customer.id === first.customer.id && !again.isNew, 'the same customer', again);
  passed('sign-in by code, as the same customer');

  const password = `correct horse ${project.id}`;
  const session = { authorization: `Bearer ${again.accessToken}`, origin: ORIGIN };
  ok(await call(`${edge}/api/me/password`, 'PUT', session, { password }));
  const tryPassword = (text: string) =>
    call(`${edge}/api/sessions/password?pk=${pk}`, 'POST', {}, { email, password: text });
  const wrong = await tryPassword(`${password}!`);
  expect(wrong.body.code === 'credentials_wrong', 'credentials_wrong', wrong);
  const right = ok(await tryPassword(password)).body;
  expect(right.customer.id === first.customer.id, 'the same customer', right);
  passed('a password set, a wrong one refused, the right one taken');

  ok(await call(`${edge}/api/customers/${first.customer.id}`, 'DELETE', server));
  const gone = await tryPassword(password);
  expect(gone.body.code === 'credentials_wrong', 'credentials_wrong', gone);
  passed('the customer erased, and the password with it');
}

/** A page that speaks to Clerk through the edge, as clerk-js does. */
class Page {
  readonly #edge: string;
  readonly #pk: string;
  #token = '';

  constructor(edge: string, pk: string) {
    this.#edge = edge;
    this.#pk = pk;
  }

  async send(path: string, form: Record<string, string>): Promise<Json> {
    const headers: Record<string, string> = { origin: ORIGIN };
    if (this.#token) headers.authorization = this.#token;
    const url = `${this.#edge}/__clerk/${this.#pk}/v1/client/${path}?_is_native=1`;
    const answer = ok(await call(url, 'POST', headers, new URLSearchParams(form)));
    this.#token = answer.headers.get('authorization') ?? this.#token;
    return answer.body.response;
  }

  async exchange(): Promise<Json> {
    const url = `${this.#edge}/api/sessions/exchange?pk=${this.#pk}`;
    return ok(await call(url, 'POST', { origin: ORIGIN }, { sealedToken: this.#token })).body;
  }
}

async function signUp(page: Page, email: string): Promise<Json> {
  const { id } = await page.send('sign_ups', { email_address: email });
  await page.send(`sign_ups/${id}/prepare_verification`, { strategy: 'email_code' });
  const done = await page.send(`sign_ups/${id}/attempt_verification`, {
    strategy: 'email_code',
    code: CODE,
  });
  expect(done.status === 'complete', 'a complete sign-up', done);
  return page.exchange();
}

async function signIn(page: Page, email: string): Promise<Json> {
  const begun = await page.send('sign_ins', { identifier: email });
  const factors: Json[] = begun.supported_first_factors ?? [];
  const factor = factors.find(({ strategy }) => strategy === 'email_code');
  expect(factor !== undefined, 'a sign-in by e-mail code', begun);
  await page.send(`sign_ins/${begun.id}/prepare_first_factor`, {
    strategy: 'email_code',
    email_address_id: String(factor?.email_address_id),
  });
  const done = await page.send(`sign_ins/${begun.id}/attempt_first_factor`, {
    strategy: 'email_code',
    code: CODE,
  });
  expect(done.status === 'complete', 'a complete sign-in', done);
  return page.exchange();
}

async function call(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const isForm = body instanceof URLSearchParams;
  const answer = await fetch(url, {
    method,
    headers: isForm ? headers : { ...headers, 'content-type': 'application/json' },
    body: body === undefined ? null : isForm ? body : JSON.stringify(body),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: bodyOf(await answer.text()),
  };
}

function bodyOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { text };
  }
}

function ok(answer: Answer): Answer {
  expect(answer.status < 300, 'a success', { status: answer.status, body: answer.body });
  return answer;
}

/** What was answered is shown without what opens something. */
function expect(holds: boolean, wanted: string, answered: object): void {
  if (holds) return;
  const shown = JSON.stringify(answered).replace(/\b(ey|rt_|sealed\.)[\w.+/=-]{10,}/g, '[cut]');
  throw new Error(`Wanted ${wanted}, got ${shown.slice(0, 1_500)}`);
}
