import { Clerk } from '@clerk/clerk-js';
import { DreamError, toDreamError } from '../internal/api.ts';

/** What Clerk says of an attempt, as far as it matters here. */
interface Attempt {
  status: string | null;
}
interface SignIn extends Attempt {
  create(params: { identifier: string }): Promise<SignIn>;
  supportedFirstFactors: { strategy: string; emailAddressId?: string }[] | null;
  prepareFirstFactor(params: { strategy: 'email_code'; emailAddressId: string }): Promise<unknown>;
  attemptFirstFactor(params: { strategy: 'email_code'; code: string }): Promise<Attempt>;
}
interface SignUp extends Attempt {
  create(params: { emailAddress: string }): Promise<unknown>;
  prepareEmailAddressVerification(params: { strategy: 'email_code' }): Promise<unknown>;
  attemptEmailAddressVerification(params: { code: string }): Promise<Attempt>;
}
interface FrontendRequest {
  url: URL;
  credentials?: string;
  headers: Headers;
}
interface FrontendResponse {
  status: number;
  headers: Headers;
  payload: unknown;
}
/** The hooks are Clerk's own and unstable; a contract test pins them. */
interface NativeClerk {
  client: { signIn: SignIn; signUp: SignUp };
  load(options: object): Promise<void>;
  __internal_onBeforeRequest(hook: (request: FrontendRequest) => void): void;
  __internal_onAfterResponse(hook: (request: unknown, response: FrontendResponse) => void): void;
}

/** Proves, by a mailed code, that a visitor reads an address. One at a time. */
export interface CodeProof {
  /** Mails a code; the visitor need not know whether the address is known. */
  send(email: string, botCheck: string | null): Promise<void>;
  resend(botCheck: string | null): Promise<void>;
  /** The sealed token to exchange for a session, once the code is right. */
  verify(code: string): Promise<string>;
}

/**
 * Loads clerk-js, without cookies and against the edge as its proxy, for one proof: its token, which
 * only the edge can open, lives in this closure and is gone with it.
 */
export async function openClerk(publishableKey: string, proxyUrl: string): Promise<CodeProof> {
  let sealedToken = '';
  let shown: string | null = null;
  let answer: FrontendResponse | undefined;
  const clerk = new Clerk(publishableKey, { proxyUrl }) as unknown as NativeClerk;
  clerk.__internal_onBeforeRequest((request) => {
    request.credentials = 'omit';
    request.url.searchParams.set('_is_native', '1');
    request.headers.set('authorization', sealedToken);
    if (shown) request.headers.set('x-dream-turnstile', shown);
  });
  clerk.__internal_onAfterResponse((_, response) => {
    answer = response;
    sealedToken = response.headers.get('authorization') || sealedToken;
  });
  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    answer = undefined;
    try {
      return await question();
    } catch (error) {
      throw translated(error, answer);
    }
  };
  await asked(() =>
    clerk.load({
      standardBrowser: false,
      telemetry: false,
      experimental: { runtimeEnvironment: 'headless', rethrowOfflineNetworkErrors: true },
    }),
  );

  let mail: () => Promise<unknown> = () => Promise.resolve();
  let attempt: (code: string) => Promise<Attempt>;

  const byNewAddress = async (emailAddress: string) => {
    const { signUp } = clerk.client;
    await signUp.create({ emailAddress });
    mail = () => clerk.client.signUp.prepareEmailAddressVerification({ strategy: 'email_code' });
    attempt = (code) => clerk.client.signUp.attemptEmailAddressVerification({ code });
  };
  const byKnownAddress = async (identifier: string) => {
    const { supportedFirstFactors } = await clerk.client.signIn.create({ identifier });
    const factor = supportedFirstFactors?.find(({ strategy }) => strategy === 'email_code');
    if (!factor?.emailAddressId) throw new DreamError(0, { code: 'email_code_off' });
    const { emailAddressId } = factor;
    mail = () => clerk.client.signIn.prepareFirstFactor({ strategy: 'email_code', emailAddressId });
    attempt = (code) => clerk.client.signIn.attemptFirstFactor({ strategy: 'email_code', code });
  };

  return {
    send: (email, botCheck) =>
      asked(async () => {
        shown = botCheck;
        await byNewAddress(email).catch((error: unknown) => {
          if (codeOf(error) !== 'form_identifier_exists') throw error;
          return byKnownAddress(email);
        });
        await mail();
      }),
    resend: (botCheck) =>
      asked(async () => {
        shown = botCheck;
        await mail();
      }),
    verify: (code) =>
      asked(async () => {
        const { status } = await attempt(code);
        if (status !== 'complete')
          throw new DreamError(0, {
            code: 'sign_in_incomplete',
            message: `Clerk asks for more than an e-mail code ("${status}"). Turn that off in the Clerk application.`,
          });
        return sealedToken;
      }),
  };
}

interface ClerkErrors {
  errors?: { code?: string; message?: string; longMessage?: string }[];
}

const codeOf = (error: unknown): string | undefined => (error as ClerkErrors).errors?.[0]?.code;

/** An error of Clerk, of the edge before it, or of the way there, as the one kind we know. */
function translated(error: unknown, answer: FrontendResponse | undefined): DreamError {
  if (error instanceof DreamError) return error;
  const envelope = answer?.payload as { code?: string } | null | undefined;
  if (answer && envelope?.code) return new DreamError(answer.status, envelope);
  const said = (error as ClerkErrors).errors?.[0];
  if (!said?.code) return toDreamError(error);
  return new DreamError(answer?.status ?? 422, {
    code: said.code,
    message: said.longMessage ?? said.message ?? said.code,
  });
}
