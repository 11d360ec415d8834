import type { SandboxKind } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { type Landlock, requireLandlock } from './landlock-probe.ts';
import { type Bubblewrap, requireBubblewrap } from './probe.ts';

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
  if (kinds.has('Bubblewrap')) tools.bubblewrap = await requireBubblewrap();
  if (kinds.has('Landlock')) tools.landlock = await requireLandlock(sysroot);
  if (!kinds.has('Auto') || tools.bubblewrap !== undefined) return tools;
  const bubblewrap = await faultOf(requireBubblewrap());
  if (!(bubblewrap instanceof CheckError)) return { ...tools, bubblewrap };
  if (tools.landlock !== undefined) return tools;
  const landlock = await faultOf(requireLandlock(sysroot));
  if (!(landlock instanceof CheckError)) return { ...tools, landlock };
  throw new CheckError(
    `${bubblewrap.message}\n${landlock.message}`,
    `mend one of them. For Bubblewrap: ${bubblewrap.help}. For Landlock: ${landlock.help}`,
  );
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
