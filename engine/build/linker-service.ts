import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckError } from '../errors.ts';
import { standIn } from './build-script.ts';
import type { BuildFailures } from './failures.ts';
import { describeLink, needsLink, placeholder, refuseUnsupported } from './link.ts';
import { linkerFlavours } from './linker-flavours.ts';
import { ourVariables } from './our-variables.ts';
import { exitStatus, type Hello, type ShimConnection } from './protocol.ts';
import { quotedWord } from './response-file.ts';
import type { ServerOptions } from './server-options.ts';
import type { RustcInvocation } from './types.ts';

/** The same text as in engine/shim/src/role.rs. */
const OTHER_VERSION =
  '; if cackle was updated, its two halves may be of two versions: start it once as `./cackle`, or `npm run build` in its directory, and check again; if not, check again';

/** A running rustc with the linker that the user chose. */
interface LinkingUnit {
  readonly invocation: RustcInvocation;
  readonly linker: string;
}

/** Has the engine judge the inputs of a link before the linker may run. */
export class LinkerService {
  /** By the token that the unit's linker sends. */
  private readonly units = new Map<string, LinkingUnit>();
  private nextFile = 1;
  private readonly options: ServerOptions;
  private readonly failures: BuildFailures;

  constructor(options: ServerOptions, failures: BuildFailures) {
    this.options = options;
    this.failures = failures;
  }

  /** Returns a token that identifies the linker of a unit until `forget` is called. */
  register(unit: LinkingUnit): string {
    const token = randomBytes(16).toString('hex');
    this.units.set(token, unit);
    return token;
  }

  /** Ends a token: its unit links no more. */
  forget(token: string): void {
    this.units.delete(token);
  }

  /** Serves a shim in a linker's place. Throws CheckError for a link that cannot be judged. */
  async serve(shim: ShimConnection, hello: Hello): Promise<void> {
    const unit = this.units.get(hello.token);
    if (unit === undefined) {
      shim.end({ do: 'refuse', message: `this link belongs to no running rustc${OTHER_VERSION}` });
      return;
    }
    const { invocation } = unit;
    const flavour = linkerFlavours[invocation.platform.linker];
    const args = flavour.expand(hello.args, hello.cwd);
    const request = await describeLink(invocation, flavour.parse(args, hello.cwd), {
      ...this.options,
      linker: unit.linker,
      env: hello.env,
      cwd: hello.cwd,
    });
    refuseUnsupported(request);
    const reading = this.options.handlers.onLink(request);
    reading.catch(() => undefined);
    if (needsLink(invocation, this.options.linkAll)) {
      const done = await shim.run({
        do: 'run',
        args: [unit.linker, ...(await this.linkLine(hello.args, args))],
        stdout: 'pass',
        stderr: 'keep',
        unset: ourVariables,
        set: [],
      });
      await reading;
      this.failures.noteLink(invocation, done, Buffer.from(done.stderr ?? '', 'base64').toString());
      if (done.spawnError !== undefined)
        throw new CheckError(
          done.spawnError,
          'a linker such as gcc is needed to build Rust programs',
        );
      if (exitStatus(done) === 0) {
        await this.options.handlers.onLinked(request, request.output);
        if (invocation.kind === 'build-script') await standIn(request.output, this.options.shim);
      }
      shim.end({ do: 'exit', status: exitStatus(done) });
      return;
    }
    await reading;
    writeFileSync(request.output, placeholder, { mode: 0o755 });
    shim.end({ do: 'exit', status: 0 });
  }

  /** Returns the judged words of response files: the files themselves may have changed since. */
  private async linkLine(
    given: readonly string[],
    judged: readonly string[],
  ): Promise<readonly string[]> {
    if (!given.some((argument) => argument.includes('@'))) return given;
    const file = join(this.options.directory, `link-${this.nextFile++}.args`);
    await writeFile(file, judged.map(quotedWord).join('\n'));
    return [`@${file}`];
  }
}
