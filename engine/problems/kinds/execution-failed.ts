import { allowing } from '../../fixes/advice.ts';
import { loosenSandbox } from '../../fixes/setup.ts';
import { shellWords } from '../../shell-words.ts';
import { byPackage, type Descriptor, type OfPackage } from '../descriptor.ts';
import { deniedText, endingOf, type Failure } from '../failure.ts';
import { theFirst } from '../ways-to-merge.ts';

/** A build script or test that failed (rule 5.10). */
export interface ExecutionFailed extends OfPackage, Failure {
  readonly kind: 'execution-failed';
  readonly executable: 'build script' | 'test';
  /** The end of its stderr, or what was wrong with its output. */
  readonly output: string;
}

/** Tells the end of its output and what the sandbox denied; fixes loosen the sandbox by just that. */
export const executionFailed: Descriptor<ExecutionFailed> = {
  code: 'C0304',
  explanation: {
    what: 'A build script or a test was started and failed, or a build script printed what cannot be read.',
    why: 'What needs it was not built, and so not checked. Often its sandbox denied it something that it needs.',
    example: [
      'error: its build script failed in its sandbox: exit status 101',
      '  its sandbox has no network',
    ].join('\n'),
    settle:
      'The report shows what the program wrote and, where it is known, what the sandbox denied. Let the sandbox do that (`allow_network`, `make_writable`, `pass_env` in the `sandbox` table of the scope), or repair the program if it fails under cargo alone, too.',
  },
  severity: 'error',
  group: 'failures',
  label: byPackage,
  title: (problem) => `its ${problem.executable} failed${endingOf(problem)}`,
  question: undefined,
  inShort: () => 'execution-failed',
  notes: (problem) => [
    ...problem.output.trimEnd().split('\n').slice(-200),
    ...deniedText(problem),
    ...(problem.sandboxCommand === undefined
      ? []
      : ['', 'Its sandbox was:', `  ${shellWords(problem.sandboxCommand)}`]),
  ],
  key: ({ packageLabel, executable }) => [packageLabel, executable],
  merging: theFirst(),
  fixes: (problem, config) =>
    // Without a sandbox, no setting can be at fault.
    problem.sandboxCommand === undefined ? [] : loosenSandbox(problem, config),
  fixesOnlyPermit: false,
  advice: (problem) =>
    problem.sandboxCommand === undefined ? undefined : allowing(loosenSandbox(problem, undefined)),
  isSettled: ({ packageName, executable }, config, foundWith) => {
    const suffix = executable === 'test' ? 'test' : 'build';
    const scope = { package: packageName, suffix } as const;
    // Only another run can show whether it succeeds with other settings.
    return (
      foundWith !== undefined &&
      JSON.stringify(config.sandbox(scope)) !== JSON.stringify(foundWith.sandbox(scope))
    );
  },
};
