import { existsSync } from 'node:fs';
import { REAL_SUFFIX } from '../build/build-script.ts';
import { possibleOutputs } from '../build/rustc-service.ts';
import type { LinkRequest, RustcInvocation, RustcOutcome } from '../build/types.ts';
import { CheckError } from '../errors.ts';
import { sameFile, stampOf } from '../facts/store.ts';
import {
  type FileStamp,
  type KeywordHit,
  type LinkInput,
  type LinkRecord,
  UNIT_RECORD_VERSION,
  type UnitRecord,
} from '../facts/unit-record.ts';
import type { LinkedSymbol } from '../graph/join-input.ts';
import type { SourcesResult } from '../pool/extract-worker.ts';
import type { StaleFacts } from '../pool/judge-worker.ts';
import type { Pools } from '../pool/pools.ts';
import { DepInfoError, readDepInfo, type SourceFile } from '../workspace/dep-info.ts';
import type { Workspace } from '../workspace/types.ts';
import { settingsOf } from './cfg.ts';
import { compileReads } from './compile-reads.ts';
import { refuseFalseMembers } from './false-members.ts';
import { type InputFacts, type Inputs, removeFacts } from './inputs.ts';
import { grouped, type InputGroup } from './object-groups.ts';
import { outputSpec } from './output-spec.ts';
import type { KnownOwners } from './owners.ts';
import type { Records } from './records.ts';
import type { Unchanged } from './unchanged.ts';
import { type PossibleCopies, refuseUnknownInputs, unknownInput } from './unknown-inputs.ts';

/** Turns finished rustc runs into records: what they read, linked and left. */
export class Units {
  private readonly links = new Map<number, Map<string, Promise<LinkRecord>>>();
  /** Start time of each rustc, by invocation; and the state of its link's inputs just before they were read. */
  private readonly started = new Map<number, bigint>();
  private readonly inputsBefore = new Map<string, readonly (FileStamp | undefined)[]>();
  private readonly unchanged: Unchanged;
  private readonly pools: Pools;
  private readonly copies = new Map<string, PossibleCopies>();
  private readonly inputs: Inputs;
  private readonly records: Records;
  private readonly workspace: Workspace;
  private readonly owners: KnownOwners;

  constructor(
    pools: Pools,
    inputs: Inputs,
    records: Records,
    workspace: Workspace,
    owners: KnownOwners,
    unchanged: Unchanged,
  ) {
    this.unchanged = unchanged;
    this.workspace = workspace;
    this.owners = owners;
    this.pools = pools;
    this.inputs = inputs;
    this.records = records;
  }

  /** Records that a rustc starts: what it reads from now on must not change. */
  starts({ id }: RustcInvocation): void {
    this.started.set(id, this.unchanged.time());
  }

  /** Resolves when all inputs of a link were read: the unit's own objects are removed afterwards. */
  async link(request: LinkRequest): Promise<void> {
    this.copies.set(
      request.output,
      await refuseUnknownInputs(request, this.workspace, this.records),
    );
    this.inputsBefore.set(request.output, await Promise.all(pathsIn(request).map(stampOf)));
    const record = this.readInputs(request);
    record.catch(() => undefined);
    const known = this.linksOf(request);
    known.set(request.output, record);
    await record;
  }

  /** Checks the join against the linked file: what the linker kept is live, whatever the join says. */
  async linked(request: LinkRequest, file: string): Promise<void> {
    await this.refuseChangedInputs(request);
    const links = this.linksOf(request);
    let link = await links.get(request.output);
    if (link === undefined) throw new Error(`${request.output} was linked before it was read`);
    let kept = await this.keptIn(file, link);
    if ('stale' in kept) {
      for (const { path } of request.inputs) this.inputs.renewed(path);
      link = await this.readInputs(request);
      kept = await this.keptIn(file, link);
    }
    if ('stale' in kept)
      throw new CheckError(
        `stored facts disappeared during the check: ${kept.stale.join(', ')}`,
        'check again, and let nothing remove files of the target directory meanwhile',
      );
    links.set(request.output, Promise.resolve({ ...link, kept }));
  }

  /** Throws CheckError unless the linker read the same inputs as we did. */
  private async refuseChangedInputs(request: LinkRequest): Promise<void> {
    const before = this.inputsBefore.get(request.output) ?? [];
    const paths = pathsIn(request);
    const after = await Promise.all(paths.map(stampOf));
    const changed = paths.filter((_, i) => {
      const [then, now] = [before[i], after[i]];
      return then === undefined || now === undefined
        ? then !== now
        : !sameFile(then, now) || then.ctime !== now.ctime;
    });
    if (changed.length === 0) return;
    throw new CheckError(
      `${changed.join(', ')} changed while ${request.output} was linked from it, so what was linked is not what was judged`,
      'a build script or proc macro that runs outside a sandbox may have done that; check again in one',
    );
  }

  private async keptIn(file: string, link: LinkRecord): Promise<LinkedSymbol[] | StaleFacts> {
    const output = outputSpec(link, link.output, (path, facts) => this.inputs.pathOf(path, facts));
    const kept = await this.pools.linked({ output, file }).catch((error: Error) => {
      throw new CheckError(
        `cannot read what the linker made, ${file}: ${error.message}`,
        'a program that will run needs an ELF symbol table: if a setting chooses an unusual linker, remove it',
        { cause: error },
      );
    });
    if ('stale' in kept) await removeFacts(kept.stale);
    return kept;
  }

  private linksOf({ invocation }: LinkRequest): Map<string, Promise<LinkRecord>> {
    const known = this.links.get(invocation.id);
    if (known !== undefined) return known;
    const links = new Map<string, Promise<LinkRecord>>();
    this.links.set(invocation.id, links);
    return links;
  }

  private async readInputs(request: LinkRequest): Promise<LinkRecord> {
    const groups = grouped(request.inputs);
    const objects = groups.filter(([{ kind }]) => kind === 'object');
    const [hashes, archives] = await Promise.all([
      this.inputs.objects(objects.map(pathsOf)),
      Promise.all(
        groups
          .filter(([{ kind }]) => kind === 'archive')
          .map(async (group) => [group, await this.archive(group[0].path, request)] as const),
      ),
    ]);
    const found = new Map<InputGroup, InputFacts>(archives);
    objects.forEach((group, i) => {
      found.set(group, { facts: hashes[i] as string, stamp: undefined });
    });
    const inputs = groups.map((group): LinkInput => {
      const { facts, stamp, madeOf } = found.get(group) as InputFacts;
      return {
        ...group[0],
        facts,
        ...(madeOf?.library === undefined ? {} : { partOf: madeOf.library }),
        ...(stamp === undefined ? {} : { stamp }),
      };
    });
    const { outputKind, output, runtime, drops, rootSymbols, exportPatterns, exportsAll } = request;
    const { format } = request.invocation.platform;
    return {
      format,
      outputKind,
      output,
      inputs,
      // A shared library of another system never calls a program's function in place of its own.
      runtime: format === 'elf' ? [...new Set([...request.shared, ...runtime])] : [],
      drops,
      rootSymbols: [...rootSymbols],
      exportPatterns: [...exportPatterns],
      exportsAll,
      kept: [],
    };
  }

  /** Throws CheckError for a file that was not made of the library that it seems to be from. */
  private async archive(path: string, request: LinkRequest): Promise<InputFacts> {
    const libraries = this.copies.get(request.output)?.get(path);
    if (libraries === undefined) return this.inputs.archive(path);
    const facts = await this.inputs.copy(path, libraries);
    if (facts.madeOf?.isForged === true) throw unknownInput(path, request, this.workspace);
    return facts;
  }

  /** Records a successful run; resolves when the record is on disk. */
  async done(outcome: RustcOutcome): Promise<UnitRecord> {
    const { invocation } = outcome;
    await refuseFalseMembers(outcome, this.workspace, this.records);
    for (const output of outcome.outputs) this.inputs.renewed(output);
    const links = await Promise.all(this.links.get(invocation.id)?.values() ?? []);
    const read = outcome.depInfo === undefined ? [] : this.filesOf(invocation, outcome.depInfo);
    const libraries = outcome.outputs.filter((path) => /\.(?:a|lib)$/.test(path));
    for (const path of libraries) links.push(await this.staticLibrary(path, invocation.platform));
    const outputs = [...new Set([...outcome.outputs, ...links.map((link) => link.output)])];
    // A build script was moved aside, and the shim is in its place.
    const left = outputs.flatMap((path) => [path, `${path}${REAL_SUFFIX}`]).filter(existsSync);
    const stamps = (await Promise.all(left.map(stampOf))).filter((stamp) => stamp !== undefined);
    const { hits, empty, data, macros, contents } = await this.scan(invocation, read, left);
    const sources = read.filter(({ file }) => !data.includes(file));
    const record: UnitRecord = {
      version: UNIT_RECORD_VERSION,
      packageId: invocation.packageId,
      crateName: invocation.crateName,
      targetName: invocation.targetName,
      kind: invocation.kind,
      ...(invocation.target === undefined ? {} : { target: invocation.target }),
      ...(invocation.platform.linker === 'msvc' && !invocation.isOptimised
        ? { toldByFunctions: true }
        : {}),
      ...(invocation.cfg === undefined ? {} : { cfg: invocation.cfg }),
      isProcMacro: invocation.isProcMacro,
      hasHarness: invocation.hasHarness,
      sourcePath: invocation.sourcePath,
      outDir: invocation.outDir,
      extraFilename: invocation.extraFilename,
      externs: invocation.externs.map((e) => e.path).filter((path) => path !== undefined),
      sources: [...new Set(sources.flatMap(({ path, file }) => [path, file]))],
      contents: [...contents],
      variables: outcome.variables,
      loaded: { macros: outcome.macros, opened: outcome.opened },
      reads: compileReads(outcome, read, this.workspace),
      keywords: [...lintHits(outcome, empty), ...hits],
      macros,
      outputs: stamps,
      archives: [],
      links,
      ...(this.records.areGated ? { gated: true as const } : {}),
    };
    this.unchanged.recorded(record, this.started.get(invocation.id));
    await this.records.put(record);
    // Parsed now, while the build runs, so that the first link that uses it need not wait.
    for (const path of outcome.outputs) if (path.endsWith('.rlib')) void this.inputs.archive(path);
    return record;
  }

  /** Records a successful run of which nothing is judged; resolves when the record is on disk. */
  async doneAsGiven({
    invocation,
    outputs,
    macros,
    opened,
    variables,
  }: RustcOutcome): Promise<UnitRecord> {
    const stamps = (await Promise.all(outputs.map(stampOf))).filter((stamp) => stamp !== undefined);
    const record: UnitRecord = {
      ...asGivenRecord(invocation, this.records),
      ...{ outputs: stamps, variables, loaded: { macros, opened } },
    };
    await this.records.put(record);
    return record;
  }

  /** Resolves to the record of a static library, which has no linker: rustc writes it with everything inside. */
  private async staticLibrary(
    path: string,
    { format, linker }: RustcInvocation['platform'],
  ): Promise<LinkRecord> {
    const { facts, stamp } = await this.inputs.archive(path);
    return {
      format,
      outputKind: 'static-library',
      output: path,
      inputs: [
        {
          path,
          kind: 'archive',
          wholeArchive: true,
          own: false,
          facts,
          ...(stamp === undefined ? {} : { stamp }),
        },
      ],
      drops: linker === 'msvc' ? 'comdats' : 'sections',
      runtime: [],
      rootSymbols: [],
      exportPatterns: [],
      exportsAll: false,
      kept: [],
    };
  }

  private filesOf({ cwd, package: index }: RustcInvocation, depInfo: string): SourceFile[] {
    try {
      return readDepInfo(depInfo, cwd);
    } catch (error) {
      if (!(error instanceof DepInfoError)) throw error;
      throw new CheckError(
        `cannot tell which files of ${this.workspace.packages[index]?.label ?? '?'} rustc read: ${error.message}`,
        'rename the file, or check without this package',
        { cause: error },
      );
    }
  }

  private async scan(
    invocation: RustcInvocation,
    read: readonly SourceFile[],
    outputs: readonly string[],
  ): Promise<SourcesResult> {
    const { package: index, sourcePath } = invocation;
    const files = read.map(({ file }) => file);
    const isForeign = (file: string): boolean => {
      const owners = this.owners.byDirectory().ownersOf(file);
      return owners.length > 0 && !owners.includes(index) && file !== sourcePath;
    };
    const foreign = files.filter(isForeign);
    const directory = this.workspace.packages[index]?.directory ?? '/';
    try {
      const cfg = await settingsOf(invocation.cfg);
      return await this.pools.sources({
        root: sourcePath,
        cfg,
        files,
        foreign,
        directory,
        outputs,
      });
    } catch (error) {
      throw new CheckError(
        `cannot scan the sources of ${invocation.crateName}: ${(error as Error).message}`,
      );
    }
  }
}

const pathsIn = ({ inputs }: LinkRequest): string[] => inputs.map(({ path }) => path);

function pathsOf([first, ...more]: InputGroup): [string, ...string[]] {
  return [first.path, ...more.map(({ path }) => path)];
}

/** Nothing but a name: nobody asks what such a file is. */
const named = (path: string): FileStamp => ({ path, size: 0, mtime: '0', ctime: '0', inode: '0' });

/** Returns the record of a unit of which nothing is judged: what it may leave, and what it is compiled with. */
export function asGivenRecord(
  invocation: RustcInvocation,
  { areGated }: Pick<Records, 'areGated'>,
): UnitRecord {
  const { packageId, crateName, targetName, kind, sourcePath, outDir } = invocation;
  const { extraFilename, isProcMacro, hasHarness, externs } = invocation;
  return {
    version: UNIT_RECORD_VERSION,
    ...{ packageId, crateName, targetName, kind, sourcePath, outDir, extraFilename },
    ...{ isProcMacro, hasHarness },
    externs: externs.map((e) => e.path).filter((path) => path !== undefined),
    ...{ sources: [], contents: [], variables: [], keywords: [], archives: [], links: [] },
    macros: { defined: [], renamed: [], files: [], calls: [], names: [] },
    ...{ loaded: { macros: [], opened: '' }, reads: { env: [], files: [] } },
    outputs: possibleOutputs(invocation).map(named),
    ...(areGated ? { gated: true } : {}),
    asGiven: true,
  };
}

/** Returns the lint hits, without those of empty `extern` blocks. */
function lintHits({ lints }: RustcOutcome, empty: SourcesResult['empty']): KeywordHit[] {
  const places = new Set(empty.map(({ file, line, column }) => `${file}\0${line}\0${column}`));
  const counts = lints.filter(
    ({ lint, file, line, column }) =>
      lint === 'unsafe_code' || !places.has(`${file}\0${line}\0${column}`),
  );
  return counts.map(({ lint, file, line, column }) => ({
    keyword: lint === 'unsafe_code' ? 'unsafe' : 'extern',
    file,
    line,
    column,
    foundBy: 'lint',
  }));
}
