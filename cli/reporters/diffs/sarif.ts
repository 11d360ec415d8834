import { createHash } from 'node:crypto';
import type { Location, ReportingDescriptor, Result } from 'sarif';
import type { Loosened } from '../../../engine/diff/types.ts';
import { diffSummary } from '../../output/diff-text.ts';
import { printable } from '../../output/printable.ts';
import { Repository } from '../repository.ts';
import {
  flowOf,
  inAnyFile,
  inRepository,
  limitedResults,
  logText,
  notification,
  plain,
  runOf,
} from '../sarif.ts';
import { baseIds } from '../sarif-files.ts';
import { type Finding, findingLines, findingsOf, unknownLines } from './findings.ts';
import type { DiffReporter } from './reporter.ts';

const rule = (id: string, name: string, what: string, why: string): ReportingDescriptor => ({
  id,
  name,
  shortDescription: { text: what },
  fullDescription: { text: `${what} ${why}` },
  help: {
    text: `${what}\n\n${why}\n\n\`cackle diff\` shows where, and \`cackle lock\` records it.`,
  },
  defaultConfiguration: { level: 'warning' },
  properties: {
    tags: ['security', 'supply-chain'],
    precision: 'very-high',
    'problem.severity': 'warning',
  },
});

/** The rules of a diff; their ids never get another meaning. */
export const diffRules = [
  rule(
    'D0001',
    'GainedCapability',
    'A package does something that it did not do in the base.',
    'A new capability is where an attack, or a change that deserves a look, shows first.',
  ),
  rule(
    'D0002',
    'OtherSource',
    'A package comes from another source than in the base.',
    'Code of the same name may be the code of somebody else.',
  ),
  rule(
    'D0003',
    'LessWatched',
    'A file watches, confines or records otherwise than in the base, or has other programs run.',
    'What is less watched can hide what a change gained.',
  ),
];

/** SARIF 2.1.0, for code scanning: a result for each gain, at the line of its package in this repository. */
export const sarifDiff: DiffReporter = ({ diff, version }) => {
  const repository = new Repository(diff);
  const findings = [...diff.loosened, ...findingsOf(diff)];
  const { results, dropped } = limitedResults(findings, diffRules, (finding) =>
    'file' in finding ? resultOfLoosened(finding, repository) : resultOf(finding, diff, repository),
  );
  const unknown = unknownLines(diff);
  const notifications = unknown.map((line) => notification('warning', line));
  notifications.push(notification('note', diffSummary(diff, { red: String, green: String })));
  if (dropped > 0)
    notifications.push(
      notification(
        'warning',
        `${dropped} of ${findings.length} results are left out: a run may have no more`,
      ),
    );
  const run = runOf(version, { executionSuccessful: unknown.length === 0 }, notifications, {
    rules: diffRules,
    id: 'cackle-diff/',
  });
  return logText({ ...run, originalUriBaseIds: baseIds(repository.root), results: [] }).replace(
    '"results":[]',
    () => `"results":[${results.join(',')}]`,
  );
};

function resultOfLoosened({ file, text }: Loosened, repository: Repository): Result {
  return {
    ruleId: 'D0003',
    ruleIndex: 2,
    level: 'error',
    message: { text: plain(printable(`${file}: ${text}, unlike in the base.`)) },
    locations: [inRepository(repository.top())],
    partialFingerprints: fingerprintsOf([file, text]),
  };
}

function fingerprintsOf(parts: readonly string[]): Record<string, string> {
  const fingerprint = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
  return { primaryLocationLineHash: fingerprint, 'cackleDiff/v1': fingerprint };
}

function resultOf(
  finding: Finding,
  diff: Parameters<DiffReporter>[0]['diff'],
  repository: Repository,
): Result {
  const { change, gain, level, text } = finding;
  const place = repository.placeOfPackage(change.name, (change.after ?? change.before)?.version);
  const found = gain?.evidence?.places ?? [];
  const related = found.map(
    ({ place: at, target, from }, id): Location => ({
      id,
      ...inAnyFile(at, repository),
      message: {
        text: plain(
          printable(target === undefined ? (gain?.fact ?? '') : `uses ${target} in ${from}`),
        ),
      },
    }),
  );
  const [first] = found;
  const flows =
    first?.target === undefined || first.path.length === 0
      ? []
      : [
          flowOf(
            diff,
            repository,
          )({ backtrace: first.path, place: first.place, target: first.target }),
        ];
  return {
    ruleId: diffRules[gain === undefined ? 1 : 0]?.id ?? '',
    ruleIndex: gain === undefined ? 1 : 0,
    level,
    message: { text: plain([`${text}.`, ...findingLines(finding, diff, 1)].join('\n')) },
    locations: [
      {
        ...inRepository(place),
        logicalLocations: [{ name: printable(change.name), kind: 'package' }],
      },
    ],
    ...(related.length > 0 ? { relatedLocations: related } : {}),
    ...(flows.length > 0 ? { codeFlows: flows } : {}),
    partialFingerprints: fingerprintsOf([change.name, gain?.fact ?? change.change]),
  };
}
