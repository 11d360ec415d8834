import { createHash } from 'node:crypto';
import type {
  CodeFlow,
  Invocation,
  Location,
  Log,
  Notification,
  ReportingDescriptor,
  Result,
  Run,
  ThreadFlowLocation,
} from 'sarif';
import { codeOf, labelOf, type Problem, severityOf } from '../../engine/problems/kinds.ts';
import { mergeKey } from '../../engine/problems/merge.ts';
import type { SourcePlace } from '../../engine/problems/places.ts';
import type { CheckReport } from '../../engine/problems/report.ts';
import type { Usage } from '../../engine/problems/usages.ts';
import { printable } from '../output/printable.ts';
import { placeText } from '../output/problem-text.ts';
import { adviceLines, bySeverity, headline, uncheckedLines } from './details.ts';
import type { Reporter } from './reporter.ts';
import { Repository, type RepositoryPlace, sourcesOf } from './repository.ts';
import { baseIds, fileUri, repositoryUri } from './sarif-files.ts';
import { ruleIndexOf, sarifRules } from './sarif-rules.ts';

/** What GitHub takes of a run: results, and bytes. */
const LIMITS = { results: 25_000, bytes: 10_000_000 };
/** Bytes kept free for what a run has beside its results and rules. */
const RESERVE = 100_000;
/** Places and frames of one result. */
const SHOWN = 20;

/** SARIF 2.1.0, for code scanning. */
export const sarif: Reporter = {
  check({ report, version }) {
    const repository = new Repository(report);
    const { results, dropped } = limitedResults(bySeverity(report), sarifRules, (problem) =>
      resultOf(problem, report, repository),
    );
    const notifications = uncheckedLines(report).map((line) => notification('warning', line));
    if (dropped > 0)
      notifications.push(
        notification(
          'warning',
          `${dropped} of ${report.problems.length} problems are left out, as a run may have ${LIMITS.results} results and ${LIMITS.bytes} bytes; errors come before warnings. \`cackle -n\` shows all`,
        ),
      );
    const isWhole = report.unchecked.length === 0;
    return logText({
      ...runOf(version, { executionSuccessful: isWhole }, notifications),
      originalUriBaseIds: baseIds(repository.root),
      results: [],
    }).replace('"results":[]', () => `"results":[${results.join(',')}]`);
  },
  failure: ({ faults, version }) =>
    logText({
      ...runOf(
        version,
        { executionSuccessful: false, exitCode: 2 },
        faults.map((fault) => notification('error', fault)),
      ),
      results: [],
    }),
};

/** Returns a run without results. */
export function runOf(
  version: string,
  invocation: Invocation,
  toolExecutionNotifications: Notification[],
  { rules, id }: { readonly rules: ReportingDescriptor[]; readonly id: string } = {
    rules: sarifRules,
    id: 'cackle/',
  },
): Run {
  return {
    tool: {
      driver: {
        name: 'cackle',
        semanticVersion: version,
        rules,
        notifications: [
          {
            id: 'not-checked',
            name: 'NotChecked',
            shortDescription: { text: 'Something was not checked, or is not in this report.' },
            fullDescription: {
              text: 'A build script or proc macro was held back or failed, members are left out, no check was made, or a run may have no more results.',
            },
            help: { text: 'The message says what it is. `cackle -n` shows the whole report.' },
          },
        ],
      },
    },
    automationDetails: { id },
    columnKind: 'unicodeCodePoints',
    invocations: [{ ...invocation, toolExecutionNotifications }],
  };
}

/** Returns the text of a log with one run. */
export function logText(run: Run): string {
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run],
  };
  return `${JSON.stringify(log)}\n`;
}

/** Returns a notification of something that was not checked, or is not in the report. */
export function notification(level: 'error' | 'warning' | 'note', text: string): Notification {
  return { level, descriptor: { id: 'not-checked', index: 0 }, message: { text: plain(text) } };
}

/** Returns the results of as many findings as a run may have, as JSON, and how many are left out. */
export function limitedResults<T>(
  findings: readonly T[],
  rules: readonly ReportingDescriptor[],
  resultOf: (finding: T) => Result,
): { readonly results: readonly string[]; readonly dropped: number } {
  const results: string[] = [];
  let bytes = RESERVE + Buffer.byteLength(JSON.stringify(rules));
  for (const finding of findings) {
    if (results.length === LIMITS.results) break;
    const text = JSON.stringify(resultOf(finding));
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > LIMITS.bytes) break;
    results.push(text);
  }
  return { results, dropped: findings.length - results.length };
}

function resultOf(problem: Problem, report: CheckReport, repository: Repository): Result {
  const place = repository.placeOfProblem(problem);
  const fingerprint = createHash('sha256').update(mergeKey(problem)).digest('hex').slice(0, 32);
  const flows =
    'usages' in problem ? problem.usages.slice(0, 1).map(flowOf(report, repository)) : [];
  const related = relatedOf(problem, report, repository);
  const advice = adviceLines(problem);
  return {
    ruleId: codeOf(problem),
    ruleIndex: ruleIndexOf(problem),
    level: severityOf(problem),
    message: { text: plain([`${headline(problem)}.`, ...advice].join('\n')) },
    locations: [
      {
        ...inRepository(place),
        logicalLocations: [{ name: printable(labelOf(problem)), kind: 'package' }],
      },
    ],
    ...(related.length > 0 ? { relatedLocations: related } : {}),
    ...(flows.length > 0 ? { codeFlows: flows } : {}),
    // GitHub compares the first; a line that moved is no new alert.
    partialFingerprints: {
      primaryLocationLineHash: fingerprint,
      'cackleProblem/v1': fingerprint,
    },
  };
}

/** The places in the crate. */
function relatedOf(problem: Problem, report: CheckReport, repository: Repository): Location[] {
  const words =
    'usages' in problem
      ? problem.usages.map(({ target, from }) => `uses ${target} in ${from}`)
      : [];
  return sourcesOf(problem)
    .slice(0, SHOWN)
    .map((place, id) => ({
      id,
      ...inAnyFile(place, repository),
      message: {
        text: plain(printable(words[id] ?? placeText(place, report.workspaceRoot))),
      },
    }));
}

/** Returns the path from a root to a usage. */
export function flowOf(
  report: Pick<CheckReport, 'workspaceRoot'>,
  repository: Repository,
): (usage: Pick<Usage, 'backtrace' | 'place' | 'target'>) => CodeFlow {
  return ({ backtrace, place, target }) => {
    const hidden = backtrace.length - SHOWN;
    const frames =
      hidden > 0 ? [...backtrace.slice(0, SHOWN / 2), ...backtrace.slice(-SHOWN / 2)] : backtrace;
    const steps = frames.slice(0, -1).map(
      (frame): ThreadFlowLocation => ({
        location: {
          ...(frame.place === undefined ? {} : inAnyFile(frame.place, repository)),
          message: { text: plain(printable(frame.name)) },
        },
      }),
    );
    const use = `uses ${target} (${placeText(place, report.workspaceRoot)})`;
    steps.push({
      location: {
        ...inAnyFile(place, repository),
        message: { text: plain(printable(use)) },
      },
    });
    return { threadFlows: [{ locations: steps }] };
  };
}

/** Returns a location in the repository. */
export function inRepository({ file, line, column }: RepositoryPlace): Location {
  return {
    physicalLocation: {
      artifactLocation: repositoryUri(file),
      region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
    },
  };
}

/** Returns the location of a place in the repository or outside of it. */
export function inAnyFile(place: SourcePlace, repository: Repository): Location {
  const inside = repository.placeOf(place);
  if (inside !== undefined) return inRepository(inside);
  return {
    physicalLocation: {
      artifactLocation: fileUri(place.file),
      region: {
        startLine: Math.max(place.line, 1),
        ...(place.column > 0 ? { startColumn: place.column } : {}),
      },
    },
  };
}

/** Returns a text without what a reader of SARIF takes for a link: `[text](target)`. */
export function plain(text: string): string {
  return text.toWellFormed().replaceAll('](', '] (');
}
