import { isAbsolute, join, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { HeldProgram } from '../gates/held-programs.ts';
import { crateNameOf } from '../rust-paths.ts';
import type { Package, Workspace } from '../workspace/types.ts';

/** The destinations of lines. */
interface TextOutputs {
  shown(line: string): void;
  /** Receives lines for the log, and for the user only on request. */
  hidden(line: string): void;
}

/** A message begins with its level; what cargo does, with a word behind white space. */
const message = /^(?:error|warning)(?:\[[A-Z]\d+\])?: /;
const status = /^ {2,}[A-Z][a-z]+ /;
const place = /^ *--> (.+?):\d+:\d+$/;
const couldNot = /^error: could not compile `([^`]+)`/;
const scriptFailed = /^error: failed to run custom build command /;
const commandLine = /^ {2}process didn't exit successfully: `/;
/** Errors of the machine, not of the sources (errno(3): ENOSPC, EIO, ENOMEM, EDQUOT). */
const ofMachine =
  /No space left on device|Input\/output error|Cannot allocate memory|memory exhausted|Disk quota exceeded/;
/** Of debug info for a script that failed: the report has what it wrote. */
const backtraceNote = /^note: To improve backtraces for build dependencies, /;
const generated = /^warning: `([^`]+)` \([^)]*\) generated \d+ warnings?\b/;
const undeclaredCfg = /^warning: unexpected `cfg` condition /;
/** The shim's message for a refusal by a gate. */
const ownRefusal = /^error: cackle: (.*)$/;
/** Such a line without the command. */
function withoutCommand(line: string): string {
  const ending = / \(([^()]*(?:\([^()]*\))?[^()]*)\)$/.exec(stripVTControlCharacters(line))?.[1];
  return `  a program of cargo's failed${ending === undefined ? '' : `: ${ending}`}`;
}

/** The lines that rustc adds to its errors when it ends. */
const explanation = /^(?:For more information about |Some errors have detailed explanations: )/;
/** More lines than any message of a compiler has. */
const MAX_LINES = 2000;

/**
 * Filters the output of cargo and rustc: errors of crates that fail only because a build script or proc macro is held are
 * counted and reported in one line; command lines of rustc, which fill a screen each, are left out, and so is what cargo adds
 * to what is not shown.
 */
export class CargoText {
  private readonly workspace: Workspace;
  private readonly held: ReadonlyMap<string, HeldProgram>;
  private readonly outputs: TextOutputs;
  private readonly directories: readonly { readonly prefix: string; readonly p: Package }[];
  private block: string[] = [];
  private readonly machine = new Set<string>();
  private readonly crates = new Set<string>();
  /** Crates that were not compiled again: they failed before because a program is held, or was until a fix was written. */
  private readonly refused = new Set<string>();
  /** The messages with which gates refused so far because a program is held. */
  private readonly heldMessages = new Set<string>();
  private readonly notAgain = new Map<string, string>();
  /** Packages of which a warning was not shown. */
  private readonly withHiddenWarnings = new Set<string>();
  private errors = 0;
  private shownErrors = 0;
  /** Of these, those that the report tells of. */
  private failedScripts = 0;
  /** `Caused by:` and what follows it, until the next message. */
  private cause: string[] | undefined;
  /** True after the message that a crate could not be compiled or its script failed: rustc or the report has the reason. */
  private isExplained = false;

  constructor(workspace: Workspace, held: ReadonlyMap<string, HeldProgram>, outputs: TextOutputs) {
    this.workspace = workspace;
    this.held = held;
    this.outputs = outputs;
    this.directories = workspace.packages
      .map((p) => ({ prefix: `${p.directory}${sep}`, p }))
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** Notes that a gate refused a held program: cargo will print the message as its own. */
  refusedAsHeld(message: string): void {
    this.heldMessages.add(message);
  }

  /** Notes the same for a crate that failed before because a program is held. */
  refusedAgain(crateName: string, message: string): void {
    this.notAgain.set(message, crateName);
  }

  /** Errors of the machine that rustc, the linker or a script reported: no source is at fault. */
  get disturbances(): readonly string[] {
    return [...this.machine];
  }

  /** Handles a line of cargo's output. */
  line(text: string): void {
    const plain = stripVTControlCharacters(text);
    const missing = ofMachine.exec(plain)?.[0];
    if (missing !== undefined) this.machine.add(missing);
    const begins = message.test(plain) || status.test(plain);
    if (this.cause !== undefined && !begins && plain !== '') {
      this.cause.push(text);
      return;
    }
    if (begins || (plain === 'Caused by:' && this.block.length > 0)) this.flush();
    if (plain === 'Caused by:') {
      this.cause = [text];
      return;
    }
    if (message.test(plain) || this.block.length > 0) {
      this.block.push(text);
      // rustc ends each of its messages with an empty line.
      if (plain === '' || this.block.length > MAX_LINES) this.flush();
      return;
    }
    const isOfHidden = explanation.test(plain) && this.errors > 0 && this.shownErrors === 0;
    if (isOfHidden) this.outputs.hidden(text);
    else this.outputs.shown(text);
  }

  /** Prints, after cargo has ended, one line about what was left out. */
  end(): void {
    this.flush();
    if (this.crates.size === 0) return;
    const names = [...this.crates].sort();
    const errors =
      this.errors === 0 ? '' : `, with ${this.errors} error${this.errors === 1 ? '' : 's'} for it`;
    this.outputs.shown(
      `note: not compiled, for want of what is held${errors}: ${names.slice(0, 12).join(', ')}${names.length > 12 ? ` and ${names.length - 12} more` : ''} (--debug shows what rustc said)`,
    );
  }

  private flush(): void {
    this.flushCause();
    const block = this.block;
    this.block = [];
    if (block.length === 0) return;
    const lines = block.map(stripVTControlCharacters);
    const first = lines[0] as string;
    this.isExplained = couldNot.test(first) || scriptFailed.test(first);
    const crate = couldNot.exec(first)?.[1];
    const own = ownRefusal.exec(first)?.[1] ?? '';
    const again = this.notAgain.get(own);
    if (again !== undefined) this.refused.add(again);
    const isOwn = again !== undefined || this.heldMessages.has(own);
    const waits =
      this.held.size > 0 &&
      first.startsWith('error') &&
      (isOwn || (crate === undefined ? this.isOfWaiting(lines) : this.waits(this.named(crate))));
    if (crate !== undefined && waits) this.crates.add(crate);
    else if (waits && !isOwn) this.errors++;
    // Where none is held any more, cargo runs again and compiles these: nothing that a user has to know.
    const isRefused = again !== undefined || (crate !== undefined && this.isRefused(crate));
    const afterwards =
      first.startsWith('warning: build failed, waiting') &&
      (this.crates.size + this.refused.size > 0 || this.shownErrors === this.failedScripts);
    // The script that is held may be who declares it.
    const isUndeclared = this.held.size > 0 && undeclaredCfg.test(first) && this.isOfWaiting(lines);
    if (isUndeclared) this.withHiddenWarnings.add(this.ownerOf(lines)?.cargoName ?? '');
    const counts = this.withHiddenWarnings.has(generated.exec(first)?.[1] ?? '');
    const hides = waits || isRefused || afterwards || isUndeclared || counts;
    if (!hides && first.startsWith('error')) this.shownErrors++;
    if (!hides && scriptFailed.test(first)) this.failedScripts++;
    block.forEach((line, i) => {
      if (hides || backtraceNote.test(lines[i] ?? '')) this.outputs.hidden(line);
      else this.outputs.shown(line);
    });
  }

  private flushCause(): void {
    const { cause } = this;
    this.cause = undefined;
    if (cause === undefined) return;
    const isCommand = (line: string): boolean => commandLine.test(stripVTControlCharacters(line));
    const saysNothing = this.isExplained && cause.some(isCommand);
    for (const line of cause) {
      if (saysNothing || isCommand(line)) this.outputs.hidden(line);
      else this.outputs.shown(line);
      // What else cargo asks of rustc is told with how it ended, and what it said stands below.
      if (!saysNothing && isCommand(line)) this.outputs.shown(withoutCommand(line));
    }
  }

  /** Cargo says the package, rustc its crate. */
  private isRefused(name: string): boolean {
    return this.refused.has(crateNameOf(name));
  }

  private named(name: string): Package[] {
    return (this.workspace.byName.get(name) ?? [])
      .concat(this.workspace.packages.filter((p) => p.name === name).map(({ index }) => index))
      .map((index) => this.workspace.packages[index])
      .filter((p) => p !== undefined);
  }

  private isOfWaiting(lines: readonly string[]): boolean {
    const owner = this.ownerOf(lines);
    return owner !== undefined && this.waits([owner]);
  }

  /** The package of the first file that a message names. */
  private ownerOf(lines: readonly string[]): Package | undefined {
    const file = lines.map((line) => place.exec(line)?.[1]).find((path) => path !== undefined);
    if (file === undefined) return undefined;
    const path = isAbsolute(file) ? file : join(this.workspace.root, file);
    return this.directories.find(({ prefix }) => path.startsWith(prefix))?.p;
  }

  /** Does any of these need what is held? */
  private waits(packages: readonly Package[]): boolean {
    const held = [...this.held.values()].flatMap(
      ({ packageId }) => this.workspace.byId.get(packageId)?.index ?? [],
    );
    return packages.some((p) => held.some((index) => this.workspace.dependsOn(p.index, index)));
  }
}
