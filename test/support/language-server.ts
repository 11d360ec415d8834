import { type ChildProcess, spawn } from 'node:child_process';

/** A message of the language server protocol, as far as tests look at it. */
export interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** A language server at the other end of pipes (Language Server Protocol 3.17, "Base Protocol"). */
export class LanguageServer {
  readonly messages: Message[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private nextId = 1;
  private bytes = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  constructor(program: string, directory: string, env: NodeJS.ProcessEnv) {
    this.child = spawn(program, [], { cwd: directory, env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.ended = new Promise((done) => this.child.once('close', () => done()));
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.read();
    });
  }

  private read(): void {
    for (;;) {
      const end = this.bytes.indexOf('\r\n\r\n');
      const length = /Content-Length: (\d+)/i.exec(this.bytes.toString('utf8', 0, end))?.[1];
      const from = end + 4;
      if (end < 0 || length === undefined || this.bytes.length < from + Number(length)) return;
      const message = JSON.parse(this.bytes.toString('utf8', from, from + Number(length)));
      this.bytes = this.bytes.subarray(from + Number(length));
      // Its own requests (configuration, progress) have to be answered.
      if (message.method !== undefined && message.id !== undefined)
        this.send({ id: message.id, result: null });
      this.messages.push(message);
      this.wake();
    }
  }

  private send(message: object): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.child.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  /** Tells the server something. */
  notify(method: string, params: object): void {
    this.send({ method, params });
  }

  /** Asks the server; resolves to its answer. */
  async ask(method: string, params: object | null): Promise<Message> {
    const id = this.nextId++;
    this.send({ id, method, ...(params === null ? {} : { params }) });
    return this.until((m) => m.id === id && m.method === undefined);
  }

  /** Resolves to the first message that fits, of those that came already too. */
  async until(fits: (message: Message) => boolean): Promise<Message> {
    for (let seen = 0; ; ) {
      for (; seen < this.messages.length; seen++) {
        const message = this.messages[seen] as Message;
        if (fits(message)) return message;
      }
      await new Promise<void>((done) => {
        this.wake = done;
      });
    }
  }

  /** Ends the server. */
  async close(): Promise<void> {
    await this.ask('shutdown', null);
    this.notify('exit', {});
    await this.ended;
  }
}
