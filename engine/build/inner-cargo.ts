import { CheckError } from '../errors.ts';
import type { Hello, ShimConnection } from './protocol.ts';
import type { ServerOptions } from './server-options.ts';

/** The directory of the link to the shim that is cargo for a subcommand of another program (engine/shim/src/role.rs). */
export const CARGO_DIRECTORY = 'cackle-cargo';

/**
 * Answers a shim that another program has started as cargo: it becomes cargo, if that program has put nothing of its own in front of
 * what the gates stand before (rule 13.5).
 */
export async function serveCargoItself(
  shim: ShimConnection,
  { env, args, cwd }: Hello,
  { innerCargo }: ServerOptions,
): Promise<void> {
  if (innerCargo === undefined) throw new Error('no subcommand runs');
  const { program, path, variables, refuse } = innerCargo;
  const changed = Object.entries(variables).find(([name, value]) => env.get(name) !== value);
  if (changed !== undefined)
    throw new CheckError(
      `a subcommand runs cargo with a ${changed[0]} of its own, so what cargo builds for it would not be judged`,
      '`command cargo` runs it unjudged',
    );
  await refuse(args, cwd);
  // cargo would take itself for the program that this variable names.
  shim.end({ do: 'exec', args: [program, ...args], unset: ['CARGO'], set: [['PATH', path]] });
}
