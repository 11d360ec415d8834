import { type Ending, endingSignal, saysKilled } from './protocol.ts';
import type { FailedProgram, FailedSandboxedUnit, RustcInvocation } from './types.ts';

/** Failures in one run of cargo, as the shims report them. */
export class BuildFailures {
  /** Package ids of rustc runs that failed. */
  readonly units: string[] = [];
  /** Descriptions of programs that were ended from outside. */
  readonly killed: string[] = [];
  readonly buildScripts: FailedProgram[] = [];
  /** Sandboxed tests that failed. */
  readonly tests: FailedProgram[] = [];
  readonly sandboxedUnits: FailedSandboxedUnit[] = [];
  /** Whether cargo got no answer to a question to rustc. */
  lostQuestion = false;
  private readonly links = new Set<number>();

  /** Records that a shim ended without saying how its program did. */
  noteGone(what: string): void {
    this.killed.push(`${what} ended without a word`);
  }

  /** Records that cargo got no answer to a question, and why. */
  noteQuestion(why: string): void {
    this.killed.push(why);
    this.lostQuestion = true;
  }

  /** Records that a linker failed, and whether it was ended from outside. */
  noteLink({ id, crateName }: RustcInvocation, ended: Ending | undefined, said: string): void {
    if (ended?.status === 0) return;
    this.links.add(id);
    if (ended === undefined) {
      this.noteGone(`the linker of ${crateName}`);
      return;
    }
    const ending = endingSignal(ended);
    if (ending !== undefined)
      this.killed.push(`the linker of ${crateName} was ended by signal ${ending}`);
    else if (saysKilled.test(said))
      this.killed.push(`a program of the linker of ${crateName} was ended by a signal`);
  }

  /** Returns whether a linker of this unit failed. */
  hasFailedLink({ id }: RustcInvocation): boolean {
    return this.links.has(id);
  }
}
