/** Compares the answer of an incremental check with that of a check from clean. */
import { isDeepStrictEqual } from 'node:util';
import { dependents } from './workspace.mjs';

/** @typedef {import('../../../engine/problems/report.ts').CheckReport} CheckReport */
/** @typedef {CheckReport['unchecked'][number]} Unchecked */
/** @typedef {CheckReport['grants'][number]} Grant */
/** @typedef {{ status: number | null, stdout: string, stderr: string }} Checked */

/**
 * The answer of a check without what may differ: how long it took, and how much was new.
 * @param {Checked} checked @param {string} directory
 */
export function answer({ status, stdout, stderr }, directory) {
  if (!stdout.startsWith('{')) return { status, errors: errorsOf(stderr, directory) };
  const told = stdout
    .replaceAll(directory, 'DIRECTORY')
    // Cargo names the directory of a script's output by the id of the store, which is another when the store was lost.
    .replaceAll(/(DIRECTORY\/target\/\S*?\/build\/[^/"]+-)[0-9a-f]{16}(?=\/)/g, '$1ID');
  const { timing, counts, ...report } = JSON.parse(told);
  const { packages, units, outputs, objects, permissionsNeeded } = counts;
  return { status, ...report, counts: { packages, units, outputs, objects, permissionsNeeded } };
}

/** @typedef {ReturnType<typeof answer>} Answer */

/** The order in which several targets fail is another each time. @param {string} stderr @param {string} directory */
function errorsOf(stderr, directory) {
  const lines = stderr.replaceAll(directory, 'DIRECTORY').split('\n');
  const errors = lines.filter((line) => /^error/.test(line));
  return errors.length === 0 ? [stderr.slice(-500)] : [...new Set(errors)].sort();
}

/** @typedef {{ rule: 'equal' | 'held', difference: string | undefined }} Comparison */

/**
 * What differs between two answers. They have to be equal, save where the check from clean held something back: see
 * {@link heldDifference}.
 * @param {Answer} incremental @param {Answer} clean @returns {Comparison}
 */
export function compare(incremental, clean) {
  if (clean.status === 1 && clean.unchecked.length > 0)
    return { rule: 'held', difference: heldDifference(incremental, clean) };
  const built = incremental.status === 2 ? withoutMissingFiles(clean) : clean;
  if (built !== clean && isDeepStrictEqual(incremental, built))
    return { rule: 'held', difference: undefined };
  if (isDeepStrictEqual(incremental, clean)) return { rule: 'equal', difference: undefined };
  const lines = (/** @type {Answer} */ one) => JSON.stringify(one, undefined, 1).split('\n');
  const [a, b] = [lines(incremental), lines(clean)];
  const at = a.findIndex((line, i) => line !== b[i]);
  const shown = (/** @type {string[]} */ text) =>
    text.slice(Math.max(0, at - 6), at + 10).join('\n');
  return { rule: 'equal', difference: `incremental:\n${shown(a)}\nfrom clean:\n${shown(b)}` };
}

/**
 * Where something does not compile, nothing tells what was held back. What includes a file that a held build script would have
 * made does not compile from clean either; an earlier check may have built it when the script was allowed.
 * @param {Answer} clean @returns {Answer}
 */
function withoutMissingFiles(clean) {
  const missing = /couldn't read `DIRECTORY\/target\/\S+\/build\/([^/]+)-[0-9a-f]{16}\/out\//;
  const packages =
    clean.errors?.flatMap((/** @type {string} */ line) => missing.exec(line)?.[1] ?? []) ?? [];
  if (packages.length === 0) return clean;
  const errors = clean.errors?.filter((/** @type {string} */ line) => {
    const failed = /^error: could not compile `([^`]+)`/.exec(line)?.[1];
    return !missing.test(line) && (failed === undefined || !packages.includes(failed));
  });
  return { ...clean, errors };
}

/**
 * Where a build script or proc macro is held back, what needs it is not built from clean, or without what the script
 * would have given; an earlier check may have built it when it was allowed. So all that was found from clean has to be
 * found, and whatever else is found has to be in outputs of packages that need what was held.
 * @param {Answer} incremental @param {Answer} clean @returns {string | undefined}
 */
function heldDifference(incremental, clean) {
  const held = new Set(clean.unchecked.map((/** @type {Unchecked} */ one) => one.packageLabel));
  const affected = new Set(
    [...held].flatMap(
      (label) => dependents[/** @type {keyof typeof dependents} */ (label)] ?? [label],
    ),
  );
  if (incremental.status === 2) {
    // What is held from clean is not compiled, and its errors are not seen.
    const foreign = incremental.errors?.filter((/** @type {string} */ line) => {
      const failed = /^error: could not compile `([^`]+)`/.exec(line)?.[1];
      return failed !== undefined && !affected.has(failed);
    });
    return foreign?.length === 0 &&
      incremental.errors?.some((/** @type {string} */ line) => line.includes('compile'))
      ? undefined
      : `incremental status 2: ${incremental.errors?.join('; ')}`;
  }
  const faults = [
    ...(incremental.status === clean.status ? [] : [`status ${incremental.status}`]),
    ...uncheckedFaults(incremental.unchecked, clean.unchecked),
    ...problemFaults(incremental, clean, affected, held),
    ...grantFaults(incremental.grants, clean.grants, affected),
    ...Object.entries(clean.counts ?? {})
      .filter(([name, count]) => name !== 'permissionsNeeded' && incremental.counts?.[name] < count)
      .map(([name, count]) => `${name}: ${count} from clean, ${incremental.counts?.[name]}`),
  ];
  return faults.length === 0 ? undefined : faults.join('\n');
}

/**
 * Nothing more is left out than from clean. A proc macro is held when something would load it: from clean nobody comes
 * to that where a held build script stops the same targets first.
 * @param {any[]} incremental @param {any[]} clean
 */
function uncheckedFaults(incremental, clean) {
  const stopped = new Set(
    clean.filter((one) => one.held === 'build script').flatMap((one) => one.blocks),
  );
  return incremental.flatMap(({ packageLabel, held, failed, blocks }) => {
    const known = clean.find(
      (o) => o.packageLabel === packageLabel && o.held === held && o.failed === failed,
    );
    const what = `${held} of ${packageLabel}`;
    if (known === undefined) {
      const stoppedFirst =
        held === 'proc macro' &&
        blocks.length > 0 &&
        blocks.every((/** @type {string} */ block) => stopped.has(block));
      return stoppedFirst ? [] : [`held back although not from clean: ${what}`];
    }
    return blocks
      .filter((/** @type {string} */ block) => !known.blocks.includes(block))
      .map((/** @type {string} */ block) => `${what} blocks ${block}, not so from clean`);
  });
}

/** One finding: a problem, or one of the places or instructions that it names. @param {any[]} problems */
function findings(problems) {
  return problems.flatMap(({ usages, uses, ...problem }) => {
    const { scope, ...what } = problem;
    const suffix = scope?.suffix;
    const places = [...(usages ?? []), ...(uses ?? [])];
    if (problem.instructions !== undefined)
      return problem.instructions.map((/** @type {string} */ instruction) => ({
        ...{ problem, suffix, output: undefined, whole: '' },
        key: JSON.stringify([problem.kind, problem.packageLabel, instruction]),
      }));
    if (places.length === 0)
      return [{ problem, suffix, key: JSON.stringify(problem), output: undefined, whole: '' }];
    return places.map(({ output, backtrace, ...place }) => ({
      problem,
      suffix,
      key: JSON.stringify([what, place]),
      output,
      whole: JSON.stringify([output, backtrace]),
    }));
  });
}

/** @typedef {ReturnType<typeof findings>[number]} Finding */

/** Rule 1.4: which scopes pass a permission on. @type {Record<string, string[]>} */
const wider = {
  '': [],
  'from.build': [''],
  build: ['', 'from.build'],
  'from.test': [''],
  test: ['', 'from.test'],
};

/** @param {string | undefined} wide @param {string | undefined} narrow */
const covers = (wide, narrow) =>
  wide === narrow || (wide !== undefined && (wider[narrow ?? '']?.includes(wide) ?? false));

/** What `output` is of, by its label. @param {string} output */
function isAffected(output, /** @type {Set<string>} */ affected) {
  // Build scripts of this workspace depend on nothing that can be held, and the macro itself is built.
  if (output.endsWith('(build script)') || output.endsWith('(proc macro)')) return false;
  const [name = ''] = output.split(' ');
  // Both members may have a program of that name.
  return affected.has(name === 'demo' ? 'app' : name);
}

/** Kinds that a check of a part of the workspace leaves out. */
const ofWhole = new Set(['unused-allow-api', 'unused-setting', 'unmatched-api-path']);

/** Kinds that a unit is found to have when it is compiled, whatever it goes into. */
const ofUnit = new Set([
  'disallowed-unsafe',
  'disallowed-extern',
  'disallowed-compile-env',
  'disallowed-compile-files',
]);

/** @param {Answer} incremental @param {Answer} clean @param {Set<string>} affected @param {Set<string>} held */
function problemFaults(incremental, clean, affected, held) {
  const [mine, theirs] = [findings(incremental.problems), findings(clean.problems)];
  const faults = theirs.flatMap((finding) => {
    const found = mine.filter((o) => o.key === finding.key && covers(o.suffix, finding.suffix));
    if (found.length === 0)
      return [`not found incrementally: ${finding.key} ${finding.suffix ?? ''}`];
    const { output } = finding;
    // Where nothing was held back it is the same to the last frame.
    const same = found.some((o) => o.output !== output || o.whole === finding.whole);
    return same || output === undefined || isAffected(output, affected)
      ? []
      : [`another backtrace: ${finding.key} ${finding.whole}`];
  });
  const more = mine.filter(
    (finding) =>
      !theirs.some((o) => o.key === finding.key && o.suffix === finding.suffix) &&
      !mayBeMore(finding, incremental, affected, held),
  );
  return [...faults, ...more.map(({ key, output }) => `not found from clean: ${key} ${output}`)];
}

/** May it be found although it was not from clean? @param {Finding} finding @param {Answer} incremental
 * @param {Set<string>} affected @param {Set<string>} held */
function mayBeMore({ problem, output }, { grants }, affected, held) {
  if (output !== undefined) return isAffected(output, affected);
  const { kind, packageName, scope, api } = problem;
  if (ofWhole.has(kind))
    return !grants.some(
      (/** @type {Grant} */ grant) =>
        grant.api === api &&
        grant.scope.package === packageName &&
        covers(scope.suffix, grant.scope.suffix),
    );
  if (kind === 'disallowed-build-instruction') return held.has(packageName);
  return ofUnit.has(kind) && affected.has(packageName);
}

/** @param {readonly Grant[]} incremental @param {readonly Grant[]} clean @param {Set<string>} affected */
function grantFaults(incremental, clean, affected) {
  const has = (/** @type {readonly Grant[]} */ grants, /** @type {Grant} */ one) =>
    grants.some(
      (o) =>
        o.api === one.api &&
        o.scope.package === one.scope.package &&
        covers(o.scope.suffix, one.scope.suffix),
    );
  const text = (/** @type {Grant} */ { scope, api }) => `${scope.package} ${scope.suffix} ${api}`;
  return [
    ...clean.filter((one) => !has(incremental, one)).map((one) => `grant missing: ${text(one)}`),
    // Programs of affected packages use what their dependencies are allowed, but no build script does.
    ...incremental
      .filter((one) => !has(clean, one))
      .filter(({ scope }) => affected.size === 0 || scope.suffix.endsWith('build'))
      .map((one) => `grant not from clean: ${text(one)}`),
  ];
}
