import { type NamedFile, readings, resultOf, type Told } from './calls.ts';
import { dnsNames } from './dns.ts';
import { type Call, readCall, readLine, type TraceLine } from './line.ts';
import { MadeLinks } from './made-links.ts';
import type { SeenAct } from './types.ts';
import { openFileOf, UnreadableTrace } from './values.ts';

/** What a trace is read for. */
export interface Subject {
  /** The directory in which the first program started. */
  readonly cwd: string;
  /** Is this the program that is traced? What runs before it (strace's command, Bubblewrap, a proxy of rustup) is not it. */
  isSubject(path: string): boolean;
  /** Returns a path without symbolic links, where it is there. */
  real(path: string): string;
  /** Of what the program starts: is it one whose doings do not count as the program's (rustc's linker)? */
  isApart(path: string): boolean;
}

/** What a trace shows. */
export interface Replay {
  /** In the order in which they happened. */
  readonly acts: readonly SeenAct[];
  /** Numbers by which its processes know each other, in every namespace. */
  readonly processes: ReadonlySet<number>;
}

/** The program that a process runs. */
interface Image {
  readonly is: 'before' | 'subject' | 'started' | 'apart';
  readonly path: string;
}

interface Process {
  image: Image;
  /** Threads share it. */
  directory: { path: string };
}

/**
 * Follows the processes of a trace (the lines of `strace -f -y`) from the first to the last (rule 14.2). Throws {@link UnreadableTrace}: a line that
 * cannot be read, a call that is not known, a program that never started, a trace without its end.
 */
export function replay(lines: readonly string[], subject: Subject): Replay {
  return new Follower(lines, subject).follow();
}

class Follower {
  private readonly lines: readonly string[];
  private readonly subject: Subject;
  private readonly processes = new Map<number, Process>();
  private readonly begun = new Map<number, string>();
  /** Processes of which a thread called execve, which succeeded. */
  private readonly replaced = new Set<number>();
  private readonly parents = new Map<
    number,
    { readonly pid: number; readonly sharesDirectory: boolean }
  >();
  private readonly numbers = new Set<number>();
  private readonly acts: SeenAct[] = [];
  private readonly links = new MadeLinks();
  /** Sockets that are connected to a server of DNS. */
  private readonly resolvers = new Set<string>();
  /** Sockets that were given an address. */
  private readonly bound = new Set<string>();
  private first: number | undefined;
  private firstEnded = false;
  private subjectStarted = false;

  constructor(lines: readonly string[], subject: Subject) {
    this.lines = lines;
    this.subject = subject;
  }

  follow(): Replay {
    this.each((line) => this.findChildren(line));
    this.begun.clear();
    this.each((line) => this.take(line));
    if (!this.firstEnded) throw new UnreadableTrace('the trace has no end: strace was ended');
    if (!this.subjectStarted) throw new UnreadableTrace('the program never started');
    return { acts: this.acts, processes: this.numbers };
  }

  private each(use: (line: TraceLine) => void): void {
    for (const [index, text] of this.lines.entries()) {
      try {
        use(readLine(text));
      } catch (error) {
        if (!(error instanceof UnreadableTrace)) throw error;
        throw new UnreadableTrace(`line ${index + 1}: ${error.message}: ${text.slice(0, 300)}`);
      }
    }
  }

  /** Returns the whole call that a line ends; undefined for other lines. */
  private ended(line: TraceLine): Call | undefined {
    if (line.what === 'call') return line.call;
    if (line.what === 'begun') {
      if (this.begun.has(line.pid)) throw new UnreadableTrace('a call within another');
      this.begun.set(line.pid, line.text);
    }
    if (line.what !== 'resumed') return undefined;
    const begun = this.begun.get(line.pid);
    this.begun.delete(line.pid);
    if (begun === undefined || !begun.startsWith(`${line.name}(`))
      throw new UnreadableTrace('the end of a call that did not begin');
    if (!this.replaced.delete(line.pid)) return readCall(begun + line.text);
    // With its filter, strace 6.1 takes another value for the result; the program was replaced, so it is 0.
    if (!/^\) += (?:0|-1 \(errno \d+\))$/.test(line.text))
      throw new UnreadableTrace('not the end of an execve');
    return readCall(`${begun}) = 0`);
  }

  /** A child's lines may stand before the end of the call that made it. */
  private findChildren(line: TraceLine): void {
    if (line.what === 'superseded') this.handOver(line);
    const call = this.ended(line);
    if (call === undefined || call.error !== undefined) return;
    for (const told of this.read(call)) {
      if (told.tells !== 'child') continue;
      const [, inner, outer] =
        /^(\d+)(?: \/\* (\d+) in strace's PID NS \*\/)?$/.exec(call.result) ?? [];
      if (inner === undefined) continue;
      this.numbers.add(Number(inner));
      const { sharesDirectory } = told;
      this.parents.set(Number(outer ?? inner), { pid: line.pid, sharesDirectory });
    }
  }

  /** The call of a thread that ended its process by execve ends under the number of the process. */
  private handOver({ pid, by }: Extract<TraceLine, { what: 'superseded' }>): void {
    const call = this.begun.get(by);
    this.begun.delete(by);
    this.begun.delete(pid);
    if (call === undefined) return;
    this.begun.set(pid, call);
    this.replaced.add(pid);
  }

  private read(call: Call): readonly Told[] {
    const reading = readings.get(call.name);
    if (reading === undefined)
      throw new UnreadableTrace(`${call.name} is not a call that was asked for`);
    return reading(call);
  }

  private take(line: TraceLine): void {
    const process = this.process(line.pid);
    if (line.what === 'superseded') {
      // The thread that called execve goes on under the number of the process.
      const by = this.processes.get(line.by);
      if (by !== undefined) this.processes.set(line.pid, by);
      this.handOver(line);
      return;
    }
    if (line.what === 'ended') {
      this.begun.delete(line.pid);
      this.firstEnded ||= line.pid === this.first;
      return;
    }
    const call = this.ended(line);
    if (call === undefined) return;
    const result = resultOf(call);
    if (result === undefined) return;
    for (const told of this.read(call)) this.note(process, call, told, result);
  }

  private process(pid: number): Process {
    const known = this.processes.get(pid);
    if (known !== undefined) return known;
    this.first ??= pid;
    this.numbers.add(pid);
    const from = this.parents.get(pid);
    const parent = from && this.processes.get(from.pid);
    const made: Process =
      parent === undefined
        ? { image: this.firstImage(pid), directory: { path: this.subject.cwd } }
        : {
            image: parent.image,
            directory: from?.sharesDirectory ? parent.directory : { ...parent.directory },
          };
    this.processes.set(pid, made);
    return made;
  }

  /** A process of unknown origin (whoever made it was killed) counts as the traced program. */
  private firstImage(pid: number): Image {
    return pid === this.first ? { is: 'before', path: '' } : { is: 'subject', path: '' };
  }

  private note(process: Process, call: Call, told: Told, result: SeenAct['result']): void {
    switch (told.tells) {
      case 'directory':
        if (result === 'done') process.directory.path = this.pathOf(process, told.file, true);
        return;
      case 'link':
        if (result === 'done') this.links.add(this.pathOf(process, told.file), told.text);
        return;
      case 'moved':
        if (result !== 'done') return;
        this.links.move(this.pathOf(process, told.from), this.pathOf(process, told.to), told.stays);
        return;
      case 'child':
        if (told.isUntraced) this.act(process, 'call', 'clone(CLONE_UNTRACED)', result);
        return;
      case 'file':
        this.file(process, call, told, result);
        return;
      case 'address':
        if (/:53$/.test(told.of)) this.resolvers.add(told.socket);
        if (told.what === 'bind') this.bound.add(told.socket);
        this.act(process, told.what, told.of, result);
        return;
      case 'listening':
        if (!this.bound.has(told.socket))
          this.act(process, 'bind', 'a port of the kernel’s choice', result);
        return;
      case 'signal':
        // 0: its own group.
        if (told.to !== 0 && !this.numbers.has(Math.abs(told.to)))
          this.act(process, 'call', 'kill', result);
        return;
      case 'data':
        if (this.resolvers.has(told.socket))
          for (const name of dnsNames(told.bytes)) this.act(process, 'ask', name, result);
        return;
      case 'call':
        this.act(process, 'call', call.name, result);
        return;
    }
  }

  private file(
    process: Process,
    call: Call,
    { what, file, followsLink = false }: Extract<Told, { tells: 'file' }>,
    result: SeenAct['result'],
  ): void {
    const named = this.pathOf(process, file, followsLink);
    if (what !== 'start') {
      // An open file has its name without links on the way.
      const isOpen = call.result.includes('<');
      const path =
        (isOpen ? openFileOf(call.result.replace(/ \/\*.*$/, '')).name : undefined) ?? named;
      this.act(process, what, path, result);
      return;
    }
    if (!this.subject.isApart(named)) this.act(process, 'start', named, result);
    if (result !== 'done') return;
    const { image } = process;
    const isFirst = image.is === 'before';
    const isSubject = isFirst && this.subject.isSubject(named);
    this.subjectStarted ||= isSubject;
    if (isSubject) process.image = { is: 'subject', path: named };
    else if (isFirst || image.is === 'apart') process.image = { ...image, path: named };
    else process.image = { is: this.subject.isApart(named) ? 'apart' : 'started', path: named };
  }

  /** Returns the path of a file without the links that were made; with `last`, without one at its end. */
  private pathOf(process: Process, { directory, path }: NamedFile, last = false): string {
    const base = directory ?? process.directory.path;
    return path === undefined ? base : this.links.walk(base, path, last, this.subject.real);
  }

  private act(
    { image }: Process,
    what: SeenAct['what'],
    of: string,
    result: SeenAct['result'],
  ): void {
    if (image.is === 'before' || image.is === 'apart') return;
    this.acts.push({ what, of, result, by: image.is === 'started' ? image.path : undefined });
  }
}
