import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readTree, type Tree } from '../check/tree.ts';
import { readConfig } from '../config/read.ts';
import { renderDiagnostic } from '../config/render.ts';
import { type Config, ConfigError, type SandboxKind } from '../config/types.ts';
import { CheckError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import { requireStrace } from '../observed/strace.ts';
import { entriesOf, userCache } from '../paths.ts';
import { requireLandlock } from '../sandbox/landlock-probe.ts';
import { type NamespaceFacts, namespaceFacts, requireBubblewrap } from '../sandbox/probe.ts';
import { whyUnwritable } from '../system-errors.ts';
import { WorkspaceQuestions } from '../workspace/early-questions.ts';
import { namedDirectory } from '../workspace/metadata.ts';
import { cargoProgram, runProgram } from '../workspace/run-program.ts';
import { INSTALL_RUST, readSysroot, readToolchain } from '../workspace/toolchain.ts';

/** Something that a check needs, or can use, and how it is here. */
export interface DoctorFinding {
  readonly name: string;
  /** `weak`: it works, and something is less than it could be. `absent`: nothing needs it. */
  readonly state: 'works' | 'weak' | 'absent' | 'broken';
  /** What was found, in a line or more. */
  readonly found: string;
  /** What to do about it; absent where there is nothing to do. */
  readonly mend?: string | undefined;
}

/** What `cackle doctor` tells (rule 6.28). */
export interface Diagnosis {
  /** False when a check cannot be made here, or without any sandbox only. */
  readonly works: boolean;
  readonly findings: readonly DoctorFinding[];
}

/** The newest ABI of Landlock by which nothing is left to other means: engine/launcher. */
const WHOLE_ABI = 6;

/**
 * Looks at what a check in `path` needs of this machine. Builds nothing but the launcher, and reads a workspace if there is one. Throws
 * CheckError when `path` is no directory.
 */
export async function diagnose(options: {
  readonly path: string;
  readonly configFile: string | undefined;
}): Promise<Diagnosis> {
  const toolchain = await toolchainFindings(await namedDirectory(options.path));
  const sandboxes = await sandboxFindings(toolchain.sysroot);
  const findings = [
    node(),
    ...toolchain.findings,
    await program('C compiler', 'cc', ['--version'], {
      mend: 'install gcc or clang: rustc links with it',
      isNeeded: true,
    }),
    ...sandboxes.findings,
    await program('strace', 'strace', ['--version'], { mend: undefined, isNeeded: false }),
    await writable('cache', userCache(), 'let XDG_CACHE_HOME name a directory that can be written'),
    await writable('temporary files', tmpdir(), 'let TMPDIR name a directory that can be written'),
    ...(await workspaceFindings(options, sandboxes.working)),
  ];
  const isBroken = ({ state, name }: DoctorFinding): boolean =>
    // One that works is enough.
    state === 'broken' && !(sandboxes.working.size > 0 && kinds.includes(name));
  return { works: !findings.some(isBroken), findings };
}

const kinds: readonly string[] = ['Bubblewrap', 'Landlock'];

function node(): DoctorFinding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < 20 || (major === 20 && minor < 19);
  return {
    name: 'Node',
    state: isOld ? 'broken' : 'works',
    found: process.versions.node,
    mend: isOld ? 'install Node 20.19 or newer' : undefined,
  };
}

/** The compiler that a workspace in a directory gets, its cargo, and the targets that it can compile for. */
async function toolchainFindings(
  path: string,
): Promise<{ findings: DoctorFinding[]; sysroot: string | undefined }> {
  const cargo = await program('cargo', cargoProgram(), ['--version'], {
    ...{ mend: INSTALL_RUST, isNeeded: true, cwd: path },
  });
  try {
    const rustc = process.env.RUSTC || 'rustc';
    const { version, host } = await readToolchain(path, rustc);
    const sysroot = await readSysroot(path, rustc, new WorkspaceQuestions());
    const libraries = join(sysroot, 'lib', 'rustlib');
    const targets = entriesOf(libraries).filter((name) => existsSync(join(libraries, name, 'lib')));
    return {
      sysroot,
      findings: [
        { name: 'rustc', state: 'works', found: `${version.split('\n')[0]} for ${host}` },
        cargo,
        {
          name: 'targets',
          state: 'works',
          found: targets.sort().join(', '),
          mend: '`rustup target add TRIPLE` adds one',
        },
      ],
    };
  } catch (error) {
    return { sysroot: undefined, findings: [brokenBy('rustc', error), cargo] };
  }
}

async function sandboxFindings(
  sysroot: string | undefined,
): Promise<{ findings: DoctorFinding[]; working: ReadonlySet<SandboxKind> }> {
  const working = new Set<SandboxKind>();
  const bubblewrap = await requireBubblewrap().then(
    ({ bwrap, supported }): DoctorFinding => {
      working.add('Bubblewrap');
      const isWeak = supported.length === 0;
      return {
        name: 'Bubblewrap',
        state: isWeak ? 'weak' : 'works',
        found: isWeak ? `${bwrap}, without --disable-userns` : bwrap,
        mend: isWeak
          ? 'with bwrap 0.8 or newer, and where /proc/sys can be written, programs inside can make no namespaces'
          : undefined,
      };
    },
    (error) => brokenBy('Bubblewrap', error),
  );
  const landlock = await requireLandlock(sysroot).then(
    ({ abi }): DoctorFinding => {
      working.add('Landlock');
      return {
        name: 'Landlock',
        state: abi < WHOLE_ABI ? 'weak' : 'works',
        found: `ABI ${abi}, with seccomp`,
        mend:
          abi < WHOLE_ABI
            ? 'Linux 6.12 (ABI 6) keeps signals and abstract sockets inside; here seccomp and the launcher do that alone'
            : undefined,
      };
    },
    (error) => brokenBy('Landlock', error),
  );
  if (working.size > 0) working.add('Auto');
  return {
    working,
    findings: [bubblewrap, namespaces(await namespaceFacts(), working), landlock],
  };
}

/** The settings of the kernel on which Bubblewrap depends. */
function namespaces(facts: NamespaceFacts, working: ReadonlySet<SandboxKind>): DoctorFinding {
  const settings = [
    ...(facts.limit === undefined ? [] : [`user.max_user_namespaces=${facts.limit}`]),
    ...(facts.clone === undefined ? [] : [`kernel.unprivileged_userns_clone=${facts.clone}`]),
    ...(facts.apparmor === undefined
      ? []
      : [`kernel.apparmor_restrict_unprivileged_userns=${facts.apparmor}`]),
    ...(facts.inContainer ? ['in a container'] : []),
  ];
  const isForbidden = facts.limit === 0 || facts.clone === 0 || facts.apparmor === 1;
  return {
    name: 'user namespaces',
    state: isForbidden && !working.has('Bubblewrap') ? 'weak' : 'works',
    found: settings.join(', ') || 'no settings of the kernel for them',
  };
}

/** What the workspace in a directory asks for, as far as there is one. */
async function workspaceFindings(
  { path, configFile }: { readonly path: string; readonly configFile: string | undefined },
  working: ReadonlySet<SandboxKind>,
): Promise<DoctorFinding[]> {
  if (!isInWorkspace(resolve(path)))
    return [{ name: 'workspace', state: 'absent', found: `none in ${resolve(path)}` }];
  let tree: Tree;
  try {
    tree = await readTree({ path, configFile });
  } catch (error) {
    return [brokenBy('workspace', error)];
  }
  const found: DoctorFinding = { name: 'workspace', state: 'works', found: tree.workspace.root };
  const name = 'cackle.toml';
  if (!existsSync(tree.configFile))
    return [found, { name, state: 'absent', found: 'none yet', mend: '`cackle init` writes one' }];
  try {
    const config = await readConfig(tree.configFile, tree.exports);
    const tracing = config.trace ? [await tracer()] : [];
    return [found, ...kindsOf(config).map((kind) => chosen(kind, working)), ...tracing];
  } catch (error) {
    return [found, brokenBy(name, error)];
  }
}

/** What `common.trace` needs. */
async function tracer(): Promise<DoctorFinding> {
  const name = 'trace in cackle.toml';
  return requireStrace().then(
    ({ version }): DoctorFinding => ({ name, state: 'works', found: `strace ${version}` }),
    (error) => brokenBy(name, error),
  );
}

function isInWorkspace(directory: string): boolean {
  if (existsSync(join(directory, 'Cargo.toml'))) return true;
  return directory !== dirname(directory) && isInWorkspace(dirname(directory));
}

function kindsOf(config: Config): (SandboxKind | undefined)[] {
  const scopes = [{ package: '', suffix: '' as const }, ...config.tables.map(({ scope }) => scope)];
  return [...new Set([config.rustcSandbox, ...scopes.map(config.sandbox)].map(({ kind }) => kind))];
}

function chosen(kind: SandboxKind | undefined, working: ReadonlySet<SandboxKind>): DoctorFinding {
  const name = 'sandbox in cackle.toml';
  if (kind === undefined)
    return {
      ...{ name, state: 'broken', found: 'none is chosen' },
      mend: 'write `kind = "Auto"` into [sandbox]',
    };
  if (kind === 'Disabled')
    return { name, state: 'weak', found: 'Disabled', mend: 'README.md, "Without a sandbox"' };
  if (working.has(kind)) return { name, state: 'works', found: kind };
  return {
    ...{ name, state: 'broken', found: `${kind}, which does not work here` },
    mend: working.size > 0 ? '`kind = "Auto"` takes what works' : 'see above',
  };
}

async function program(
  name: string,
  command: string,
  args: readonly string[],
  { mend, isNeeded, cwd }: { mend: string | undefined; isNeeded: boolean; cwd?: string },
): Promise<DoctorFinding> {
  const ran = await runProgram(command, args, cwd === undefined ? {} : { cwd }).catch(
    (error: Error) => error,
  );
  const isMissing = ran instanceof Error || ran.status !== 0;
  if (isMissing) {
    const said = ran instanceof Error ? `${command} was not found` : ran.stderr.trim();
    return { name, state: isNeeded ? 'broken' : 'absent', found: said, mend };
  }
  return { name, state: 'works', found: ran.stdout.toString().split('\n')[0] ?? '' };
}

async function writable(name: string, directory: string, mend: string): Promise<DoctorFinding> {
  try {
    await makeDirectory(directory);
    await rm(await mkdtemp(join(directory, 'doctor-')), { recursive: true });
    return { name, state: 'works', found: directory };
  } catch (error) {
    return { name, state: 'broken', found: `${directory}: ${whyUnwritable(error)}`, mend };
  }
}

function brokenBy(name: string, error: unknown): DoctorFinding {
  if (!(error instanceof CheckError) && !(error instanceof ConfigError)) throw error;
  // A faulty cackle.toml is told as a check tells it: file, line, column and mark, and what to write instead.
  if (error instanceof ConfigError)
    return {
      ...{ name: 'cackle.toml', state: 'broken' },
      found: error.diagnostics.map(renderDiagnostic).join('\n'),
    };
  return { name, state: 'broken', found: error.message, mend: error.help };
}
