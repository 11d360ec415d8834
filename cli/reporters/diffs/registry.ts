import type { DiffFormat } from '../../arguments/options.ts';
import type { DiffReporter } from './reporter.ts';

/** The reporter of each form, loaded when it is asked for. */
const reporters: { readonly [F in DiffFormat]: () => Promise<DiffReporter> } = {
  human: async () => (await import('./human.ts')).humanDiff,
  json: async () => (await import('./json.ts')).jsonDiff,
  sarif: async () => (await import('./sarif.ts')).sarifDiff,
  github: async () => (await import('./github.ts')).githubDiff,
  markdown: async () => (await import('./markdown.ts')).markdownDiff,
};

/** Returns the reporter of a form. */
export function diffReporterOf(format: DiffFormat): Promise<DiffReporter> {
  return reporters[format]();
}
