import type { ReportFormat } from '../arguments/options.ts';
import type { Reporter } from './reporter.ts';

/** The reporter of each form, loaded when it is asked for. */
const reporters: { readonly [F in ReportFormat]: () => Promise<Reporter> } = {
  human: async () => (await import('./human.ts')).human,
  json: async () => (await import('./json.ts')).json,
  sarif: async () => (await import('./sarif.ts')).sarif,
  github: async () => (await import('./github.ts')).github,
  markdown: async () => (await import('./markdown.ts')).markdown,
  junit: async () => (await import('./junit.ts')).junit,
};

/** Returns the reporter of a form. */
export function reporterOf(format: ReportFormat): Promise<Reporter> {
  return reporters[format]();
}
