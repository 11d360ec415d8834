// `npm run build`: the set-up that ./cackle does at its first start.
import { ensureBuilt } from './ensure.mjs';

try {
  await ensureBuilt();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
  process.exit(2);
}
