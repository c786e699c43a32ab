import { openSchemas } from './schemas.ts';

const { version, routes } = await openSchemas();
process.stdout.write(`schemas of ${routes.length} calls of stripe ${version}\n`);
