import { basename, dirname, join } from 'node:path';
import { addTo } from '../group-by.ts';
import { isWithin } from '../paths.ts';
import { resultOf, toldBy } from './calls.ts';
import { dnsNames } from './dns.ts';
import { type Call, readCall, readLine, type TraceLine } from './line.ts';
import { MadeLinks } from './made-links.ts';
import { throughProc } from './proc-paths.ts';
import type { NamedFile, Told } from './told.ts';
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
  /** Of what the program starts: is it one that is judged by itself (rustc's linker)? */
  isApart(path: string): boolean;
  /** Of what the program starts: may the program have written it? Then its acts count as the program's own. */
  isMade(path: string): boolean;
  /** Symbolic links by path: those that were there, and those of programs that run beside it. */
  readonly links: ReadonlyMap<string, string>;
}

/** What a trace shows. */
export interface Replay {
  /** In the order in which they happened. */
  readonly acts: readonly SeenAct[];
  /** Numbers by which its processes know each other, in every namespace. */
  readonly processes: ReadonlySet<number>;
  /** The symbolic links that were made, by path, whatever became of them. */
  readonly links: ReadonlyMap<string, string>;
  /** Directories that were made for the program before it started. */
  readonly prepared: readonly string[];
}

/** The program that a process runs. */
interface Image {
  readonly is: 'before' | 'subject' | 'made' | 'started' | 'apart';
  readonly path: string;
}

interface Process {
  image: Image;
  /** Threads share it. Undefined where nobody knows who made the process. */
  directory: { path: string | undefined };
}

/** How a process was made. */
interface Origin {
  readonly sharesDirectory: boolean;
  /** On which line that began. */
  readonly line: number;
  /** Who made it, as it was then. */
  from: Process | undefined;
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
  private readonly begun = new Map<number, { readonly text: string; readonly line: number }>();
  /** Processes of which a thread called execve, which succeeded. */
  private readonly replaced = new Set<number>();
  /** By number, which the kernel gives again: in order. */
  private readonly origins = new Map<number, [Origin, ...Origin[]]>();
  private readonly originsByLine = new Map<number, Origin>();
  private readonly numbers = new Set<number>();
  private readonly acts: SeenAct[] = [];
  private readonly links: MadeLinks;
  /** Sockets that are connected to a server of DNS. */
  private readonly resolvers = new Set<string>();
  /** Sockets that were given an address. */
  private readonly bound = new Set<string>();
  private first: number | undefined;
  private readonly prepared: string[] = [];
  private line = 0;
  private firstEnded = false;
  private subjectStarted = false;

  constructor(lines: readonly string[], subject: Subject) {
    this.lines = lines;
    this.subject = subject;
    this.links = new MadeLinks(subject.links);
  }

  follow(): Replay {
    this.each((line) => this.findChildren(line));
    this.begun.clear();
    this.each((line) => this.take(line));
    if (!this.firstEnded) throw new UnreadableTrace('the trace has no end: strace was ended');
    if (!this.subjectStarted) throw new UnreadableTrace('the program never started');
    return {
      acts: this.acts,
      processes: this.numbers,
      prepared: this.prepared,
      links: this.links.all,
    };
  }

  private each(use: (line: TraceLine) => void): void {
    for (const [index, text] of this.lines.entries()) {
      this.line = index;
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
      this.begun.set(line.pid, { text: line.text, line: this.line });
    }
    if (line.what !== 'resumed') return undefined;
    const begun = this.begun.get(line.pid);
    this.begun.delete(line.pid);
    if (begun === undefined || !begun.text.startsWith(`${line.name}(`))
      throw new UnreadableTrace('the end of a call that did not begin');
    if (!this.replaced.delete(line.pid)) return readCall(begun.text + line.text);
    // With its filter, strace 6.1 takes another value for the result; the program was replaced, so it is 0.
    if (!/^\) += (?:0|-1 \(errno \d+\))$/.test(line.text))
      throw new UnreadableTrace('not the end of an execve');
    return readCall(`${begun.text}) = 0`);
  }

  /** A child's lines may stand before the end of the call that made it. */
  private findChildren(line: TraceLine): void {
    if (line.what === 'superseded') this.handOver(line);
    const since = this.begun.get(line.pid)?.line ?? this.line;
    const call = this.ended(line);
    if (call === undefined || call.error !== undefined) return;
    for (const told of toldBy(call)) {
      if (told.tells !== 'child') continue;
      const [, inner, outer] =
        /^(\d+)(?: \/\* (\d+) in strace's PID NS \*\/)?$/.exec(call.result) ?? [];
      if (inner === undefined) continue;
      this.numbers.add(Number(inner));
      const { sharesDirectory } = told;
      const origin: Origin = { sharesDirectory, line: since, from: undefined };
      addTo(this.origins, Number(outer ?? inner), origin);
      this.originsByLine.set(since, origin);
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

  private take(line: TraceLine): void {
    const process = this.process(line.pid);
    const origin = this.originsByLine.get(this.line);
    if (origin !== undefined) origin.from = { ...process };
    if (line.what === 'superseded') {
      // The thread that called execve goes on under the number of the process.
      const by = this.processes.get(line.by);
      if (by !== undefined) this.processes.set(line.pid, by);
      this.processes.delete(line.by);
      this.handOver(line);
      return;
    }
    if (line.what === 'ended') {
      this.begun.delete(line.pid);
      // The kernel may give its number to another one.
      this.processes.delete(line.pid);
      this.firstEnded ||= line.pid === this.first;
      return;
    }
    const call = this.ended(line);
    if (call === undefined) return;
    const result = resultOf(call);
    if (result === undefined) return;
    for (const told of toldBy(call)) this.note(process, call, told, result);
  }

  private process(pid: number): Process {
    const known = this.processes.get(pid);
    if (known !== undefined) return known;
    this.numbers.add(pid);
    const { directory, image } = this.inherited(pid);
    const made: Process = { image, directory };
    this.processes.set(pid, made);
    return made;
  }

  /** What a new process has of the one that made it. */
  private inherited(pid: number): Process {
    if (this.first === undefined) {
      this.first = pid;
      return { image: { is: 'before', path: '' }, directory: { path: this.subject.cwd } };
    }
    const origins = this.origins.get(pid) ?? [];
    const index = origins.findIndex(({ line }) => line < this.line);
    const [origin] = index < 0 ? [] : origins.splice(index, 1);
    const { from, sharesDirectory } = origin ?? {};
    if (from !== undefined)
      return { ...from, directory: sharesDirectory ? from.directory : { ...from.directory } };
    // Whoever made it was killed: it counts as the traced program.
    return { image: { is: 'subject', path: '' }, directory: { path: undefined } };
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
        if (result === 'done') this.moved(process, told);
        return;
      case 'gone':
        if (result === 'done') this.links.remove(this.pathOf(process, told.file));
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
      case 'socket':
        if (told.isSecret) this.act(process, 'call', `socket(${told.of})`, result);
        else if (result !== 'done' && !told.of.startsWith('AF_NETLINK'))
          this.act(process, 'socket', told.of, call.error === 'ENETUNREACH' ? 'denied' : result);
        return;
      case 'signal':
        // 0: its own group; -1: everybody.
        if (told.to === -1 || (told.to !== 0 && !this.numbers.has(Math.abs(told.to))))
          this.act(process, 'call', call.name, result);
        return;
      case 'data':
        if (this.resolvers.has(told.socket))
          for (const name of dnsNames(told.bytes)) this.act(process, 'ask', name, result);
        return;
      case 'call':
        this.act(process, 'call', told.of ?? call.name, result);
        return;
    }
  }

  private moved(
    process: Process,
    { from, to, stays, isSwap = false }: Extract<Told, { tells: 'moved' }>,
  ): void {
    const [old, now] = [this.pathOf(process, from), this.pathOf(process, to)];
    if (isSwap) this.links.swap(old, now);
    else this.links.move(old, now, stays);
  }

  private file(
    process: Process,
    call: Call,
    { what, file, followsLink = false }: Extract<Told, { tells: 'file' }>,
    result: SeenAct['result'],
  ): void {
    const named = this.pathOf(process, file, followsLink);
    if (call.name.startsWith('mkdir') && result === 'done' && process.image.is === 'before')
      this.prepared.push(named);
    if (what !== 'start') {
      // An open file has its name without links on the way.
      const isOpen = call.result.includes('<');
      const opened =
        (isOpen ? openFileOf(call.result.replace(/ \/\*.*$/, '')).name : undefined) ?? named;
      this.act(process, what, opened, result);
      // Another thread may have put another file in its place before strace asked for its name.
      if (!this.isCalled(named, opened)) this.act(process, what, named, result);
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
    else process.image = { is: this.startedAs(image, named), path: named };
  }

  private startedAs({ is }: Image, path: string): Image['is'] {
    if (/^\/proc\/[^/]+\/exe$/.test(path)) return is;
    if (this.subject.isApart(path)) return 'apart';
    if (is === 'subject' && this.subject.isSubject(path)) return 'subject';
    return this.subject.isMade(path) ? 'made' : 'started';
  }

  /** Is an open file the one that a path names, by what is there now? */
  private isCalled(path: string, opened: string): boolean {
    if (path === opened || /^\/(?:proc|dev)\//.test(path) || isWithin(opened, path)) return true;
    const { real } = this.subject;
    return real(path) === opened || join(real(dirname(path)), basename(path)) === opened;
  }

  /** Returns the path of a file without the links that were made; with `last`, without one at its end. */
  private pathOf(process: Process, { directory, path }: NamedFile, last = false): string {
    const base = directory ?? process.directory.path;
    if (base === undefined && !path?.startsWith('/'))
      throw new UnreadableTrace('a relative path of a process whose directory is not known');
    const own = process.directory.path;
    if (path === undefined) return base ?? '/';
    const real = (at: string): string => this.subject.real(throughProc(at, own));
    return throughProc(this.links.walk(base ?? '/', throughProc(path, own), last, real), own);
  }

  private act(
    { image }: Process,
    what: SeenAct['what'],
    of: string,
    result: SeenAct['result'],
  ): void {
    if (image.is === 'before') return;
    const by = image.is === 'subject' ? undefined : image.path;
    const is = image.is === 'made' || image.is === 'apart' ? { [image.is]: true } : {};
    this.acts.push({ what, of, result, by, ...is });
  }
}
