import { Hono } from 'hono';
import { faults } from './errors.ts';
import { answerFault, type ClerkEnv, type Ctx } from './http.ts';
import { backendEmailRoutes } from './routes/backend-emails.ts';
import { backendInstanceRoutes } from './routes/backend-instance.ts';
import { backendRestRoutes } from './routes/backend-rest.ts';
import { backendSessionRoutes } from './routes/backend-sessions.ts';
import { userRoutes } from './routes/users.ts';

/** The Backend API of the instance in `scope`, which the caller found by the secret key. */
export const backendApp = new Hono<ClerkEnv>()
  .route('/', userRoutes)
  .route('/', backendSessionRoutes)
  .route('/', backendRestRoutes)
  .route('/', backendInstanceRoutes)
  .route('/', backendEmailRoutes)
  .notFound((c) => answerFault(c, faults.unknownRoute()))
  .onError((error, c) => answerFault(c as Ctx, error));
