import type { SandboxKind } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { type Landlock, requireLandlock } from './landlock-probe.ts';
import { type Bubblewrap, requireBubblewrap } from './probe.ts';

const ASKED = 'cackle.toml asks for a sandbox, and';
const WITHOUT =
  'or choose in cackle.toml to do without a sandbox (README.md, "Without a sandbox"): build scripts, proc macros and tests can then do all that you can, though they are still judged first';
const OTHER =
  'or let `kind = "Auto"` take Landlock, which needs no namespaces and holds back less (README.md, "Without user namespaces")';

/** What makes the sandboxes of a check. */
export interface SandboxTools {
  readonly bubblewrap?: Bubblewrap;
  readonly landlock?: Landlock;
}

/**
 * Finds and tries what the kinds of a configuration need: `Auto` is Bubblewrap, or Landlock where that cannot work. `sysroot` is
 * the toolchain. Throws CheckError with every reason when one of them cannot work here.
 */
export async function requireSandboxes(
  kinds: ReadonlySet<SandboxKind>,
  sysroot: string | undefined,
): Promise<SandboxTools> {
  const tools: { bubblewrap?: Bubblewrap; landlock?: Landlock } = {};
  if (kinds.has('Bubblewrap')) tools.bubblewrap = await asked(requireBubblewrap(), OTHER);
  if (kinds.has('Landlock')) tools.landlock = await asked(requireLandlock(sysroot));
  if (!kinds.has('Auto') || tools.bubblewrap !== undefined) return tools;
  const bubblewrap = await faultOf(requireBubblewrap());
  if (!(bubblewrap instanceof CheckError)) return { ...tools, bubblewrap };
  if (tools.landlock !== undefined) return tools;
  const landlock = await faultOf(requireLandlock(sysroot));
  if (!(landlock instanceof CheckError)) return { ...tools, landlock };
  throw new CheckError(
    `${ASKED} neither works here\n  ${bubblewrap.message}\n  ${landlock.message}`,
    `mend one of them. Bubblewrap: ${bubblewrap.help}. Landlock: ${landlock.help}; ${WITHOUT}`,
  );
}

/** What is tried, or the error of a check that was asked for it. */
async function asked<T>(tried: Promise<T>, ...others: string[]): Promise<T> {
  const found = await faultOf(tried);
  if (!(found instanceof CheckError)) return found;
  throw new CheckError(`${ASKED} ${found.message}`, [found.help, ...others, WITHOUT].join('; '));
}

/** Returns the sandbox that a kind means with these tools; undefined when programs are not confined. */
export function kindInForce(
  kind: SandboxKind | undefined,
  { bubblewrap }: SandboxTools,
): 'Bubblewrap' | 'Landlock' | undefined {
  if (kind === 'Auto') return bubblewrap === undefined ? 'Landlock' : 'Bubblewrap';
  return kind === 'Disabled' ? undefined : kind;
}

/** Why a kind of sandbox does not work here, with what to do; undefined where it does, or was not tried. */
export interface SandboxFaults {
  readonly bubblewrapFault: string | undefined;
  readonly landlockFault: string | undefined;
}

/** Resolves to what is wrong with the sandboxes of this machine. Landlock, whose launcher has to be made, is tried second. */
export async function sandboxFaults(sysroot: string | undefined): Promise<SandboxFaults> {
  const bubblewrapFault = textOf(await faultOf(requireBubblewrap()));
  const landlockFault =
    bubblewrapFault === undefined ? undefined : textOf(await faultOf(requireLandlock(sysroot)));
  return { bubblewrapFault, landlockFault };
}

async function faultOf<T>(tried: Promise<T>): Promise<T | CheckError> {
  return tried.catch((error: unknown) => {
    if (error instanceof CheckError) return error;
    throw error;
  });
}

function textOf(found: unknown): string | undefined {
  if (!(found instanceof CheckError)) return undefined;
  return [found.message, found.help].filter(Boolean).join('; ');
}
