import { openNested } from '../engine/cargo/nested.ts';
import { messages } from './output/messages.ts';
import { printableLines } from './output/printable.ts';
import { runGatedCargo } from './runs/cargo.ts';

const places = ['open', 'confined', 'covering'] as const;

/**
 * The program in cargo's place that programs behind the gates find (rule 7.14): the directory in which the run that let them start has
 * left what it needs, how it came there, then the arguments for cargo.
 */
async function main([directory = '', place, ...args]: readonly string[]): Promise<number> {
  try {
    const nested = openNested(directory, places.find((name) => name === place) ?? 'open');
    const { configFile } = nested;
    return await runGatedCargo({
      ...{ args, path: '.', configFile, nested },
      ...{ colour: 'auto', debug: false },
    });
  } catch (error) {
    const { faultsOf } = await import('./output/error-text.ts');
    for (const fault of faultsOf(error, false)) messages.error(fault);
    return 2;
  }
}

process.on('uncaughtException', (error) => {
  messages.error(
    printableLines(`internal error, please report it: ${error.stack ?? error.message}`),
  );
  process.exit(2);
});
process.exitCode = await main(process.argv.slice(2));
